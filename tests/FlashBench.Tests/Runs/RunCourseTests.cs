using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Runs;
using FlashBench.Tests.Evidence;

namespace FlashBench.Tests.Runs;

public sealed class RunCourseTests
{
    [Fact]
    public void Images_go_round_in_their_order_until_the_cycles_are_done()
    {
        RunCourse course = RunCourse.Of([RunScript.Start(cycles: 2, images: 3)]);
        var seen = new List<(int, int?)>();
        while (Next(course) is { } job)
        {
            seen.Add((job.Cycle, job.Image));
            course.Take(job);
            course.Take(RunScript.End("a", job.Step));
        }

        Assert.Equal([(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)], seen);
    }

    [Fact]
    public void A_job_that_broke_before_its_chip_was_changed_is_tried_once_more_and_no_more()
    {
        RunCourse course = RunCourse.Of([RunScript.Start()]);
        course.Take(RunScript.Begin("a", 1, 1));
        course.Take(RunScript.End("a", 1, Verdict.Error));

        RunEvent.Assigned again = Next(course)!;
        Assert.Equal((1, 2), (again.Step, again.Attempt));
        course.Take(again);
        course.Take(RunScript.End("a", 1, Verdict.Error, attempt: 2));

        Assert.Equal((2, 1), (Next(course)!.Step, Next(course)!.Attempt));
    }

    [Fact]
    public void A_job_that_broke_behind_its_first_erase_is_not_tried_again()
    {
        RunCourse course = RunCourse.Of([RunScript.Start()]);
        course.Take(RunScript.Begin("a", 1, 1));
        RunEvent.Done broken = RunScript.End("a", 1, Verdict.Error);
        course.Take(broken with { Digest = broken.Digest with { Written = true } });

        Assert.Equal((2, 1), (Next(course)!.Step, Next(course)!.Attempt));
    }

    [Fact]
    public void The_job_that_was_under_way_is_known_after_any_prefix_of_the_log()
    {
        RunEvent[] events =
        [
            RunScript.Start(), RunScript.Begin("a", 1, 1), RunScript.Begin("b", 1, 1), RunScript.End("b", 1),
            RunScript.Begin("b", 2, 2), RunScript.End("a", 1), RunScript.Begin("a", 2, 2), RunScript.End("a", 2),
        ];
        string?[] openOfA = [null, "SOAK-1.a.1", "SOAK-1.a.1", "SOAK-1.a.1", "SOAK-1.a.1", null, "SOAK-1.a.2", null];
        for (int i = 0; i < events.Length; i++)
            Assert.Equal(openOfA[i], RunCourse.Of(events.Take(i + 1))["a"].Open?.Job);
    }

    [Fact]
    public void The_first_backup_of_the_run_is_what_goes_back()
    {
        RunCourse course = RunCourse.Of([RunScript.Start()]);
        course.Take(RunScript.Begin("a", 1, 1));
        RunEvent.Done early = RunScript.End("a", 1, Verdict.Error);
        course.Take(early with { Digest = early.Digest with { BackupSha256 = null } });
        course.Take(RunScript.Begin("a", 2, 2));
        course.Take(RunScript.End("a", 2));

        Assert.Equal(2, course["a"].First!.Step);
        Assert.True(course["a"].IsChanged);
        Assert.False(course["a"].OwnImageIsBack);
        course.Take(RunScript.Begin("a", 2, 0));
        JobDigest restored = RunScript.Digest("r", Verdict.Inconclusive) with { IsRestored = true };
        course.Take(new RunEvent.Done("a", 2, 1, restored));
        Assert.True(course["a"].OwnImageIsBack);
    }

    [Fact]
    public void Going_on_takes_a_stop_back()
    {
        RunCourse course = RunCourse.Of([RunScript.Start(), new RunEvent.Stopping("first", default)]);
        course.Take(new RunEvent.Stopping("second", default));
        Assert.Equal("first", course.StopReason);

        course.Take(new RunEvent.WentOn(1, default));

        Assert.Null(course.StopReason);
        Assert.Equal(1, course.Resumes);
    }

    [Fact]
    public void A_run_that_ends_at_its_first_fail_ends_there_whatever_was_written_down_of_the_stop()
    {
        RunEvent.Started start = RunScript.Start() with { StopOnFail = true };
        var course = RunCourse.Of(
            [start, RunScript.Begin("a", 1, 1), RunScript.End("a", 1, Verdict.Fail)]);
        Assert.Equal("job SOAK-1.a.1 failed", course.StopReason);

        course.Take(new RunEvent.WentOn(1, RunScript.Evening));

        Assert.Equal("job SOAK-1.a.1 failed", course.StopReason);
    }

    [Fact]
    public void A_job_that_was_under_way_and_is_left_out_is_under_way_no_more()
    {
        var course = RunCourse.Of([RunScript.Start(), RunScript.Begin("a", 1, 1)]);

        course.Take(new RunEvent.Skipped("a", 1, "quarantined", RunScript.Evening));

        Assert.Null(course["a"].Open);
        Assert.Equal(2, course["a"].Next((step, _) => $"{step}")!.Step);
    }

    [Fact]
    public void A_job_without_a_record_counts_as_an_error_and_says_nothing_of_the_chip()
    {
        var course = RunCourse.Of(
        [
            RunScript.Start(), RunScript.Begin("a", 1, 1),
            new RunEvent.Done("a", 1, 1, JobDigest.WithoutRecord(
                "SOAK-1.a.1", "no programmer", ErrorClass.Infrastructure, RunScript.Evening)),
        ]);

        Assert.Equal((null, null, false), (course["a"].Open, course["a"].First, course["a"].IsChanged));
        Assert.Equal((1, 2), (course["a"].Next((_, _) => "x")!.Step, course["a"].Next((_, _) => "x")!.Attempt));
    }

    [Fact]
    public void Events_of_a_bench_that_is_none_of_the_run_change_nothing()
    {
        RunSummary summary = RunSummary.Of([RunScript.Start(), RunScript.Begin("x", 1, 1), RunScript.End("x", 1)]);

        Assert.All(summary.Rows, row => Assert.Equal(0, row.Jobs));
    }

    [Fact]
    public void A_pass_after_a_repetition_is_flaky_and_its_broken_attempt_does_not_count()
    {
        RunSummary summary = RunSummary.Of(
        [
            RunScript.Start(benches: ["a"]), RunScript.Begin("a", 1, 1), RunScript.End("a", 1, Verdict.Error),
            RunScript.Begin("a", 1, 1, attempt: 2), RunScript.End("a", 1, Verdict.Pass, 2, 8, 9),
            RunScript.Begin("a", 2, 2), RunScript.End("a", 2, Verdict.Fail, 1, 10, 11),
        ]);
        RunRow row = Assert.Single(summary.Rows);

        Assert.Equal((2, 0, 1, 0, 1), (
            row.Jobs, row.Count(Verdict.Pass), row.Count(Verdict.Fail), row.Count(Verdict.Error), row.Flaky));
        Assert.Equal((2, "SOAK-1.a.2"), (row.FirstFailureCycle, row.FirstFailure!.Job));
        Assert.Equal((9.5, 2.0), (row.OsUpMedian, row.OsUpDrift));
        Assert.Equal(5.5, row.LongestGapSeconds);
    }

    [Fact]
    public void An_image_is_left_out_where_it_did_not_pass_often_enough_in_a_row_and_only_there()
    {
        RunCourse course = RunCourse.Of([RunScript.Start(cycles: null, images: 2) with { FailuresMax = 2 }]);
        Verdict[] ofFirst = [Verdict.Fail, Verdict.Pass, Verdict.Fail, Verdict.Inconclusive];
        for (int cycle = 0; cycle < ofFirst.Length; cycle++)
        {
            foreach (int image in (int[])[0, 1])
            {
                RunEvent.Assigned job = Next(course)!;
                Assert.Null(course["a"].WhyHopeless(job));
                course.Take(job);
                course.Take(RunScript.End("a", job.Step, image == 0 ? ofFirst[cycle] : Verdict.Pass));
            }
        }

        RunEvent.Assigned next = Next(course)!;
        Assert.Equal("i0.bin did not pass 2 times in a row here", course["a"].WhyHopeless(next));
        Assert.Null(course["a"].WhyHopeless(next with { Image = 1 }));
        Assert.Null(course["b"].WhyHopeless(next));
    }

    [Fact]
    public void A_health_check_counts_in_no_row_and_its_backup_is_what_the_board_came_with()
    {
        RunEvent.Assigned check = new("a", 0, 0, null, 1, "c") { Check = true };
        RunEvent[] events = [RunScript.Start(), check, RunScript.End("a", 0)];
        RunSummary summary = RunSummary.Of(events);

        Assert.All(summary.Rows, row => Assert.Equal(0, row.Jobs));
        BenchCourse course = summary.Course["a"];
        Assert.Equal((0, false, true), (course.First!.Step, course.MayBeChecked, course.IsChanged));
        Assert.NotNull(course.Checked);
        summary.Take(RunScript.Begin("a", 1, 1));
        summary.Take(RunScript.End("a", 1));
        Assert.Equal((0, true), (course.First!.Step, course.MayBeChecked));
        Assert.Null(course.Checked);
    }

    [Fact]
    public void Another_backup_that_goes_back_is_not_the_boards_own()
    {
        RunCourse course = RunCourse.Of([RunScript.Start(), RunScript.Begin("a", 1, 1), RunScript.End("a", 1)]);
        JobDigest other = RunScript.Digest("r", Verdict.Inconclusive) with
        {
            IsRestored = true,
            BackupSha256 = new string('1', 64), // of a health check in the middle: what the job before had left
        };

        course.Take(RunScript.Begin("a", 1, 0));
        course.Take(new RunEvent.Done("a", 1, 1, other));

        Assert.False(course["a"].OwnImageIsBack);
    }

    [Fact]
    public void What_is_backed_up_behind_a_change_is_no_boards_own()
    {
        JobDigest lost = JobDigest.WithoutRecord(
            "SOAK-1.a.1", "its journal is damaged", ErrorClass.Configuration, RunScript.Evening) with
        {
            Written = true,
        };
        var course = RunCourse.Of(
        [
            RunScript.Start(), RunScript.Begin("a", 1, 1), new RunEvent.Done("a", 1, 1, lost),
            new RunEvent.WentOn(1, RunScript.Evening), RunScript.Begin("a", 2, 2), RunScript.End("a", 2),
        ]);

        Assert.Null(course["a"].First);
        Assert.True(course["a"].IsOwnImageLost);
        Assert.False(course["b"].IsOwnImageLost);
    }

    [Fact]
    public void A_backup_whose_two_reads_differed_is_none()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.EndedInBackup();

        JobDigest digest = JobDigest.Of(facts, judgement);

        Assert.NotEmpty(facts.Backup!.Sha256);
        Assert.Null(digest.BackupSha256);
        Assert.NotNull(JobDigest.Of(SampleJobs.Pass().Facts, SampleJobs.Pass().Judgement).BackupSha256);
    }

    [Fact]
    public void A_repetition_that_is_left_out_is_not_offered_again()
    {
        RunCourse course = RunCourse.Of([RunScript.Start(images: 2)]);
        course.Take(RunScript.Begin("a", 1, 1, image: 0));
        course.Take(RunScript.End("a", 1, Verdict.Error));
        Assert.Equal((1, 2, 0), (Next(course)!.Step, Next(course)!.Attempt, Next(course)!.Image));

        course.Take(new RunEvent.Skipped("a", 1, "image i0.bin is quarantined", RunScript.Evening));

        Assert.Equal((2, 1, 1), (Next(course)!.Step, Next(course)!.Attempt, Next(course)!.Image));
    }

    [Fact]
    public void Going_on_takes_back_that_a_bench_needs_hands_and_not_that_its_time_is_over()
    {
        RunCourse course = RunCourse.Of(
        [
            RunScript.Start(), new RunEvent.Left("a", "broken", NeedsHands: true, RunScript.Evening),
            new RunEvent.Left("b", "no time", NeedsHands: false, RunScript.Evening),
            new RunEvent.WentOn(1, RunScript.Evening),
        ]);
        Assert.Equal((null, "no time"), (course["a"].HasLeft, course["b"].HasLeft!.Why));

        course.Take(RunScript.Begin("b", 1, 1));

        Assert.Null(course["b"].HasLeft);
    }

    [Fact]
    public void A_job_that_was_interrupted_does_not_say_how_long_one_takes()
    {
        RunCourse course = RunCourse.Of([RunScript.Start(), RunScript.Begin("a", 1, 1), RunScript.Begin("b", 1, 1)]);
        course.Take(RunScript.End("b", 1));
        course.Take(new RunEvent.WentOn(1, RunScript.Evening));
        course.Take(RunScript.End("a", 1));
        Assert.Equal((0, 7200), (course["a"].LongestSeconds, course["b"].LongestSeconds));

        course.Take(RunScript.Begin("a", 2, 2));
        course.Take(RunScript.End("a", 2));

        Assert.Equal(7200, course["a"].LongestSeconds);
    }

    private static RunEvent.Assigned? Next(RunCourse course) =>
        course["a"].Next((step, attempt) => $"SOAK-1.a.{step}r{attempt}");
}
