using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;

namespace FlashBench.Tests.Jobs;

/// <summary>Commissioning records written by hand.</summary>
internal static class CommissioningRecords
{
    public static readonly string Key = new('a', 64);

    /// <summary>The day on which jobs of <see cref="JobBench"/> begin.</summary>
    public static DateTimeOffset Now => new VirtualTime().GetUtcNow();

    /// <summary>A record of bench <paramref name="bench"/> that counts, ten days old.</summary>
    public static JournalData.Commissioned Of(DutProfile profile, string bench, int generation) => new(
        bench, profile.Id, profile.Sha256, true, "tester", "host", "flashbench test",
        CommissioningLimits.Text(Now.AddDays(-10)), 90, generation, "8.1.0.8001", 2100, "yes",
        [
            Run(CommissioningChecks.Baseline, generation),
            .. NegativeControls.Names.Where(name => name != "hang").Select(name => Run(name, generation)),
        ],
        [new JournalData.ControlNotRun("hang", "not asked for")]);

    /// <summary>The citation of a record.</summary>
    public static JournalData.Commissioning Cite(JournalData.Commissioned record) =>
        new(CommissioningStatement.HashOf(record), Key, record);

    /// <summary>A run that showed what it must.</summary>
    public static JournalData.CommissionedRun Run(string name, int generation)
    {
        string expected = CommissioningChecks.Expected(name, generation)!;
        return new JournalData.CommissionedRun(name, $"FBJ-1-{name}", new string('b', 64), expected, expected);
    }

    /// <summary>The record with another result of one run.</summary>
    public static JournalData.Commissioned Saw(JournalData.Commissioned record, string name, string seen) =>
        record with
        {
            Runs = [.. record.Runs.Select(run => run.Name == name ? run with { Seen = seen } : run)],
        };
}
