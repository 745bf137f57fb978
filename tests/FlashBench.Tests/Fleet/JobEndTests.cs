using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Fleet;

/// <summary>What the end of a job says of its bench, and whether it is run again.</summary>
public sealed class JobEndTests
{
    private static readonly FleetPolicy OneRetry = new(InfraRetries: 1);

    [Theory]
    [InlineData(Verdict.Pass, ErrorClass.None, HealthEvent.JobWorked, HealthEvent.CheckPassed)]
    [InlineData(Verdict.Fail, ErrorClass.Dut, HealthEvent.JobWorked, HealthEvent.CheckFailed)]
    [InlineData(Verdict.Inconclusive, ErrorClass.Dut, null, HealthEvent.CheckFailed)]
    [InlineData(Verdict.Error, ErrorClass.Infrastructure, HealthEvent.JobFailed, HealthEvent.CheckFailed)]
    [InlineData(Verdict.Inconclusive, ErrorClass.Infrastructure, HealthEvent.JobFailed, HealthEvent.CheckFailed)]
    [InlineData(Verdict.Fail, ErrorClass.Infrastructure, HealthEvent.JobFailed, HealthEvent.CheckFailed)]
    [InlineData(Verdict.Error, ErrorClass.Image, null, null)]
    [InlineData(Verdict.Error, ErrorClass.Configuration, null, null)]
    [InlineData(Verdict.Aborted, ErrorClass.Canceled, null, null)]
    [InlineData(Verdict.Error, ErrorClass.Bug, HealthEvent.Bug, HealthEvent.Bug)]
    public void Each_class_of_end_says_its_own(
        Verdict verdict, ErrorClass cause, HealthEvent? asJob, HealthEvent? asCheck)
    {
        var end = new JobEnd(verdict, cause, "why", Erased: false);

        Assert.Equal((asJob, asCheck), (end.AsJob, end.AsCheck));
    }

    [Fact]
    public void Only_what_the_bench_broke_before_the_first_erase_is_run_again()
    {
        foreach (Verdict verdict in Enum.GetValues<Verdict>())
        {
            foreach (ErrorClass cause in Enum.GetValues<ErrorClass>())
            {
                bool again = verdict != Verdict.Pass && cause == ErrorClass.Infrastructure;
                Assert.Equal(again, new JobEnd(verdict, cause, "", Erased: false).MayRetry(1, OneRetry));
                Assert.False(new JobEnd(verdict, cause, "", Erased: true).MayRetry(1, OneRetry));
                Assert.False(new JobEnd(verdict, cause, "", Erased: false).MayRetry(2, OneRetry));
                Assert.False(new JobEnd(verdict, cause, "", false).MayRetry(1, new FleetPolicy(InfraRetries: 0)));
            }
        }
    }

    [Theory]
    [InlineData(Verdict.Pass, 1, false)]
    [InlineData(Verdict.Pass, 2, true)]
    [InlineData(Verdict.Fail, 2, false)]
    [InlineData(Verdict.Inconclusive, 3, false)]
    public void A_pass_after_a_retry_is_flaky(Verdict verdict, int attempts, bool flaky) =>
        Assert.Equal(flaky, new JobEnd(verdict, ErrorClass.None, "", Erased: true).IsFlaky(attempts));

    [Fact]
    public void Result_and_journal_say_the_same_of_a_job()
    {
        using var passed = new JobBench();
        using var broken = new JobBench
        {
            Arrange = bench => bench.Programmer.Faults.UnplugAfterUrb = 40,
        };

        foreach (JobBench bench in new[] { passed, broken })
        {
            (_, JobResult result) = bench.Run();

            Assert.Equal(JobEnd.Of(result), JobEnd.Of(bench.Records));
            Assert.Null(JobEnd.Of(bench.Records.SkipLast(1).ToArray()));
        }

        Assert.True(JobEnd.Of(passed.Records)!.Erased);
        Assert.False(JobEnd.Of(broken.Records)!.Erased);
    }
}
