using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Firmware;

namespace FlashBench.Tests.Firmware;

/// <summary>Small hand-made images: the structures of real ones, at sizes that a test can look through.</summary>
internal sealed class TestImage
{
    /// <summary>Layout of the generation-2 region: offsets from the region's start.</summary>
    public const int Ftpr = 0x1000, FtprLength = 0x4000, Nftp = 0x6000, Effs = 0x8000, RegionLength = 0x10000;

    /// <summary>Layout of the generation-3 region.</summary>
    public const int Mfs = 0x6000, Dlmp = 0x4F00;

    /// <summary>Length of the manifest of either generation.</summary>
    public const int ManifestLength = 0x500;

    /// <summary>Where the region lies in a full dump, and the dump's length.</summary>
    public const int RegionStart = 0x1000, FlashLength = 0x80000;

    private TestImage(byte[] bytes, int region) => (Bytes, Region) = (bytes, region);

    /// <summary>The image; poke it.</summary>
    public byte[] Bytes { get; private set; }

    /// <summary>Where the region begins in it.</summary>
    public int Region { get; }

    /// <summary>Where the manifest begins in it.</summary>
    public int Manifest { get; private set; }

    /// <summary>Where the chunk map begins in it (generation 2).</summary>
    public int ChunkMap => Manifest + ManifestLength;

    /// <summary>An ME 8 region: ROMP, BUP, KERNEL in chunks, HOSTCOMM in LZMA; NFTP, EFFS, one NVRAM entry.</summary>
    public static TestImage Gen2Region() => Gen2(new TestImage(Noise(RegionLength, 2), 0));

    /// <summary>The same in a full dump of a 7-series board.</summary>
    public static TestImage Gen2Dump() => Gen2(Dump(0x2040003, 0x12100206, 0x210120, 0x40, 0x100, 0x1FFF));

    /// <summary>An ME 11 region: rbe, kernel, syslib, bup and pm; MFS, NFTP, and DLMP across FTPR's end and MFS.
    /// </summary>
    public static TestImage Gen3Region() => Gen3(new TestImage(Noise(RegionLength, 3), 0));

    /// <summary>The same in a full dump of a 100-series board.</summary>
    public static TestImage Gen3Dump() => Gen3(Dump(0x40003, 0x42100208, 0x310330, 0x40, 0x100, 0x7FFF));

    /// <summary>The analysis, trusting the test key.</summary>
    public ImageAnalysis Analyse() => ImageAnalysis.Read(Bytes, TestKey.Ring);

    /// <summary>Cuts the image.</summary>
    public TestImage Cut(int length)
    {
        Bytes = Bytes[..length];
        return this;
    }

    /// <summary>Writes a dword anywhere.</summary>
    public TestImage Put(int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(at), value);
        return this;
    }

    /// <summary>Reads a dword.</summary>
    public uint Get(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(at));

    /// <summary>Signs the manifest again after a change.</summary>
    public TestImage Sign(Action<byte[]>? damage = null)
    {
        TestKey.Sign(Bytes, Manifest, ManifestLength, damage);
        return this;
    }

    /// <summary>Makes the table's checksum right again after a change.</summary>
    public TestImage FixTable()
    {
        int tag = Region + 0x10, start = Math.Max(0, tag + 0x20 - Bytes[tag + 0xA]);
        Bytes[tag + 0xB] = 0;
        Bytes[tag + 0xB] = (byte)(0x100 - Bytes[start..(tag + 0x20)].Sum(b => b) % 0x100 & 0xFF);
        return this;
    }

    /// <summary>Makes the hashes of the metadata right again after a change, and signs (generation 3).</summary>
    public TestImage SignMetadata()
    {
        WriteExtensions(Region + Ftpr);
        return Sign();
    }

    private static TestImage Gen2(TestImage image)
    {
        image.Manifest = image.Region + Ftpr;
        image.WriteTable(0x30,
            ("FOVD", 0x400, 0x200, 0x783), ("EFFS", Effs, 0x1000, 0x2704), ("NVCL", 0xFFFFFFFF, 0x10511, 2),
            ("FTPR", Ftpr, FtprLength, 0x2780), ("NFTP", Nftp, 0x1000, 0x2780));
        image.WriteManifest(8, 4);
        image.WriteModule(0, "ROMP", 0x200DE000, ManifestLength, 0x400, 0x3D016);
        image.WriteModule(1, "BUP", 0x200DEC00, ManifestLength, 0x800, 0x3D016);
        image.WriteModule(2, "KERNEL", 0x200DF800, ManifestLength, 0x800, 0x3D096);
        image.WriteModule(3, "HOSTCOMM", 0x2020D000, 0x3000, 0xD000, 0x12D1A2);
        image.Text(image.Manifest + 0x290 + 4 * 0x60, "$SKU").Put(image.Manifest + 0x290 + 4 * 0x60 + 4, 4);
        Convert.FromHexString("E01C114103220000").CopyTo(image.Bytes, image.Manifest + 0x290 + 4 * 0x60 + 8);
        image.WriteChunkMap();
        return image.Sign();
    }

    private static TestImage Gen3(TestImage image)
    {
        int partition = image.Region + Ftpr;
        image.WriteTable(0x20,
            ("FTPR", Ftpr, FtprLength, 0), ("FTUP", 0xA000, 0x1000, 0), ("DLMP", Dlmp, 0x1200, 0),
            ("MFS", Mfs, 0x2000, 1), ("NFTP", 0xA000, 0x1000, 0), ("ROMB", 0, 0, 0xFF000000),
            ("ISHC", 0xF800, 0x1000, 0));
        string[] names = ["FTPR.man", "rbe", "rbe.met", "kernel", "syslib", "bup", "bup.met", "pm", "pm.met"];
        int[] offsets = [0x400, 0x1000, 0x900, 0x1200, 0x1400, 0x1800, 0xA00, 0x2800, 0xB00];
        image.Manifest = partition + offsets[0];
        image.Text(partition, "$CPD").Put(partition + 4, (uint)names.Length).Put(partition + 8, 0x00100101)
            .Text(partition + 0xC, "FTPR");
        for (int i = 0; i < names.Length; i++)
        {
            int entry = partition + 0x10 + 0x18 * i;
            uint huffman = names[i] is "rbe" or "kernel" or "syslib" or "bup" ? 1u << 25 : 0;
            image.Bytes.AsSpan(entry, 0x18).Clear();
            image.Text(entry, names[i]).Put(entry + 0xC, (uint)offsets[i] | huffman)
                .Put(entry + 0x10, i == 0 ? ManifestLength : names[i].EndsWith(".met") ? 0x40u : 0x200u);
        }

        image.WriteManifest(11, 0);
        image.Put(partition + 0xB00, 0x0A).Put(partition + 0xB04, 0x40).Put(partition + 0xB08, 2); // pm is LZMA
        image.WriteExtensions(partition);
        image.FixDirectory();
        return image.Sign();
    }

    /// <summary>Makes the directory's checksum right again after a change (generation 3).</summary>
    public TestImage FixDirectory()
    {
        int partition = Region + Ftpr, length = 0x10 + 0x18 * (int)Get(partition + 4);
        Bytes[partition + 0xB] = 0;
        Bytes[partition + 0xB] = (byte)(0x100 - Bytes[partition..(partition + length)].Sum(b => b) % 0x100 & 0xFF);
        return this;
    }

    private static TestImage Dump(uint flmap0, uint flmap1, uint flmap2, int regions, int straps, uint unused)
    {
        byte[] bytes = Noise(FlashLength, 1);
        var image = new TestImage(bytes, RegionStart);
        bytes.AsSpan(0, 0x1000).Fill(0xFF);
        image.Put(0x10, 0x0FF0A55A).Put(0x14, flmap0).Put(0x18, flmap1).Put(0x1C, flmap2).Put(0x30, 0);
        for (int i = 0; i < 10; i++)
            image.Put(regions + 4 * i, unused);
        image.Put(regions, 0).Put(regions + 4, 0x007F0011).Put(regions + 8, 0x00100001).Put(0xEFC, 0x2DF);
        for (int i = 0; i < 0x12; i++)
            image.Put(straps + 4 * i, 0x00410044);
        return image;
    }

    private void WriteTable(byte headerLength, params (string Name, uint Offset, uint Length, uint Flags)[] entries)
    {
        int tag = Region + 0x10;
        Bytes.AsSpan(Region, 0x400).Fill(0xFF);
        Bytes.AsSpan(tag, 0x20).Clear();
        Text(tag, "$FPT").Put(tag + 4, (uint)entries.Length).Put(tag + 8, 0x00001020u | (uint)headerLength << 16)
            .Put(tag + 0x14, 0xFFFFFC01);
        for (int i = 0; i < entries.Length; i++)
        {
            int at = tag + 0x20 * (i + 1);
            Put(at, 0).Text(at, entries[i].Name).Put(at + 8, entries[i].Offset).Put(at + 0xC, entries[i].Length)
                .Put(at + 0x1C, entries[i].Flags);
        }

        FixTable();
    }

    private void WriteManifest(ushort major, uint modules)
    {
        Bytes.AsSpan(Manifest, ManifestLength).Clear();
        Put(Manifest, 4).Put(Manifest + 4, 0xA1).Put(Manifest + 8, 0x10000).Put(Manifest + 0x10, 0x8086)
            .Put(Manifest + 0x14, 0x20120910).Put(Manifest + 0x18, ManifestLength / 4).Text(Manifest + 0x1C, "$MN2")
            .Put(Manifest + 0x20, modules).Put(Manifest + 0x24, major).Put(Manifest + 0x28, 0x05E90014)
            .Put(Manifest + 0x78, 64).Put(Manifest + 0x7C, 1).Text(Manifest + 0x284, "FTPR");
    }

    private void WriteModule(int index, string name, uint address, uint offset, uint length, uint flags)
    {
        int at = Manifest + 0x290 + 0x60 * index;
        Text(at, "$MME").Text(at + 4, name).Put(at + 0x34, address).Put(at + 0x38, offset).Put(at + 0x3C, length)
            .Put(at + 0x40, 0x123).Put(at + 0x50, flags);
    }

    // Pages of 0x400 from 0x200DE000 on: ROMP 0 (and 1, one more page than it needs), BUP 3 to 4, KERNEL 6 to 8.
    private void WriteChunkMap()
    {
        const uint stream = Ftpr + 0x1000;
        Bytes.AsSpan(ChunkMap, 0x40).Clear();
        Text(ChunkMap, "LLUT").Put(ChunkMap + 4, 12).Put(ChunkMap + 8, 0x100DE000).Put(ChunkMap + 0x10, 0x1800)
            .Put(ChunkMap + 0x14, stream).Put(ChunkMap + 0x30, 0x400);
        uint[] chunks =
        [
            stream, 0x80000000, 0x80000000, stream + 0x100, stream + 0x300, 0x80000000, stream + 0x600, stream + 0x900,
            stream + 0xC00, 0x80000000, stream + 0xC00, stream + 0x1000,
        ];
        for (int i = 0; i < chunks.Length; i++)
            Put(ChunkMap + 0x40 + 4 * i, chunks[i] | (chunks[i] < 0x80000000 ? 0x40000000u : 0));
    }

    private void WriteExtensions(int partition)
    {
        int client = Manifest + 0x284, info = client + 0x30;
        Put(client, 0x0C).Put(client + 4, 0x30).Put(client + 0x28, 1 << 4); // consumer, no AMT
        Put(info, 0x03).Put(info + 4, 0x58 + 2 * 0x34);
        (string Name, int Met)[] records = [("rbe", 0x900), ("bup", 0xA00)];
        for (int i = 0; i < records.Length; i++)
        {
            int at = info + 0x58 + 0x34 * i;
            Text(at, records[i].Name).Put(at + 0x10, 0x40);
            byte[] hash = SHA256.HashData(Bytes.AsSpan(partition + records[i].Met, 0x40));
            hash.Reverse().ToArray().CopyTo(Bytes, at + 0x14);
        }

        int rest = info + 0x58 + 2 * 0x34;
        Put(rest, 0x7F).Put(rest + 4, (uint)(Manifest + ManifestLength - rest));
    }

    private TestImage Text(int at, string text)
    {
        Encoding.ASCII.GetBytes(text).CopyTo(Bytes, at);
        return this;
    }

    // Never 0xFF, so that a removed byte can be told from one that was blank.
    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= 0x7F;
        return bytes;
    }
}
