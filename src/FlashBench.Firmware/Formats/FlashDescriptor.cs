using System.Buffers.Binary;
using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>A region of the flash as the descriptor lays it out.</summary>
/// <param name="Number">Region number: 0 descriptor, 1 BIOS, 2 ME, 3 GbE, 4 PDR, 8 EC ...</param>
/// <param name="Name">Short name, for example "ME".</param>
/// <param name="Range">Its bytes on the flash.</param>
public sealed record DescriptorRegion(int Number, string Name, FlashRange Range)
{
    /// <summary>Number of the descriptor's own region.</summary>
    public const int Descriptor = 0;

    /// <summary>Number of the BIOS region.</summary>
    public const int Bios = 1;

    /// <summary>Number of the ME region.</summary>
    public const int Me = 2;

    /// <summary>Number of the GbE region, which holds the board's MAC address.</summary>
    public const int Gbe = 3;

    /// <summary>Number of the platform data region, in which makers keep serial numbers.</summary>
    public const int PlatformData = 4;
}

/// <summary>What one bus master may do with the flash.</summary>
/// <param name="Name">"host", "ME", "GbE", "EC" or, on servers, "IE".</param>
/// <param name="Read">Bit k set: region k may be read.</param>
/// <param name="Write">Bit k set: region k may be written.</param>
public sealed record MasterAccess(string Name, uint Read, uint Write);

/// <summary>Where the sections of a descriptor begin, from the start of the image.</summary>
/// <param name="Regions">FRBA: the FLREG words, one for each region.</param>
/// <param name="Masters">FMBA: the FLMSTR words, from the host's on.</param>
/// <param name="ProcessorStraps">FMSBA: the straps of the memory controller hub or processor.</param>
/// <param name="Components">FCBA: the sizes of the flash chips.</param>
public sealed record DescriptorBases(long Regions, long Masters, long ProcessorStraps, long Components);

/// <summary>The Intel flash descriptor: layout, masters and soft straps of a flash.</summary>
/// <param name="SignatureOffset">0x10, or 0 on ICH8 to ICH10.</param>
/// <param name="Version">1 through the 9-series PCH, 2 from the 100-series on: form of the access words.</param>
/// <param name="Pch">Controller hub by content.</param>
/// <param name="Components">Sizes of the flash chips in bytes, in order; only those that count; 0 when the
/// descriptor states none.</param>
/// <param name="Regions">Used regions by number.</param>
/// <param name="Masters">Access rights of the bus masters.</param>
/// <param name="StrapsOffset">FPSBA: where the PCH straps begin in the image.</param>
/// <param name="Straps">The PCH strap dwords.</param>
/// <param name="Bases">Where the other sections begin in the image.</param>
/// <remarks>Source: Intel SPI Programming Guide, "Flash Descriptor"; cross-checked with coreboot ifdtool, flashrom
/// and UEFITool, and against 199 descriptors.</remarks>
public sealed record FlashDescriptor(
    long SignatureOffset, int Version, PchClass Pch, ImmutableArray<long> Components,
    ImmutableArray<DescriptorRegion> Regions, ImmutableArray<MasterAccess> Masters, long StrapsOffset,
    ImmutableArray<uint> Straps, DescriptorBases Bases)
{
    private const int ComponentsMax = 2;
    private const long SmallestComponent = 512 * 1024;

    private static readonly string[] RegionNames =
    [
        "descriptor", "BIOS", "ME", "GbE", "PDR", "DevExp1", "BIOS2", "region 7", "EC", "DevExp2", "IE", "10GbE-A",
        "10GbE-B", "region 13", "region 14", "PTT",
    ];

    private const int ServerMasters = 6; // Six masters are stated where the sixth, the innovation engine, exists.

    private static readonly string[] MasterNames = ["host", "ME", "GbE", "", "EC", "IE"];

    /// <summary>Sum of the component sizes: the expected length of a dump, in bytes.</summary>
    public long FlashLength => Components.Sum();

    /// <summary>The region of that number, or null when it is unused.</summary>
    public DescriptorRegion? Region(int number) => Regions.FirstOrDefault(r => r.Number == number);

    /// <summary>Reads the descriptor at the start of <paramref name="image"/>.</summary>
    /// <returns>The descriptor, or null if neither place carries the signature.</returns>
    /// <exception cref="ImageFormatException">The signature is there but the descriptor cannot be read.</exception>
    public static FlashDescriptor? Find(ReadOnlySpan<byte> image)
    {
        var reader = new ByteReader(image, 0, "the flash descriptor");
        foreach (int offset in (ReadOnlySpan<int>)[0x10, 0])
        {
            if (reader.Has(offset, [0x5A, 0xA5, 0xF0, 0x0F]))
                return Read(reader, offset);
        }

        return null;
    }

    private static FlashDescriptor Read(ByteReader reader, int signature)
    {
        uint flmap0 = reader.UInt32(signature + 4), flmap1 = reader.UInt32(signature + 8);
        PchClass pch = DescriptorMap.Read(reader, signature).Classify();
        int version = pch.UsesFirstDescriptorVersion() ? 1 : 2;
        int straps = Base(flmap1 >> 16), strapCount = (int)(flmap1 >> 24);
        return new FlashDescriptor(
            signature,
            version,
            pch,
            ReadComponents(reader, Base(flmap0), (int)(flmap0 >> 8 & 3) + 1, pch),
            ReadRegions(reader, Base(flmap0 >> 16), pch),
            ReadMasters(reader, Base(flmap1), MasterCount(version, (int)(flmap1 >> 8 & 7)), version),
            straps,
            ReadStraps(reader.Bytes(straps, strapCount * sizeof(uint))),
            new(Base(flmap0 >> 16), Base(flmap1), Base(reader.UInt32(signature + 0xC)), Base(flmap0)));
    }

    // FCBA, FRBA, FMBA and FPSBA count 16-byte units from the start of the image.
    private static int Base(uint field) => (int)(field & 0xFF) << 4;

    private static ImmutableArray<long> ReadComponents(ByteReader reader, int offset, int count, PchClass pch)
    {
        if (count > ComponentsMax)
            throw reader.Broken(offset, $"the descriptor states {count} flash chips, at most {ComponentsMax} exist");

        uint flcomp = reader.UInt32(offset);
        int width = pch.DensityBits();
        var sizes = ImmutableArray.CreateBuilder<long>(count);
        for (int i = 0; i < count; i++)
        {
            int density = (int)(flcomp >> i * width & (1u << width) - 1);
            sizes.Add(density <= 7 ? SmallestComponent << density : 0); // 0xF means "no chip"
        }

        return sizes.MoveToImmutable();
    }

    private static ImmutableArray<DescriptorRegion> ReadRegions(ByteReader reader, int offset, PchClass pch)
    {
        uint mask = pch.RegionFieldMask();
        var regions = ImmutableArray.CreateBuilder<DescriptorRegion>();
        for (int i = 0; i < pch.RegionCount(); i++)
        {
            uint register = reader.UInt32(offset + 4 * i);
            uint first = register & mask, last = register >> 16 & mask; // both in 4 KiB units
            bool unused = last < first || (last == 0 && i != DescriptorRegion.Descriptor) || first == 0x7FFF;
            if (!unused)
                regions.Add(new(i, RegionNames[i], new FlashRange((long)first << 12, (last + 1L) << 12)));
        }

        return regions.ToImmutable();
    }

    // The stated number is 2 in most descriptors, whatever the hub has; only the server's 6 says something.
    private static int MasterCount(int version, int stated) => version == 1 ? 3 : stated < ServerMasters ? 5 : 6;

    private static ImmutableArray<MasterAccess> ReadMasters(ByteReader reader, int offset, int count, int version)
    {
        var masters = ImmutableArray.CreateBuilder<MasterAccess>();
        for (int i = 0; i < count; i++)
        {
            if (MasterNames[i].Length == 0)
                continue;
            uint word = reader.UInt32(offset + 4 * i);
            masters.Add(version == 1
                ? new(MasterNames[i], word >> 16 & 0xFF, word >> 24)
                : new(MasterNames[i], (word >> 8 & 0xFFF) | (word & 0xF) << 12, word >> 20 | (word >> 4 & 0xF) << 12));
        }

        return masters.ToImmutable();
    }

    private static ImmutableArray<uint> ReadStraps(ReadOnlySpan<byte> bytes)
    {
        var straps = ImmutableArray.CreateBuilder<uint>(bytes.Length / sizeof(uint));
        for (int i = 0; i < bytes.Length; i += sizeof(uint))
            straps.Add(BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]));
        return straps.MoveToImmutable();
    }
}
