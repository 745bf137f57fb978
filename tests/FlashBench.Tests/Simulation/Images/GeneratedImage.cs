using System.Buffers.Binary;
using System.Text;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Simulation.Images;

/// <summary>A flash image in a test: finds partitions and modules, and edits them by hand.</summary>
/// <remarks>A third reading of the formats, as short as the tests allow; works on real images too.</remarks>
internal sealed class GeneratedImage(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    public static GeneratedImage Of(string kind) => new(ImageGenerator.Create(kind, SizeOf(kind)));

    public static uint SizeOf(string kind) => kind == "me11" ? 0x100_0000u : 0x80_0000u;

    public uint MeStart => (U32(0x48) & 0x7FFF) << 12;

    public uint MeEnd => ((U32(0x48) >> 16 & 0x7FFF) + 1) << 12;

    public uint Ftpr => Partition("FTPR").Offset;

    /// <summary>Address of the manifest of FTPR.</summary>
    public uint Manifest => Text(Ftpr, 4) == "$CPD" ? Entry("FTPR.man").Offset : Ftpr;

    public uint U32(uint at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan((int)at));

    public string Text(uint at, int length) =>
        Encoding.ASCII.GetString(Bytes, (int)at, length).TrimEnd('\0');

    /// <summary>Address and length of a partition.</summary>
    public (uint Offset, uint Length) Partition(string name)
    {
        for (uint i = 0; i < U32(MeStart + 0x14); i++)
        {
            uint entry = MeStart + 0x30 + 0x20 * i;
            if (Text(entry, 4) == name)
                return (MeStart + U32(entry + 8), U32(entry + 12));
        }

        throw new InvalidOperationException($"no partition {name}");
    }

    /// <summary>Address and size field of an entry of FTPR's $CPD directory.</summary>
    public (uint Offset, uint Size) Entry(string name)
    {
        for (uint i = 0; i < U32(Ftpr + 4); i++)
        {
            uint entry = Ftpr + 0x10 + 0x18 * i;
            if (Text(entry, 12) == name)
                return (Ftpr + (U32(entry + 12) & 0x1FF_FFFF), U32(entry + 16));
        }

        throw new InvalidOperationException($"no entry {name}");
    }

    /// <summary>Address of a $MME header of FTPR.</summary>
    public uint ModuleHeader(string name)
    {
        for (uint i = 0; i < U32(Ftpr + 0x20); i++)
        {
            uint header = Ftpr + 0x290 + 0x60 * i;
            if (Text(header + 4, 16) == name)
                return header;
        }

        throw new InvalidOperationException($"no module {name}");
    }

    /// <summary>Address of the look-up table of FTPR.</summary>
    public uint Table => Ftpr + U32(ModuleHeader("BUP") + 0x38);

    /// <summary>Address of the table entry for the first page of a Huffman module that is stored at all.</summary>
    public uint FirstEntry(string name)
    {
        uint at = PageEntry(name, 0);
        while (U32(at) >> 24 == 0x80)
            at += 4;
        return at;
    }

    /// <summary>Address of the first stored byte of a module of generation 2.</summary>
    public uint FirstByte(string name) => (U32(ModuleHeader(name) + 0x50) >> 4 & 7) == 1
        ? MeStart + (U32(FirstEntry(name)) & 0x1FF_FFFF)
        : Ftpr + U32(ModuleHeader(name) + 0x38);

    public GeneratedImage Flip(uint address, int bit = 0)
    {
        Bytes[address] ^= (byte)(1 << bit);
        return this;
    }

    public GeneratedImage Erase(uint from, uint end)
    {
        Bytes.AsSpan((int)from, (int)(end - from)).Fill(0xFF);
        return this;
    }

    /// <summary>Sets AltMeDisable (strap 10 bit 7) or HAP (strap 0 bit 16), at 0x100.</summary>
    public GeneratedImage SetDisableBit(bool third)
    {
        Bytes[third ? 0x102 : 0x128] |= (byte)(third ? 0x01 : 0x80);
        return this;
    }

    /// <summary>Erases all partitions but FTPR (and MFS), and of FTPR all that bring-up does not need.</summary>
    public GeneratedImage Neutralize(bool third)
    {
        (uint start, uint length) = Partition("FTPR");
        foreach (string name in (string[])["NFTP", "MDMV", "GLUT", "EFFS"])
        {
            if (!third || name == "NFTP")
                Erase(Partition(name).Offset, Partition(name).Offset + Partition(name).Length);
        }

        return Erase(third ? Entry("pm").Offset : EndOfBringUp(), start + length);
    }

    // The first chunk that belongs neither to ROMP nor to BUP; chunks lie in the order of the pages.
    private uint EndOfBringUp()
    {
        uint at = PageEntry("BUP", U32(ModuleHeader("BUP") + 0x3C));
        while (U32(at) >> 24 == 0x80)
            at += 4;
        return MeStart + (U32(at) & 0x1FF_FFFF);
    }

    private uint PageEntry(string module, uint offset)
    {
        uint address = U32(ModuleHeader(module) + 0x34) + offset - (U32(Table + 8) + 0x1000_0000);
        return Table + 0x40 + 4 * (address / U32(Table + 0x30));
    }
}
