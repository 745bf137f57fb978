using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware;

/// <summary>Generations of the ME's firmware layout.</summary>
public enum MeGeneration
{
    /// <summary>ME 2 to 5: `$MAN` manifests, no code partition that could be trimmed.</summary>
    One = 1,

    /// <summary>ME 6 to 10 and TXE 1 to 2: `$MN2` manifest with `$MME` module headers.</summary>
    Two = 2,

    /// <summary>ME 11 and later, TXE 3 and later, SPS 4: `$CPD` code partition directory.</summary>
    Three = 3,
}

/// <summary>Which product of the ME family a firmware is.</summary>
public enum FirmwareFamily
{
    /// <summary>Management Engine of Core platforms.</summary>
    Me,

    /// <summary>Trusted Execution Engine of Atom platforms.</summary>
    Txe,

    /// <summary>Server Platform Services.</summary>
    Sps,
}

/// <summary>What an ME region holds.</summary>
/// <param name="Generation">Layout generation.</param>
/// <param name="Family">Product; by the signing key, or assumed from the version when the key is unknown.</param>
/// <param name="Region">The region in the image, as far as the file reaches.</param>
/// <param name="Sku">What the image says about its edition.</param>
/// <param name="Table">The partition table.</param>
/// <param name="Code">The fault-tolerant code partition (FTPR; CODE in generation 1).</param>
/// <param name="AlreadyNeutralized">True when nothing is left that neutralization by removal would take out, and
/// no more remains than it leaves.</param>
public sealed record MeFirmware(
    MeGeneration Generation, FirmwareFamily Family, FlashRange Region, MeSku Sku, PartitionTable Table,
    CodePartition Code, bool AlreadyNeutralized)
{
    /// <summary>The IFWI layout and its boot tables, or null through ME 11 and in extracted regions.</summary>
    public IfwiLayout? Ifwi { get; init; }

    /// <summary>True when the firmware holds a hash of the flash descriptor: it would notice a changed strap.</summary>
    public bool HashesDescriptor { get; init; }

    /// <summary>Version from the code partition's manifest.</summary>
    public MeVersion Version => Code.Manifest.Version;

    /// <summary>"ME 8.0.20.1513", with the family's own short name.</summary>
    public string Title => $"{Family.ToString().ToUpperInvariant()} {Version}";

    /// <summary>The modules that still hold bytes of their own in <paramref name="image"/>, kept or not.</summary>
    /// <param name="image">The image that was analysed.</param>
    public ImmutableArray<CodeModule> PresentModules(ReadOnlySpan<byte> image)
    {
        var kept = Code.Modules.Where(m => m.IsKept).SelectMany(m => m.Ranges);
        ImmutableArray<FlashRange> shared = FlashRangeSet.Merge([.. kept, .. Code.Chunks?.Shared ?? []]);
        var present = ImmutableArray.CreateBuilder<CodeModule>();
        foreach (CodeModule module in Code.Modules)
        {
            if (module.IsPresent(image, Region, module.IsKept ? [] : shared))
                present.Add(module);
        }

        return present.ToImmutable();
    }

    /// <summary>True when all that the start needs lies inside the region, whatever else was cut off.</summary>
    internal bool HoldsWhatMustStay => Code.Fixed.All(part => Region.Contains(part.Range)) &&
        Code.Modules.Where(m => m.IsKept).All(m => m.Ranges.All(Region.Contains));

    /// <summary>True when the code partition holds nothing in <paramref name="image"/> that could be taken out of it,
    /// and all other partitions lie inside the region: a region that was cut after that lacks nothing.</summary>
    internal bool IsReduced(ReadOnlySpan<byte> image) =>
        Table.Partitions.All(p => p.Name == Code.Name || p.Range is not { } range || Region.Contains(range)) &&
        PresentModules(image).All(m => m.IsKept);

    /// <summary>True for the versions that neutralization by removal is safe for: ME 6 to 11, without the
    /// "Ignition" stubs of ME 6, and TXE 1 and 2.</summary>
    internal bool IsRemovable => Ifwi is null && !SkuReader.IsIgnition(this) &&
        (Family, Generation, Version.Major) is
            (FirmwareFamily.Me, MeGeneration.Two, >= 6 and <= 10) or (FirmwareFamily.Me, MeGeneration.Three, 11) or
            (FirmwareFamily.Txe, MeGeneration.Two, 1 or 2);
}

/// <summary>Edition of an ME firmware, as far as the image tells.</summary>
/// <param name="Text">For people, for example "consumer, 1.5 MB"; "unknown" when the image does not say.</param>
/// <param name="AmtCapable">True when the edition carries AMT, false when it cannot, null when unknown.</param>
public sealed record MeSku(string Text, bool? AmtCapable)
{
    /// <summary>The image does not tell its edition.</summary>
    public static MeSku Unknown { get; } = new("unknown", null);
}
