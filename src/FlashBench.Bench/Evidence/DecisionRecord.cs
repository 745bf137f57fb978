using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>A judgement as the journal's last record.</summary>
public static class DecisionRecord
{
    /// <summary>The record that says what the judgement says.</summary>
    public static JournalData.Decision Of(Judgement judgement) => new(
        judgement.Verdict, judgement.Level.ToString(), judgement.Reason, judgement.Class,
        [.. judgement.Checks.Select(check => new JournalData.CheckEntry(
            check.Id, check.Title, check.Outcome, check.Mandatory, check.Measured, check.Limit, check.Text))]);

    /// <summary>True if the record says exactly what the judgement says.</summary>
    public static bool Matches(JournalData.Decision record, Judgement judgement)
    {
        JournalData.Decision computed = Of(judgement);
        return record with { Checks = [] } == computed with { Checks = [] }
            && record.Checks.SequenceEqual(computed.Checks);
    }
}
