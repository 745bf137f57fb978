using FlashBench.Bench;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

public sealed class TrendTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_group_counts_every_end_once_and_a_flaky_PASS_is_no_PASS()
    {
        using ResultsStore store = SampleRows.Store(_folder,
            SampleRows.Row(1), SampleRows.Row(2), SampleRows.Row(3, Verdict.Fail),
            SampleRows.Row(4, Verdict.Inconclusive), SampleRows.Row(5, Verdict.Error),
            SampleRows.Row(6, Verdict.Aborted), SampleRows.Row(7) with { Place = new RunPlace("r", 1, 2) },
            SampleRows.Row(8) with { State = RowState.Unfinished, Verdict = null },
            SampleRows.Row(9, Verdict.Fail) with { Control = "stock" },
            SampleRows.Row(10, Verdict.Error) with { Kind = "restore" });

        TrendRow row = Assert.Single(Trend.Read(store, TrendGroup.Bench, new ResultsFilter()));

        Assert.Equal((8, 2, 1, 1, 1, 1, 1, 1), (
            row.Jobs, row.Pass, row.Flaky, row.Fail, row.Inconclusive, row.Error, row.Aborted, row.Open));
        Assert.Equal(0.4, row.PassRate);
        Assert.Equal("job-3", row.FirstFailureJob);
    }

    [Fact]
    public void Drift_is_the_slope_per_day_and_unknown_for_jobs_of_one_moment()
    {
        using ResultsStore store = SampleRows.Store(_folder, Enumerable.Range(0, 48).Select(
            hour => SampleRows.Row(hour) with { OsUpUs = 9_000_000 + hour * 100_000 }));

        TrendRow row = Assert.Single(Trend.Read(store, TrendGroup.Me, new ResultsFilter()));
        TrendRow one = Assert.Single(Trend.Read(store, TrendGroup.Me, new ResultsFilter
        {
            Since = SampleRows.Row(47).Started,
        }));

        Assert.Equal(2.4, row.DriftSecondsPerDay!.Value, precision: 6);
        Assert.Equal(9 + 0.1 * 23.5, row.OsUpSeconds!.Value, precision: 6);
        Assert.Null(one.DriftSecondsPerDay);
    }

    [Theory]
    [InlineData("8", 3)]
    [InlineData("8.1", 2)]
    [InlineData("8.1.30.1350", 1)]
    [InlineData("8.1.3", 0)]
    [InlineData("1", 0)]
    public void An_ME_version_is_meant_by_its_first_numbers(string me, int jobs)
    {
        using ResultsStore store = SampleRows.Store(_folder,
            SampleRows.Row(1), SampleRows.Row(2) with { MeVersion = "8.1.65.1586" },
            SampleRows.Row(3) with { MeVersion = "8.0.4.1441" }, SampleRows.Row(4) with { MeVersion = "11.8.50.3425" });

        Assert.Equal(jobs, JobList.Read(store, new ResultsFilter { Me = me }, null).Count);
    }

    [Fact]
    public void A_list_is_newest_first_and_every_filter_filters()
    {
        using ResultsStore store = SampleRows.Store(_folder,
            SampleRows.Row(1),
            SampleRows.Row(2, Verdict.Fail) with { Bench = "desk2", Image = "0123" + new string('b', 60) },
            SampleRows.Row(3) with { Place = new RunPlace("night", 4, 3), Dut = "board-2", Simulated = true });

        string[] List(ResultsFilter filter) => [.. JobList.Read(store, filter, null).Select(row => row.Directory)];

        Assert.Equal(["job-3", "job-2", "job-1"], List(new ResultsFilter()));
        Assert.Equal(["job-2"], List(new ResultsFilter { Bench = "desk2" }));
        Assert.Equal(["job-3"], List(new ResultsFilter { Board = "board-2" }));
        Assert.Equal(["job-2"], List(new ResultsFilter { Image = "0123B" }));
        Assert.Equal(["job-3"], List(new ResultsFilter { Run = "night" }));
        Assert.Equal(["job-3"], List(new ResultsFilter { Verdict = "FLAKY" }));
        Assert.Equal(["job-1"], List(new ResultsFilter { Verdict = "PASS" }));
        Assert.Equal(["job-2"], List(new ResultsFilter { Verdict = "FAIL" }));
        Assert.Equal(["job-2", "job-1"], List(new ResultsFilter { Real = true }));
        Assert.Equal(["job-3"], List(new ResultsFilter { Since = SampleRows.Row(3).Started }));
        Assert.Equal("job-3", Assert.Single(JobList.Read(store, new ResultsFilter(), 1)).Directory);
    }

    [Fact]
    public void A_row_comes_back_as_it_was_put_in()
    {
        JobRow row = SampleRows.Row(1) with
        {
            MeGeneration = 2,
            Stock = false,
            Power = new PowerSpan(1, 2),
            ClockPpm = -12.5,
            Place = new RunPlace("r", null, 2),
            Boots = [new BootRow(1, "watch", "Alive", 5, null, 7, new PowerSpan(3, 4), 0.5)],
        };
        using ResultsStore store = SampleRows.Store(_folder, row);

        JobRow found = store.Find("job-1")!;

        Assert.Equal(row.Boots, found.Boots);
        Assert.Equal(row with { Boots = found.Boots }, found);
        Assert.All(JobColumns.All, column => Assert.Equal(column.Get(row), column.Get(found)));
    }
}
