using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Board;
using FlashBench.Simulation.Me;

namespace FlashBench.Tests.Campaigns;

/// <summary>Rule I3: whoever says PASS, the models must agree, and a sound bench must pass.</summary>
internal static class PassInvariant
{
    private const int ColdBootsMin = 2;
    private static readonly TimeSpan Mark = TimeSpan.FromSeconds(1860);

    public static IEnumerable<string> Faults(ProcessEnd end, TrustedStations stations)
    {
        VerifiedRecord? record = Verify(end.Directory, stations, out string refusal);
        if (end.Result is { } result)
        {
            if (record is null)
                yield return $"the record of the job does not verify: {refusal}";
            else if (!IsSame(record.Judgement, result.Judgement))
                yield return $"the job says {result.Judgement.Verdict}, its record {record.Judgement.Verdict}";
        }

        bool passed = end.Result?.Judgement.Verdict == Verdict.Pass || record?.Judgement.Verdict == Verdict.Pass;
        foreach (string fault in passed ? Untruths(end, (end.Result?.Judgement ?? record!.Judgement).Level) : [])
            yield return fault;
        if (!passed && MustPass(end))
            yield return $"a sound bench does not pass: {end.Result?.Judgement.Reason ?? end.Escaped?.Message}";
    }

    /// <summary>What the models say against a PASS at this level.</summary>
    public static IEnumerable<string> Untruths(ProcessEnd end, EvidenceLevel level)
    {
        if (end.Case.Control is not null || end.Case.DryRun)
            yield return "a control or a dry run passes";
        if (end.Contentions > 0)
            yield return $"PASS although two masters met on the bus {end.Contentions} times";
        if (end.Folders.State.DirtyJob(CampaignJob.Bench) is not null)
            yield return "PASS of a board that is marked half-written";
        MeOutcome me = new MeModel(GenuineRecord.Take(end.Case.Image())).Decide(end.After);
        if (level >= EvidenceLevel.L1 && me.State is not (MeState.Disabled or MeState.Removed))
            yield return $"PASS at {level} although the flash makes the ME {me.State}: {me.Reason}";
        int lived = Lived(end);
        if (level >= EvidenceLevel.L2 && lived < ColdBootsMin)
            yield return $"PASS at {level} although only {lived} boots really lived past 31 minutes";
        if (!HasCellFaults(end) && LastRead(end) != HashOf(end.After))
            yield return "PASS of other bytes than the chip holds";
    }

    // Boots past the mark since the job changed the chip last, in whichever of its processes.
    private static int Lived(ProcessEnd end)
    {
        int lived = 0;
        foreach (BenchWitness life in end.Lives.Select(process => process.Witness))
        {
            bool changed = life.ChangesAtClose > 0;
            lived = (changed ? 0 : lived) + life.BootsAtClose.Count(boot =>
                (!changed || boot.Number > life.BootsBeforeChange) && IsWatched(boot, life.ClosedAt));
        }

        return lived;
    }

    private static string? LastRead(ProcessEnd end) =>
        end.Journal.OfType<JournalData.ReadBack>().LastOrDefault()?.Sha256;

    private static bool IsSame(Judgement one, Judgement other) =>
        (one.Verdict, one.Level) == (other.Verdict, other.Level);

    private static bool IsWatched(BoardBoot boot, TimeSpan now) =>
        (boot.Ended ?? now) - boot.Began >= Mark && boot.Me is MeState.Disabled or MeState.Removed;

    private static bool HasCellFaults(ProcessEnd end) => end.Case.Plan.Faults.Any(fault =>
        fault.Kind.Name.StartsWith("chip.", StringComparison.Ordinal) || fault.Kind.Name == "dut.clearsBit");

    // A cell that reads wrong the same way every time makes a wrong backup that nobody can know; put back, it is what
    // the board has from then on.
    private static bool MustPass(ProcessEnd end) =>
        end.Case is { Agent: true, HiddenUnderHap: false, Control: null, DryRun: false }
        && end is { Plan.Faults.Count: 0, MarkedBefore: null, Task: ProcessTask.Certify }
        && (!HasCellFaults(end) || end.Before.AsSpan().SequenceEqual(end.Case.Image()));

    /// <summary>What is wrong with the record of a job that has one.</summary>
    public static IEnumerable<string> RecordFaults(string directory, TrustedStations stations)
    {
        if (Verify(directory, stations, out string refusal) is null)
            yield return $"the job has ended, and its record does not verify: {refusal}";
    }

    /// <summary>What a job's record says; null if it has none that verifies.</summary>
    public static (Verdict Verdict, EvidenceLevel Level)? RecordOf(string directory, TrustedStations stations) =>
        Verify(directory, stations, out _) is { Judgement: var judgement }
            ? (judgement.Verdict, judgement.Level) : null;

    private static VerifiedRecord? Verify(string directory, TrustedStations stations, out string refusal)
    {
        refusal = "";
        if (directory.Length == 0 || !File.Exists(Path.Combine(directory, DsseEnvelope.FileName)))
        {
            refusal = "there is none";
            return null;
        }

        try
        {
            return new EvidenceVerifier(directory, stations).Verify();
        }
        catch (EvidenceException e)
        {
            refusal = e.Message;
            return null;
        }
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
