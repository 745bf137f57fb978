using System.Collections.Immutable;

namespace FlashBench.Firmware.Audit;

/// <summary>What an image, and facts about the board that it came from, say about the work that is planned.</summary>
/// <remarks>Immutable. What nothing tells stays unknown.</remarks>
public sealed class ImageAudit
{
    private ImageAudit(ImageAnalysis image, HostFacts host, PlannedWork work)
    {
        (Image, Host, Work) = (image, host, work);
        Amt = AmtScore.Of(image, host);
        Locks = DescriptorLocks.Of(image);
        Manufacturing = ManufacturingState.Of(image.Me, host.Registers);
        Fuses = FuseReport.Of(image.Me, host);
        Rules =
        [
            .. ImageRules.Examine(image, host, work), .. BoardRules.Examine(image, host),
            .. BootGuardRules.Examine(image.Me, host, Fuses, work), .. WarningRules.Examine(image, host, Locks),
        ];
        BootGuardNotes = Audit.BootGuardNotes.Of(image.Me, Fuses, work);
    }

    /// <summary>The image.</summary>
    public ImageAnalysis Image { get; }

    /// <summary>What is known besides.</summary>
    public HostFacts Host { get; }

    /// <summary>The work that is planned.</summary>
    public PlannedWork Work { get; }

    /// <summary>What AMT needs, and what of it is there.</summary>
    public AmtScore Amt { get; }

    /// <summary>The descriptor's locks.</summary>
    public DescriptorLocks Locks { get; }

    /// <summary>Whether manufacturing was closed.</summary>
    public ManufacturingState Manufacturing { get; }

    /// <summary>Boot Guard and the fuses.</summary>
    public FuseReport Fuses { get; }

    /// <summary>What Verified Boot and the enforcement policy mean for the planned work, one sentence each.</summary>
    public ImmutableArray<string> BootGuardNotes { get; }

    /// <summary>The pre-flight list, every rule in its fixed order.</summary>
    public ImmutableArray<PreflightRule> Rules { get; }

    /// <summary>The rules that refuse the work.</summary>
    public IEnumerable<PreflightRule> Refusals =>
        Rules.Where(r => r is { Severity: RuleSeverity.Refuse, State: RuleState.Triggered });

    /// <summary>Audits an image.</summary>
    /// <param name="image">The analysed image.</param>
    /// <param name="host">What is known about the board; null for nothing.</param>
    /// <param name="work">The planned work; null for what the default policy would do.</param>
    public static ImageAudit Of(ImageAnalysis image, HostFacts? host = null, PlannedWork? work = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(image, host ?? HostFacts.None, work ?? PlannedWork.DefaultFor(image));
    }
}
