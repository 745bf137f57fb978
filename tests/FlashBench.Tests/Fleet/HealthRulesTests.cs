using FlashBench.Bench.Fleet;

namespace FlashBench.Tests.Fleet;

/// <summary>Every pair of a health and an event.</summary>
public sealed class HealthRulesTests
{
    private const int Breaker = 3;
    private static readonly DateTimeOffset Then = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Then.AddDays(1);

    // A row: the event; then what becomes of good, unknown, looping, bad, maintenance, retired.
    private static readonly string[] Expected =
    [
        "JobWorked      Good        Unknown     Looping     Bad         Maintenance Retired",
        "JobFailed      Good        Unknown     Looping     Bad         Maintenance Retired",
        "Bug            Maintenance Maintenance Maintenance Maintenance Maintenance Retired",
        "CheckPassed    Good        Good        Looping     Good        Maintenance Retired",
        "CheckFailed    Bad         Bad         Looping     Bad         Maintenance Retired",
        "SetGood        Good        Good        Good        Good        Good        Good",
        "SetUnknown     Unknown     Unknown     Unknown     Unknown     Unknown     Unknown",
        "SetLooping     Looping     Looping     Looping     Looping     Looping     Looping",
        "SetMaintenance Maintenance Maintenance Maintenance Maintenance Maintenance Maintenance",
        "SetRetired     Retired     Retired     Retired     Retired     Retired     Retired",
    ];

    public static TheoryData<BenchHealth, HealthEvent, BenchHealth> Pairs()
    {
        var pairs = new TheoryData<BenchHealth, HealthEvent, BenchHealth>();
        foreach (string[] row in Expected.Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            foreach (BenchHealth before in Enum.GetValues<BenchHealth>())
                pairs.Add(before, Enum.Parse<HealthEvent>(row[0]), Enum.Parse<BenchHealth>(row[1 + (int)before]));
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_pair_has_its_outcome(BenchHealth before, HealthEvent happened, BenchHealth after)
    {
        HealthRecord record = Record(before);

        HealthRecord next = After(record, happened);

        Assert.Equal(after, next.Health);
        bool noted = before != after || happened.ToString().StartsWith("Set", StringComparison.Ordinal);
        Assert.Equal(noted ? ("new reason", Now, "ada") : ("old reason", Then, "bob"),
            (next.Reason, next.Since, next.By));
    }

    [Fact]
    public void Every_pair_stands_in_the_table() =>
        Assert.Equal(Enum.GetValues<BenchHealth>().Length * Enum.GetValues<HealthEvent>().Length, Pairs().Count);

    [Theory]
    [InlineData(BenchHealth.Good)]
    [InlineData(BenchHealth.Unknown)]
    public void So_many_failures_in_a_row_open_the_breaker_and_not_one_less(BenchHealth health)
    {
        HealthRecord record = Record(health);

        for (int failed = 1; failed < Breaker; failed++)
        {
            record = After(record, HealthEvent.JobFailed);
            Assert.Equal((health, failed), (record.Health, record.Failures));
        }

        record = After(record, HealthEvent.JobFailed);
        Assert.Equal(BenchHealth.Bad, record.Health);
        Assert.Equal("3 jobs in a row failed by the bench's fault, the last: new reason", record.Reason);
    }

    [Fact]
    public void A_job_that_worked_begins_the_count_anew()
    {
        HealthRecord record = Record(BenchHealth.Good);
        for (int round = 0; round < 10; round++)
        {
            record = After(After(record, HealthEvent.JobFailed), HealthEvent.JobFailed);
            record = After(record, HealthEvent.JobWorked);
        }

        Assert.Equal((BenchHealth.Good, 0), (record.Health, record.Failures));
    }

    [Fact]
    public void A_breaker_of_one_opens_at_once() => Assert.Equal(
        BenchHealth.Bad,
        HealthRules.After(Record(BenchHealth.Good), HealthEvent.JobFailed, ("no answer", "x"), Now, 1).Health);

    [Fact]
    public void Nothing_new_is_the_same_record()
    {
        HealthRecord record = Record(BenchHealth.Good);

        Assert.Same(record, After(record, HealthEvent.JobWorked));
        Assert.Same(record, After(record, HealthEvent.CheckPassed));
    }

    [Theory]
    [InlineData(BenchHealth.Good, true, true)]
    [InlineData(BenchHealth.Unknown, true, true)]
    [InlineData(BenchHealth.Looping, false, true)]
    [InlineData(BenchHealth.Bad, false, true)]
    [InlineData(BenchHealth.Maintenance, false, false)]
    [InlineData(BenchHealth.Retired, false, false)]
    public void Health_says_what_a_bench_takes(BenchHealth health, bool jobs, bool checks)
    {
        Assert.Equal((jobs, checks), (Record(health).TakesJobs, Record(health).TakesChecks));
    }

    private static HealthRecord Record(BenchHealth health) => new(health, "old reason", Then, "bob", 0);

    private static HealthRecord After(HealthRecord before, HealthEvent happened) =>
        HealthRules.After(before, happened, ("new reason", "ada"), Now, Breaker);
}
