using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>What a commissioning record is for: one bench and one type of board.</summary>
/// <param name="Bench">The bench.</param>
/// <param name="Profile">Id of the board's profile.</param>
/// <param name="ProfileSha256">Its hash.</param>
/// <param name="Simulated">True if a part is simulated: such a record never serves a real bench (rule I7).</param>
public sealed record CommissioningScope(string Bench, string Profile, string ProfileSha256, bool Simulated)
{
    internal static CommissioningScope Of(JournalData.JobStart start) =>
        new(start.Bench, start.Profile.Id, start.Profile.Sha256, start.Simulated);
}

/// <summary>What the cited commissioning record is worth for a job, and check R3.</summary>
public static class CommissioningChecks
{
    /// <summary>Name of the stock run among the runs of a record.</summary>
    public const string Baseline = "baseline";

    /// <summary>What the stock run must have shown.</summary>
    public const string BaselineExpected = "PASS";

    private const string DamagedManifest = "damaged-manifest";

    /// <summary>Why the cited record does not count for this job; null if it does, or if none is cited.</summary>
    public static string? FaultOf(JobFacts facts)
    {
        if (facts.Commissioning is not { } cited)
            return null;
        return CommissioningStatement.HashOf(cited.Record) == cited.Sha256
            ? FaultOf(cited.Record, CommissioningScope.Of(facts.Start), facts.StartedUtc)
                ?? (facts.WentOnUtc is { } later
                    ? FaultOf(cited.Record, CommissioningScope.Of(facts.Start), later)
                    : null)
                ?? FaultOf(cited.Record, facts.Audit) ?? FaultOf(cited.Record, facts.Source)
            : "its hash is not that of its content";
    }

    /// <summary>Why a record does not count for a job that begins; null if it does.</summary>
    /// <param name="record">The record.</param>
    /// <param name="scope">What it must have been made for.</param>
    /// <param name="now">When the job begins.</param>
    public static string? FaultOf(
        JournalData.Commissioned record, CommissioningScope scope, DateTimeOffset now)
    {
        if (record.Bench != scope.Bench)
            return $"it was made for bench {record.Bench}";
        if (record.Profile != scope.Profile || record.ProfileSha256 != scope.ProfileSha256)
            return $"it was made for {record.Profile} by another profile than this one";
        if (record.Simulated != scope.Simulated)
            return record.Simulated ? "it was made on a simulated bench" : "it was made on a real bench";
        if (AgeDays(record, now) is var age && age < 0)
            return $"it was made on {record.Created}, which is not past yet";
        return age <= record.ValidDays ? FaultOf(record)
            : $"it is {age} days old and was good for {record.ValidDays}";
    }

    /// <summary>Whole days between a record and a time; negative for a time before it.</summary>
    public static int AgeDays(JournalData.Commissioned record, DateTimeOffset now) =>
        (int)Math.Floor((now - (CommissioningLimits.Time(record.Created) ?? DateTimeOffset.MaxValue)).TotalDays);

    /// <summary>Why a record shows nothing; null for a bench that told every board apart.</summary>
    public static string? FaultOf(JournalData.Commissioned record)
    {
        if (record.Runs.Count(run => run.Name == Baseline) != 1)
            return "it has no stock run";
        if (record.Runs.DistinctBy(run => run.Name).Count() != record.Runs.Length)
            return "it names a run twice";
        foreach (JournalData.CommissionedRun run in record.Runs)
        {
            if (Expected(run.Name, record.MeGeneration) is not { } expected || run.Expected != expected)
                return $"it holds {run.Name} to another measure than this program";
            if (!IsAsWanted(run, record.MeGeneration))
                return $"its run {run.Name} ended in {run.Seen}, not in {run.Expected}";
        }

        return null;
    }

    /// <summary>What must be seen in a run; null for a run of no known name.</summary>
    public static string? Expected(string name, int generation) =>
        name == Baseline ? BaselineExpected : ControlExpectation.For(name, generation)?.Text;

    /// <summary>What the stock run showed, in the words of <see cref="BaselineExpected"/>.</summary>
    /// <param name="judgement">The judgement of its job.</param>
    /// <param name="facts">The facts of its job.</param>
    public static string SeenInBaseline(Judgement judgement, JobFacts facts)
    {
        Check check = judgement.Checks.Single(check => check.Id == "B2");
        if (check.Outcome == Verdict.Pass)
            return BaselineExpected;
        return facts.Boots.FirstOrDefault(boot => boot.Kind == BootKind.Baseline) is { } boot
            ? $"{CertificateText.Name(check.Outcome)}, {boot.Class}"
            : $"{CertificateText.Name(judgement.Verdict)}, no watched boot";
    }

    /// <summary>True if a run says nothing against the bench.</summary>
    /// <remarks>A board that stays on although its manifest is damaged speaks against the uptime criterion, not against
    /// the bench (me-firmware 7, NC1).</remarks>
    public static bool IsAsWanted(JournalData.CommissionedRun run, int generation) =>
        run.Seen == run.Expected || StayedOn(run, generation);

    /// <summary>True if the watchdog was seen to act, false if the board stayed on without it, null if it was not
    /// tried.</summary>
    public static bool? WatchdogTripped(JournalData.Commissioned record)
    {
        JournalData.CommissionedRun? run = record.Runs.FirstOrDefault(run => run.Name == DamagedManifest);
        bool tried = run is not null
            && ControlExpectation.For(DamagedManifest, record.MeGeneration)!.Class == BootClass.WatchdogConsistent;
        return tried ? run!.Seen == run.Expected : null;
    }

    /// <summary>True if this model is known to stay on without its ME: living on past the mark shows nothing then.
    /// </summary>
    internal static bool VoidsUptime(JobFacts facts) =>
        facts.Commissioning is { } cited && FaultOf(facts) is null && WatchdogTripped(cited.Record) == false;

    /// <summary>True if the ME's device was visible with the stock image: in this job's baseline, or by the record.
    /// </summary>
    internal static bool SawDevice(JobFacts facts) =>
        MeObserved.BaselineShowsDevice(facts)
            || (facts.Commissioning is { Record.MeVisible: "yes" } && FaultOf(facts) is null);

    internal static Check Record(JobFacts facts)
    {
        const string id = "R3", title = "commissioning", limit = "this bench and profile, every run as expected";
        if (facts.Commissioning is not { } cited)
        {
            return new Check(id, title, Verdict.Inconclusive, false, "none", limit,
                "no valid commissioning record: the baseline of this job stands for itself");
        }

        int age = AgeDays(cited.Record, facts.StartedUtc);
        string measured = $"{CommissioningStatement.IdOf(cited.Sha256)}, {age} of {cited.Record.ValidDays} days old, "
            + $"{cited.Record.Runs.Count(run => run.Seen == run.Expected)} of {cited.Record.Runs.Length} runs as "
            + "expected";
        return FaultOf(facts) is { } fault
            ? new Check(id, title, Verdict.Inconclusive, false, measured, limit, $"no valid record: {fault}")
            : new Check(id, title, Verdict.Pass, false, measured, limit, VoidsUptime(facts)
                ? "the bench tells boards apart; on this model uptime shows nothing"
                : "the bench tells boards apart");
    }

    // The audit comes after the record: whether both speak of the same kind of firmware.
    private static string? FaultOf(JournalData.Commissioned record, JournalData.Audit? audit) =>
        audit is not null && audit.Generation != record.MeGeneration
            ? $"it was made with ME generation {record.MeGeneration}, and this board has {audit.Generation}"
            : null;

    private static bool StayedOn(JournalData.CommissionedRun run, int generation) =>
        run.Name == DamagedManifest
            && ControlExpectation.For(run.Name, generation) is { Class: BootClass.WatchdogConsistent } wanted
            && run.Seen.StartsWith(
                $"{CertificateText.Name(wanted.Verdict)}, {BootClass.Alive}", StringComparison.Ordinal);
}
