using FlashBench.Bench.Journal;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 5: every byte that will change, with the rule that changes it.</summary>
internal static class PlanPhase
{
    private const int ChangesShown = 4;

    public static PhaseOutcome Run(JobContext job)
    {
        ImagePlan plan = job.Plan!;
        ReadOnlySpan<byte> original = job.Backup;
        byte[] planned = Planned(job);
        var changes = job.Options.KeepsStock ? [] : plan.Changes;
        ByteDifference loose = ByteDifference.Between(original, planned, [.. changes.Select(change => change.Range)]);
        if (loose.Count == 0 && !job.Options.KeepsStock) // and inside of them, what the changes say is what comes out
            loose = ByteDifference.Between(plan.Apply(original), planned);
        job.Journal.Append(new JournalData.Plan(
            job.Options.ControlName is { } name ? $"negative control {name}" : plan.Policy,
            FlashContent.HashOf(planned), ByteDifference.Between(original, planned).Count, loose.Count,
            [.. changes.Select(RecordOf)], [.. plan.Kept.Select(kept => RecordOf(kept, planned))]));
        job.Note(changes.Length == 0 ? "nothing to change"
            : $"ranges to change: {changes.Length}, bytes: {plan.ChangedBytes:N0}; ranges kept: {plan.Kept.Length}");
        foreach (ImageChange change in changes.Take(job.Options.DryRun ? changes.Length : ChangesShown))
            job.Note($"{change.Range}  {change.Rule.Text}");
        if (changes.Length > ChangesShown && !job.Options.DryRun)
            job.Note($"and {changes.Length - ChangesShown} more, all of them in the report");
        if (loose.Count > 0)
            return new PhaseOutcome(Verdict.Fail, $"{loose.Count} changed bytes belong to no rule", ErrorClass.Bug);
        return OwnRegionChanged(job, planned) is { } own
            ? new PhaseOutcome(Verdict.Fail, $"the plan changes this board's own {own} region", ErrorClass.Bug)
            : PhaseOutcome.Pass;
    }

    // Rule I8, whatever made the plan.
    private static string? OwnRegionChanged(JobContext job, byte[] planned) => job.Image is { WholeChip: true } ? null
        : job.Board!.Descriptor!.Regions.FirstOrDefault(region => ReplaceableRegions.OwnRegions.Contains(region.Name)
            && !region.Range.Of(planned).SequenceEqual(region.Range.Of(job.Backup)))?.Name;

    /// <summary>SHA-256 of the planned content.</summary>
    public static string HashOf(JobContext job) => FlashContent.HashOf(Planned(job));

    // By the neutralization alone: whether the named changes come to the same is what the plan's attribution says.
    private static byte[] Planned(JobContext job) =>
        job.Options.KeepsStock ? [.. job.Backup!] : job.Neutralization!.Apply(job.Original!.Image.Span);

    private static JournalData.PlanChange RecordOf(ImageChange change) => new(
        (uint)change.Range.Start, (uint)change.Range.End, change.Rule.Id, change.Rule.Text,
        FlashContent.HashOf(change.Old.Span), FlashContent.HashOf(change.New.Span));

    private static JournalData.HashedRange RecordOf(KeptRange kept, byte[] planned) => new(
        kept.Name, (uint)kept.Range.Start, (uint)kept.Range.End, FlashContent.HashOf(planned, kept.Range));
}
