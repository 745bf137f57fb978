using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>A region of the flash as the descriptor lays it out.</summary>
/// <param name="Number">Region number: 0 descriptor, 1 BIOS, 2 ME, 3 GbE, 4 PDR, 8 EC ...</param>
/// <param name="Name">Short name, for example "ME".</param>
/// <param name="Range">Its bytes on the flash.</param>
public sealed record DescriptorRegion(int Number, string Name, FlashRange Range);

/// <summary>What one bus master may do with the flash.</summary>
/// <param name="Name">"host", "ME", "GbE" or "EC".</param>
/// <param name="Read">Bit k set: region k may be read.</param>
/// <param name="Write">Bit k set: region k may be written.</param>
public sealed record MasterAccess(string Name, uint Read, uint Write);

/// <summary>The Intel flash descriptor: layout, masters and soft straps of a flash.</summary>
/// <param name="SignatureOffset">0x10, or 0 on ICH8 to ICH10.</param>
/// <param name="Version">1 through the 9-series PCH, 2 from the 100-series on: form of the access words.</param>
/// <param name="Pch">Controller hub by content.</param>
/// <param name="Components">Sizes of the flash chips in bytes, in order; only those that count.</param>
/// <param name="Regions">Used regions by number.</param>
/// <param name="Masters">Access rights of the bus masters.</param>
/// <param name="StrapsOffset">FPSBA: where the PCH straps begin in the image.</param>
/// <param name="Straps">The PCH strap dwords.</param>
public sealed record FlashDescriptor(
    long SignatureOffset, int Version, PchClass Pch, ImmutableArray<long> Components,
    ImmutableArray<DescriptorRegion> Regions, ImmutableArray<MasterAccess> Masters, long StrapsOffset,
    ImmutableArray<uint> Straps)
{
    /// <summary>Sum of the component sizes: the expected length of a dump, in bytes.</summary>
    public long FlashLength => Components.Sum();

    /// <summary>The region of that number, or null when it is unused.</summary>
    public DescriptorRegion? Region(int number) => Regions.FirstOrDefault(r => r.Number == number);
}
