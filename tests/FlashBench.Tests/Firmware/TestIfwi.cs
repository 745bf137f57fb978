using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware;

/// <summary>Small hand-made regions of ME 12 and later: layout table, boot tables, directories of version 2 and a
/// 3072-bit manifest.</summary>
internal sealed class TestIfwi
{
    public const int Boot = 0x1000, Rbep = 0x2000, Ftpr = 0x3000, FtprLength = 0x3000, Nftp = 0x7000, Pmcp = 0x8000;
    public const int Secondary = 0x6000, Data = 0xA000, DataLength = 0x2000, RegionLength = 0x10000;

    /// <summary>Where FTPR's manifest begins, its length and that of its header.</summary>
    public const int Manifest = Ftpr + 0x200, ManifestLength = 0x500, ManifestHeader = 0x384;

    private const int Entries = 5;

    private static readonly Lazy<RSA> Key = new(() => RSA.Create(3072));

    private TestIfwi(bool isNew) => IsNew = isNew;

    /// <summary>True for version 1.7, false for 1.6.</summary>
    public bool IsNew { get; }

    /// <summary>The region; poke it.</summary>
    public byte[] Bytes { get; private set; } = Noise();

    /// <summary>A ring that trusts the tests' 3072-bit key.</summary>
    public static KeyRing Ring => RingWith(KeyRing.Intel);

    /// <summary>Another ring and that key.</summary>
    public static KeyRing RingWith(KeyRing ring)
    {
        RSAParameters key = Key.Value.ExportParameters(false);
        return ring.With("test key", KeyRing.FingerprintOf([.. key.Modulus!.Reverse(), 1, 0, 1, 0]));
    }

    /// <summary>An ME 16 region in IFWI 1.7.</summary>
    public static TestIfwi New() => new TestIfwi(true).Build();

    /// <summary>An ME 12 region in IFWI 1.6 (its manifest is of the newer kind all the same).</summary>
    public static TestIfwi Old() => new TestIfwi(false).Build();

    /// <summary>Where the strap with HAP lies in <see cref="Dump"/>.</summary>
    public const int Strap = 0x17C; // FPSBA 0x100 and +0x7C of ADP-P

    /// <summary>A full dump of an ADP-P board with a region in it.</summary>
    public static TestImage Dump(byte[]? region = null)
    {
        TestImage dump = TestImage.Gen3Dump().Put(0x18, 0x46100208).Put(0x1C, 0x001401B0).Put(0xEFC, 0xC0FF02DF);
        dump.Bytes.AsSpan(0x100, 4 * 0x46).Clear();
        dump.Put(Strap, 0x40000030).Put(0x194, 0x00010000); // +0x94: set for another reason (reference 1.3, trap a)
        (region ?? New().Bytes).CopyTo(dump.Bytes, TestImage.RegionStart);
        return dump;
    }

    /// <summary>The analysis, trusting the test key.</summary>
    public ImageAnalysis Analyse() => ImageAnalysis.Read(Bytes, Ring);

    /// <summary>Cuts the region.</summary>
    public TestIfwi Cut(int length)
    {
        Bytes = Bytes[..length];
        return this;
    }

    /// <summary>Writes a dword anywhere.</summary>
    public TestIfwi Put(int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(at), value);
        return this;
    }

    /// <summary>Makes every checksum and the signature right again after a change.</summary>
    public TestIfwi Fix()
    {
        if (IsNew)
        {
            FixCrc(0x10, 0x48, 4, 4);
            FixCrc(Boot + 4, 0x14 + 0xC * Entries, 4, 4);
            FixCrc(Secondary + 4, 0x14 + 0xC, 4, 4);
        }

        FixCrc(Data, 0x20 + 2 * 0x20, 0x14, 4);
        FixCrc(Ftpr, 0x14 + 0x18 * 5, 0x10, 4);
        RSAParameters key = Key.Value.ExportParameters(false);
        key.Modulus!.Reverse().ToArray().CopyTo(Bytes, Manifest + 0x80);
        Put(Manifest + 0x200, 65537);
        byte[] message = [.. Bytes[Manifest..(Manifest + 0x80)],
            .. Bytes[(Manifest + ManifestHeader)..(Manifest + ManifestLength)]];
        Key.Value.SignData(message, HashAlgorithmName.SHA384, RSASignaturePadding.Pss).Reverse().ToArray()
            .CopyTo(Bytes, Manifest + 0x204);
        return this;
    }

    private TestIfwi Build()
    {
        Bytes.AsSpan(0, 0x1000).Fill(0xFF);
        Bytes.AsSpan(0x10, 0x48).Clear();
        int first = IsNew ? 0x18 : 0x10;
        Put(first, Data).Put(first + 4, DataLength).Put(first + 8, Boot).Put(first + 0xC, Data - Boot);
        if (IsNew)
            Put(0x10, 0x10048).Put(0x50, Data + 0x1800).Put(0x54, 0x400);

        WriteBootTable(Boot, 0x000055AA, (1, Rbep, 0x1000), (2, Ftpr, FtprLength), (5, Secondary, 0x200), (9, 0, 0),
            (14, Pmcp, 0x1000));
        WriteBootTable(Secondary, 0x000055AA, (7, Nftp, 0x800));
        WritePartitionTable();
        WriteDirectory(Ftpr, "FTPR", ("FTPR.man", 0x200, ManifestLength), ("kernel", 0x1000, 0x300),
            ("intl.cfg", 0x1400, 0x200), ("intl.cfg.met", 0x800, 0x48), ("fitc.cfg", 0, 0));
        WriteDirectory(Pmcp, "PMCP", ("PMCP.man", 0x200, 0x400));
        WriteManifest(Manifest, ManifestLength, 0x0C);
        WriteManifest(Pmcp + 0x200, 0x400, 0x16);
        Put(Manifest + ManifestHeader + 8, 1 << 2).Put(Manifest + ManifestHeader + 0x28, 0); // corporate, with AMT
        WriteMetadata();
        return Fix();
    }

    private void WriteBootTable(int at, uint signature, params (uint Type, int Start, int Length)[] entries)
    {
        Bytes.AsSpan(at, 0x18 + 0xC * entries.Length).Clear();
        Put(at, signature).Put(at + 4, (uint)(entries.Length | (IsNew ? 2 : 1) << 16));
        for (int i = 0; i < entries.Length; i++)
        {
            int entry = at + 0x18 + 0xC * i;
            Put(entry, entries[i].Type).Put(entry + 4, entries[i].Start == 0 ? 0 : (uint)(entries[i].Start - Boot))
                .Put(entry + 8, (uint)entries[i].Length);
        }
    }

    private void WritePartitionTable()
    {
        Bytes.AsSpan(Data, 0x20 + 2 * 0x20).Clear();
        Text(Data, "$FPT").Put(Data + 4, 2).Put(Data + 8, 0x01201021);
        Text(Data + 0x20, "PSVN").Put(Data + 0x28, 0x400).Put(Data + 0x2C, 0x200).Put(Data + 0x3C, 0x101);
        Text(Data + 0x40, "MFS").Put(Data + 0x48, 0x1000).Put(Data + 0x4C, 0x800).Put(Data + 0x5C, 0x101);
    }

    private void WriteDirectory(int at, string name, params (string Name, int Start, int Length)[] files)
    {
        Bytes.AsSpan(at, 0x14 + 0x18 * files.Length).Clear();
        Text(at, "$CPD").Put(at + 4, (uint)files.Length).Put(at + 8, 0x00140102).Text(at + 0xC, name);
        for (int i = 0; i < files.Length; i++)
        {
            int entry = at + 0x14 + 0x18 * i;
            Text(entry, files[i].Name).Put(entry + 0x10, (uint)files[i].Length)
                .Put(entry + 0xC, (uint)files[i].Start | (files[i].Name == "kernel" ? 1u << 25 : 0));
        }

        FixCrc(at, 0x14 + 0x18 * files.Length, 0x10, 4);
    }

    private void WriteManifest(int at, int length, uint extension)
    {
        Bytes.AsSpan(at, length).Clear();
        Put(at, 4).Put(at + 4, ManifestHeader / 4).Put(at + 8, 0x21000).Put(at + 0x10, 0x8086)
            .Put(at + 0x14, 0x20230102).Put(at + 0x18, (uint)length / 4).Text(at + 0x1C, "$MN2")
            .Put(at + 0x24, IsNew ? 0x00010010u : 12u).Put(at + 0x28, 0x07490019).Put(at + 0x78, 96).Put(at + 0x7C, 1)
            .Put(at + ManifestHeader, extension).Put(at + ManifestHeader + 4, 0x30);
        int rest = at + ManifestHeader + 0x30;
        if (rest < at + length)
            Put(rest, 0x7F).Put(rest + 4, (uint)(at + length - rest));
    }

    private void WriteMetadata()
    {
        int at = Ftpr + 0x800;
        byte[] hash = SHA384.HashData(Bytes.AsSpan(Ftpr + 0x1400, 0x200));
        Bytes.AsSpan(at, 0x48).Clear();
        Put(at, 0x0A).Put(at + 4, 0x48).Put(at + 0xC, 0x200).Put(at + 0x10, 0x200);
        hash.Reverse().ToArray().CopyTo(Bytes, at + 0x18);
    }

    private TestIfwi Text(int at, string text)
    {
        Encoding.ASCII.GetBytes(text).CopyTo(Bytes, at);
        return this;
    }

    // Bit by bit from the definition, so that it shares no mistake with the table-driven one under test.
    private void FixCrc(int at, int length, int field, int fieldLength)
    {
        Bytes.AsSpan(at + field, fieldLength).Clear();
        uint crc = uint.MaxValue;
        foreach (byte value in Bytes.AsSpan(at, length))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        Put(at + field, ~crc);
    }

    private static byte[] Noise()
    {
        byte[] bytes = new byte[RegionLength];
        new Random(7).NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= 0x7F;
        return bytes;
    }
}
