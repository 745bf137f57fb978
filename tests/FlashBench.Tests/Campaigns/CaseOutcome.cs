using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>What became of one case.</summary>
/// <param name="Plan">What went wrong.</param>
/// <param name="Broken">Invariants that broke, as sentences that begin with their name.</param>
/// <param name="Verdict">Of its first process; null if it ended without a record.</param>
/// <param name="Killed">True if its first process was killed.</param>
/// <param name="Marked">True if it left the bench marked as half-written.</param>
internal sealed record CaseOutcome(
    FaultPlan Plan, IReadOnlyList<string> Broken, Verdict? Verdict, bool Killed, bool Marked)
{
    /// <summary>Transfers that the programmer ended.</summary>
    public long Urbs { get; private init; }

    /// <summary>Writes and syncs of the disk.</summary>
    public long Writes { get; private init; }

    /// <inheritdoc cref="Writes"/>
    public long Syncs { get; private init; }

    /// <summary>From the last command to the relay to the end of the job.</summary>
    public TimeSpan SinceRelay { get; private init; }

    /// <summary>True if the job took a backup that is not what the chip holds.</summary>
    public bool WrongBackup { get; private init; }

    /// <summary>True if the job went on to a plan.</summary>
    public bool Planned { get; private init; }

    /// <summary>What came after the first process, a word each.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>True if the job was interrupted by nothing but the end of its process, went on, and ended like one that
    /// nobody disturbed.</summary>
    public bool SameAsUndisturbed { get; init; }

    /// <summary>How it ended, in a word.</summary>
    public string End => Verdict is { } verdict ? verdict.ToString().ToUpperInvariant() : Killed ? "killed" : "exit 73";

    public static CaseOutcome Of(ProcessEnd end, IReadOnlyList<string> broken, bool marked) =>
        new(end.Plan, broken, end.Result?.Judgement.Verdict, end.Killed is not null, marked)
        {
            Urbs = end.Bench.Programmer.Traffic.Urbs,
            Writes = end.Disk.Writes,
            Syncs = end.Disk.Syncs,
            SinceRelay = end.EndedAt - end.Witness.LastRelayAt,
            WrongBackup = end.Journal.OfType<JournalData.Backup>().Any(backup => backup.Stored
                && backup.Sha256 != Convert.ToHexStringLower(
                    System.Security.Cryptography.SHA256.HashData(end.Before))),
            Planned = end.Journal.OfType<JournalData.Plan>().Any(),
        };
}
