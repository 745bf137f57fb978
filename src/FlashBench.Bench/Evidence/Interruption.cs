using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>What an interruption left of a job: the phase that had begun and not ended, and what of it
/// counts.</summary>
/// <param name="Phase">Its name; empty between two phases.</param>
/// <param name="Begin">Where among the records that count it began; -1 between two phases.</param>
/// <param name="GoesOn">True if what it did counts and it goes on from there; false if it begins anew.</param>
/// <param name="Failure">What it had shown already; it ends with that, whatever a repetition would show.</param>
internal sealed record Interruption(string Phase, int Begin, bool GoesOn, PhaseFailure? Failure)
{
    /// <summary>The phase that concludes a job; it is always made anew.</summary>
    public const string LastPhase = "certify";

    private static readonly Interruption BetweenPhases = new("", -1, false, null);

    /// <summary>How the records that count would be interrupted at their end.</summary>
    public static Interruption Of(IReadOnlyList<JournalRecord> records)
    {
        int last = records.Count - 1;
        while (last >= 0 && !IsMark(records[last].Data))
            last--;
        if (last < 0 || records[last].Data is JournalData.PhaseEnd { Verdict: not Verdict.Aborted })
            return BetweenPhases;
        string phase = NameOf(records[last].Data);
        int begin = last;
        while (begin >= 0 && records[begin].Data is not JournalData.PhaseBegin)
            begin--;
        if (begin < 0 || NameOf(records[begin].Data) != phase)
            return BetweenPhases;
        var inside = records.Skip(begin + 1).Select(record => record.Data).ToList();
        PhaseFailure? failure = PhaseFailure.In(inside);
        bool goesOn = failure is not null || phase is "baseline" or "watch"
            || (phase == "write" && inside.Exists(record => record is JournalData.Dirty));
        return new Interruption(phase, begin, goesOn, failure);
    }

    private static bool IsMark(JournalData data) =>
        data is JournalData.PhaseBegin { Name: not LastPhase } or JournalData.PhaseEnd { Name: not LastPhase };

    private static string NameOf(JournalData mark) =>
        mark is JournalData.PhaseBegin begin ? begin.Name : ((JournalData.PhaseEnd)mark).Name;
}

/// <summary>What a phase had shown before it could end.</summary>
/// <param name="Verdict">What that means for the job.</param>
/// <param name="Reason">What it was, as a sentence without a full stop.</param>
/// <param name="Class">Who must act.</param>
internal sealed record PhaseFailure(Verdict Verdict, string Reason, ErrorClass Class)
{
    private const string Before = "before the job was interrupted ";

    /// <summary>The first failure among the records of a phase; null if there is none.</summary>
    public static PhaseFailure? In(IReadOnlyList<JournalData> phase)
    {
        string? pass = null;
        foreach (JournalData data in phase)
        {
            if (data is JournalData.BackupPass { Diagnosis: false } read)
            {
                if (pass is not null && pass != read.Sha256)
                    return Doubtful("two whole reads of the chip differed");
                pass = read.Sha256;
            }

            if (Of(data) is { } failure)
                return failure;
        }

        return null;
    }

    private static PhaseFailure? Of(JournalData data) => data switch
    {
        JournalData.Backup { Agree: false } => Doubtful("two whole reads of the chip differed"),
        JournalData.Audit { Refusals: [var refusal, ..] } => new(Verdict.Fail, refusal, ErrorClass.Image),
        JournalData.ImageAudit { Content.Refusals: [var refusal, ..] } =>
            new(Verdict.Fail, refusal, ErrorClass.Image),
        JournalData.ReadBack { Purpose: "before", DifferingBytes: > 0 } read => new(
            Verdict.Inconclusive, $"{Before}{Differing(read)} of the chip differed from the backup outside the board's "
                + "own data", ErrorClass.Dut),
        JournalData.ReadBack { DifferingBytes: > 0 } read => new(
            Verdict.Fail, $"{Before}{Differing(read)} did not read back as they should ({read.Purpose})",
            ErrorClass.Dut),
        _ => null,
    };

    private static string Differing(JournalData.ReadBack read) =>
        $"{read.DifferingBytes} bytes, first at 0x{read.FirstDifference:X6},";

    private static PhaseFailure Doubtful(string what) =>
        new(Verdict.Inconclusive, $"{Before}{what}: check clip and leads", ErrorClass.Infrastructure);
}
