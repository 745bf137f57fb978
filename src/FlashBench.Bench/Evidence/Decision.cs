using FlashBench.Bench.Config;

namespace FlashBench.Bench.Evidence;

/// <summary>Decides on a job: the same pure function at the end of the run and in `certificate verify`.</summary>
/// <remarks>
/// PASS needs every check of the required level; any FAIL of any check is a FAIL; nothing rounds up. Source:
/// certification criteria A1 to E2 of the project's ME reference, levels of the design.
/// </remarks>
public static class Decision
{
    // What to name first when several checks failed: the board's death, then its ME, then its flash.
    private static readonly string[] FailOrder =
        ["A2", "D1", "C1", "C2", "C3", "E1", "A7", "A4", "A6", "A5", "A3", "A1", "B1", "B2", "D2"];

    private static readonly string[] InconclusiveOrder = ["A1", "A2", "R2", "D1", "B2", "C1", "C3", "B1", "E1"];

    private static readonly (EvidenceLevel Level, string[] Ids)[] LevelChecks =
    [
        (EvidenceLevel.L0, ["A1", "A2", "A3", "A7", "R1"]),
        (EvidenceLevel.L1, ["A4", "A5", "A6"]),
        (EvidenceLevel.L2, ["B1", "B2", "D1", "D2", "E1"]),
        (EvidenceLevel.L3, ["C1"]),
    ];

    /// <summary>Decides.</summary>
    /// <exception cref="Journal.EvidenceException">The record asks for a level that does not exist.</exception>
    public static Judgement Decide(JobFacts facts)
    {
        if (!Enum.TryParse(facts.Start.Require, out EvidenceLevel required) || required < EvidenceLevel.L0)
            throw new Journal.EvidenceException(Journal.JournalWriter.FileName, 0, "the required level is unknown");
        HashSet<string> mandatory = Mandatory(facts, required);
        var checks = FlashChecks.All(facts).Concat(StateChecks.All(facts)).Concat(WatchChecks.All(facts))
            .Concat(BoardChecks.All(facts)).Append(CommissioningChecks.Record(facts))
            .Select(check => check with { Mandatory = check.Mandatory || mandatory.Contains(check.Id) })
            .OrderBy(check => check.Id, StringComparer.Ordinal).ToList();
        Verdict verdict = Worst(facts, checks);
        if (ControlChecks.Of(facts, verdict) is { } control)
            checks.Insert(checks.FindIndex(check => string.CompareOrdinal(check.Id, control.Id) > 0), control);
        return new Judgement(
            verdict, LevelOf(facts, checks), required, Reason(facts, checks, verdict),
                ClassOf(facts, checks, verdict), checks);
    }

    private static Verdict Worst(JobFacts facts, List<Check> checks) => checks
        .Where(check => check.Mandatory || check.Outcome == Verdict.Fail).Select(check => check.Outcome)
        .Concat(facts.Phases.Select(phase => phase.Verdict))
        .Append(facts.IsDirty ? Verdict.Fail : Verdict.Pass)
        .Append(facts.Start.Control is null ? Verdict.Pass : Verdict.Inconclusive) // a control certifies nothing
        .Append(facts.Restored is null ? Verdict.Pass : Verdict.Inconclusive) // nor does putting a backup back
        .Append(facts.Start.Watch.Shortened ? Verdict.Inconclusive : Verdict.Pass)
        .Max();

    // Level L2 cannot be had where uptime shows nothing; L3 then rests on what the registers say (C1).
    private static EvidenceLevel LevelOf(JobFacts facts, List<Check> checks)
    {
        bool uptimeVoid = CommissioningChecks.VoidsUptime(facts);
        EvidenceLevel reached = EvidenceLevel.None;
        foreach ((EvidenceLevel level, string[] ids) in LevelChecks)
        {
            var needed = Needed(facts, level, ids).Where(id => id != "D1" || !uptimeVoid).ToHashSet();
            if (checks.Exists(check => needed.Contains(check.Id) && check.Outcome != Verdict.Pass))
                break;
            reached = level == EvidenceLevel.L2 && uptimeVoid ? reached : level;
        }

        return reached;
    }

    private static HashSet<string> Mandatory(JobFacts facts, EvidenceLevel required)
    {
        var mandatory = LevelChecks.Where(entry => entry.Level <= required)
            .SelectMany(entry => Needed(facts, entry.Level, entry.Ids)).ToHashSet();
        if (required == EvidenceLevel.L3 && CommissioningChecks.VoidsUptime(facts))
            mandatory.Remove("D1"); // a boot that does not live fails D2 all the same
        return mandatory;
    }

    // Where no register of the ME can be read, level L2 needs the host's view instead (me-firmware 7).
    private static IEnumerable<string> Needed(JobFacts facts, EvidenceLevel level, string[] ids)
    {
        IEnumerable<string> needed = ids.Where(id => id != "B1" || FuseChecks.Matter(facts));
        return level == EvidenceLevel.L2 && MeObserved.IsHidden(facts) ? needed.Append("C3") : needed;
    }

    private static string Reason(JobFacts facts, List<Check> checks, Verdict verdict)
    {
        if (verdict == Verdict.Pass)
            return "every mandatory check passed";
        if (facts.Phases.LastOrDefault(phase => phase.Verdict == verdict) is { Reason.Length: > 0 } ended)
            return $"{ended.Name}: {ended.Reason}";
        if (facts.Restored is { } restored && verdict == Verdict.Inconclusive)
        {
            return $"the backup {restored.Sha256} was put back and read back equal: a board as it was is not certified";
        }

        Check? telling = Telling(checks, verdict);
        if (facts.Start.Watch.Shortened && verdict == Verdict.Inconclusive && telling is null or { Id: "D1" })
            return WatchChecks.Shortened(facts);
        if (telling is null && !facts.IsDirty)
        {
            return $"the negative control {facts.Start.Control} did not fail: this bench cannot tell such a board "
                + "apart";
        }

        return telling is null ? "the board was left half-written" : $"{telling.Id} {telling.Title}: {telling.Text}";
    }

    private static Check? Telling(List<Check> checks, Verdict verdict)
    {
        string[] order = verdict == Verdict.Fail ? FailOrder : InconclusiveOrder;
        return checks.Where(check => check.Outcome == verdict && (check.Mandatory || verdict == Verdict.Fail))
            .OrderBy(check => Array.IndexOf(order, check.Id) is >= 0 and int rank ? rank : order.Length)
            .FirstOrDefault();
    }

    private static ErrorClass ClassOf(JobFacts facts, List<Check> checks, Verdict verdict)
    {
        if (verdict == Verdict.Pass)
            return ErrorClass.None;
        if (facts.Phases.LastOrDefault(phase => phase.Verdict == verdict) is { } ended)
            return ended.Class;
        if (verdict == Verdict.Inconclusive && Telling(checks, verdict) is { Id: "A5" })
            return ErrorClass.Image; // a version of which too little is known: no bench could tell more
        bool image = checks.Exists(check => check.Id == "A2" && check.Outcome == Verdict.Fail);
        return verdict == Verdict.Fail ? image ? ErrorClass.Image : ErrorClass.Dut : ErrorClass.Infrastructure;
    }
}
