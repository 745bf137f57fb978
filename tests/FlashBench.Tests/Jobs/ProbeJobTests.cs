using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Tests.Watch;

namespace FlashBench.Tests.Jobs;

/// <summary>Whole jobs whose console is damaged, whose board changes, or whose board has a login only.</summary>
public sealed class ProbeJobTests
{
    [Fact]
    public void With_one_percent_of_the_bytes_lost_both_ways_a_job_still_passes_and_verifies()
    {
        using var bench = new JobBench
        {
            Equip = (parts, _) => parts with
            {
                Console = new DamagedConsole(parts.Console, new LineDamage(DamageKind.Loss, 0.01, 3),
                    new LineDamage(DamageKind.Loss, 0.01, 4)),
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.True(code == 0, result.Judgement.Reason);
        VerifiedRecord verified = bench.Verify();
        Assert.Equal(Verdict.Pass, verified.Judgement.Verdict);
        Assert.All(verified.Facts.Boots, boot => Assert.True(boot.DamagedSamples > 10 && boot.Facts.IsComplete));
    }

    [Fact]
    public void Another_processor_in_the_middle_of_a_job_is_said_and_nothing_is_certified()
    {
        using var bench = new JobBench { Arrange = board => board.Faults.OtherProcessor = 3 };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(20, code);
        Assert.StartsWith("R2 ", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Inconclusive, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void A_login_prompt_is_enough_for_the_baseline_and_never_for_a_pass()
    {
        using var bench = new JobBench
        {
            Agent = false,
            ProbesLogin = true,
            Arrange = board => board.Faults.LoginOnly = true,
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(20, code);
        Assert.StartsWith("watch: the login prompt went on", result.Judgement.Reason, StringComparison.Ordinal);
        VerifiedRecord verified = bench.Verify();
        Assert.Equal(Verdict.Pass, verified.Judgement.Checks.Single(check => check.Id == "B2").Outcome);
        Assert.All(verified.Facts.Boots, boot => Assert.Equal(BootClass.Unanswered, boot.Class));
        Assert.True(bench.Records.Count(record => record.Data is JournalData.ConsoleProbe) > 300);
    }

    [Fact]
    public void Without_leave_nobody_presses_return()
    {
        using var bench = new JobBench { Agent = false, Arrange = board => board.Faults.LoginOnly = true };

        (int code, _) = bench.Run();

        Assert.Equal(20, code);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.ConsoleProbe);
        Assert.Equal(BootClass.Silent, Assert.Single(bench.Verify().Facts.Boots).Class);
    }
}
