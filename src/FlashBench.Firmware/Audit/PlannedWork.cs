using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Audit;

/// <summary>What is going to be done with the ME.</summary>
public enum PlannedChange
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The disable bit is set, and nothing else changes.</summary>
    DisableBitOnly,

    /// <summary>Code is removed from the ME region; the disable bit may be set as well.</summary>
    Removal,
}

/// <summary>The work that an audit is made for: some hazards depend on it.</summary>
/// <param name="Change">What is done with the ME.</param>
/// <param name="ReplacesBios">True when the BIOS region is replaced too.</param>
public readonly record struct PlannedWork(PlannedChange Change, bool ReplacesBios = false)
{
    /// <summary>What each named policy does with a firmware that it can do it to.</summary>
    public static IReadOnlyDictionary<string, PlannedChange> ByPolicy { get; } = new Dictionary<string, PlannedChange>
    {
        [NeutralizationPolicy.None] = PlannedChange.None,
        [NeutralizationPolicy.HapOnly] = PlannedChange.DisableBitOnly,
        [NeutralizationPolicy.Purism] = PlannedChange.Removal,
        [NeutralizationPolicy.MeCleaner] = PlannedChange.Removal,
    };

    /// <summary>What a named policy does with an image: for the default one <see cref="DefaultFor"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such policy.</exception>
    public static PlannedWork For(string policy, ImageAnalysis image) =>
        policy == NeutralizationPolicy.Purism ? DefaultFor(image) : new(ByPolicy[policy]);

    /// <summary>What the default policy does with an image: removal for ME 6 to 11, nothing when that is done
    /// already, else the disable bit only.</summary>
    public static PlannedWork DefaultFor(ImageAnalysis image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(image.Me switch
        {
            { AlreadyNeutralized: true } => PlannedChange.None,
            { Version.Major: < 12, Family: not FirmwareFamily.Sps } => PlannedChange.Removal,
            _ => PlannedChange.DisableBitOnly,
        });
    }
}
