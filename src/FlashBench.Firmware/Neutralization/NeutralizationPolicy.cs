using System.Collections.Immutable;

namespace FlashBench.Firmware.Neutralization;

/// <summary>The named policies.</summary>
public static class NeutralizationPolicy
{
    /// <summary>The default: what Purism ships on its laptops. ME 6 to 10 and TXE 1 to 2 keep FTPR with ROMP and BUP,
    /// ME 11 keeps FTPR with rbe, kernel, syslib and bup, and MFS; the disable bit is set. Generation 1 and Ignition
    /// are erased and disabled by straps. ME 12 and later keep everything, and HAP is set.</summary>
    public const string Purism = "purism";

    /// <summary>me_cleaner without options: removal alone, FTPR alone stays, no bit.</summary>
    public const string MeCleaner = "me-cleaner";

    /// <summary>The disable bit alone.</summary>
    public const string HapOnly = "hap-only";

    /// <summary>Nothing at all.</summary>
    public const string None = "none";

    /// <summary>All names, the default first.</summary>
    public static ImmutableArray<string> Names { get; } = [Purism, MeCleaner, HapOnly, None];

    /// <summary>The switches of a policy for one image.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="image">The image: policies depend on its generation, and a bare region has no bit to set.</param>
    /// <exception cref="ArgumentException">There is no such policy.</exception>
    public static NeutralizationOptions Resolve(string name, ImageAnalysis image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return name switch
        {
            Purism => ResolvePurism(image),
            MeCleaner => new() { Policy = name },
            HapOnly => new() { Policy = name, Remove = false, SetDisableBit = true },
            None => new() { Policy = name, Remove = false },
            _ => throw new ArgumentException($"there is no policy \"{name}\"", nameof(name)),
        };
    }

    private static NeutralizationOptions ResolvePurism(ImageAnalysis image)
    {
        if (image.Kind == ImageKind.MeRegion) // no bit to set: what cannot be removed from is refused by the plan
            return PurismRemoval(image.Me!);
        return image.Me switch
        {
            { Generation: MeGeneration.Three, IsRemovable: false } =>
                new() { Policy = Purism, Remove = false, SetDisableBit = true },
            { } me => PurismRemoval(me) with { SetDisableBit = true },
            null => new() { Policy = Purism, SetDisableBit = true },
        };
    }

    /// <summary>What the default policy takes out of a firmware.</summary>
    internal static NeutralizationOptions PurismRemoval(MeFirmware me) => new()
    {
        Policy = Purism,
        KeepPartitions = me.Generation == MeGeneration.Three ? [Removal.FileSystem] : [],
    };
}
