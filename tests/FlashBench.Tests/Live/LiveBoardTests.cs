using FlashBench.Bench;
using FlashBench.Bench.Live;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Tests.Regress;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Live;

/// <summary>What the events of a run make of its rows.</summary>
public sealed class LiveBoardTests
{
    [Fact]
    public void A_row_goes_through_the_states_of_its_jobs()
    {
        var board = new LiveBoard();
        RowState[] states =
        [
            .. LiveScript.Whole().Select(happened =>
            {
                board.Take(happened);
                return board.Rows[0].State;
            }),
        ];

        Assert.Equal(
            [
                RowState.Idle, RowState.Idle, RowState.Running, RowState.Waiting, RowState.Running, RowState.Running,
                RowState.Running, RowState.Running, RowState.Running, RowState.Running, RowState.Between,
                RowState.Between, RowState.Between, RowState.Between, RowState.Between,
            ],
            states);
        Assert.Equal(RowState.NeedsHands, board.Rows[1].State);
        Assert.Equal((1, 1), (board.Rows[0].Count(Verdict.Fail), board.Rows[0].Ended));
        Assert.Equal(7, board.Missed);
        Assert.True(board.IsEnded);
        Assert.Equal(
            ["a  FAIL: it did", "not yet among the results", "b  NEEDS HANDS: no such part"], board.TroublesAfter(0));
        Assert.Equal(["b  NEEDS HANDS: no such part"], board.TroublesAfter(2));
    }

    [Fact]
    public void A_pass_after_a_repetition_is_flaky_and_no_pass_and_its_broken_attempt_does_not_count()
    {
        LiveBoard board = Board(
            RunScript.Begin("a", 1, 1), RunScript.End("a", 1, Verdict.Error), RunScript.Begin("a", 1, 1, attempt: 2),
            RunScript.End("a", 1, Verdict.Pass, attempt: 2));

        LiveRow row = board.Rows[0];
        Assert.Equal((0, 1, 0, 1), (row.Count(Verdict.Pass), row.Flaky, row.Count(Verdict.Error), row.Ended));
    }

    [Fact]
    public void The_job_that_puts_the_own_image_back_is_not_counted()
    {
        LiveBoard board = Board(
            RunScript.Begin("a", 1, 1), RunScript.End("a", 1), RunScript.Begin("a", 1, 0), RunScript.End("a", 1));

        Assert.Equal(1, board.Rows[0].Ended);
    }

    [Fact]
    public void The_rest_of_a_run_is_that_of_its_slowest_row()
    {
        LiveBoard board = Board(); // two cycles of two hours each, by estimate
        foreach (string id in (string[])["a", "b"])
            board.Take(new LiveEvent.RowOpened("", "", null, 7200) { At = RunScript.Evening, Row = id });
        Assert.Equal(TimeSpan.FromHours(4), board.Remaining());

        board.Take(Line(RunScript.Begin("a", 1, 1)));
        board.Take(Line(RunScript.End("a", 1)));
        board.Take(Line(RunScript.Begin("b", 1, 1)));
        board.Take(new LiveEvent.Note("") { At = RunScript.Evening.AddMinutes(30), Row = "b" });

        Assert.Equal(TimeSpan.FromHours(3.5), board.Remaining());
    }

    [Fact]
    public void Who_goes_on_with_a_run_finds_no_job_under_way()
    {
        LiveBoard board = Board(
            RunScript.Begin("a", 1, 1), new RunEvent.Stopping("stopped", RunScript.Evening),
            new RunEvent.WentOn(1, RunScript.Evening));

        Assert.Equal((RowState.Idle, null), (board.Rows[0].State, board.StopReason));
    }

    [Fact]
    public void Rows_need_no_run_log_and_no_bench()
    {
        var board = new LiveBoard();
        board.Take(new LiveEvent.RunOpened("REG-1", "regress", null) { At = RunScript.Evening });
        board.Take(new LiveEvent.RowOpened("me8", "", 3, 10) { At = RunScript.Evening, Row = "purism" });
        board.Take(new LiveEvent.JobBegun(1, "a.bin") { At = RunScript.Evening, Row = "purism" });
        board.Take(new LiveEvent.JobEnded(Verdict.Pass, "", 12) { At = RunScript.Evening, Row = "purism" });

        Assert.Equal(("REG-1", "regress"), (board.Run, board.Work));
        Assert.Equal(TimeSpan.FromSeconds(24), board.Remaining());
        board.Take(new LiveEvent.RunEnded { At = RunScript.Evening });
        Assert.True(board.IsEnded);
    }

    [Fact]
    public void A_regression_on_virtual_boards_counts_cells_by_board_type()
    {
        LiveBoard board = LiveScript.Cells();

        Assert.Equal(["virtual-me8", "lenovo-thinkpad-x230", "none"], board.Rows.Select(row => row.Id));
        Assert.Equal([(12, 12), (0, 12), (2, 3)], board.Rows.Select(row => (row.Job, row.Jobs!.Value)));
        Assert.Equal([RowState.Between, RowState.Running, RowState.Idle], board.Rows.Select(row => row.State));
        Assert.Equal("folder/full-x230-me8.2.bin  purism", board.Rows[1].Words);
        Assert.Equal((2, 1), (board.Rows[0].Cells.Of(CellOutcome.Pass), board.Rows[0].Cells.Of(CellOutcome.Fail)));
        Assert.Equal(14, board.Rows.Sum(row => row.Cells.Settled));
        Assert.Equal(
            ["FLAKY", "INCONCL.", "UNREADABLE", "FAIL", "ABORTED", "ERROR"],
            board.TroublesAfter(0).Select(line => line.Split("  ")[1].Split(':')[0]));
        Assert.Equal(TimeSpan.FromSeconds(34) / 13 * 13, board.Remaining()); // one of 14 was found by another run
    }

    [Fact]
    public void A_regression_that_goes_on_is_foreseen_by_what_it_examined_since()
    {
        LiveBoard board = LiveScript.Cells();
        board.Take(Line(new RunEvent.WentOn(1, RunScript.Evening)));

        Assert.Null(board.Remaining());
        Assert.Equal(RowState.Idle, board.Rows[1].State);
    }

    [Fact]
    public void A_regression_on_named_benches_counts_jobs_as_a_soak_does()
    {
        RunEvent.Started start = RunScript.Start() with
        {
            Regress = RegressScript.Order() with { Benches = ["desk1"] },
        };
        var board = new LiveBoard();
        RunEvent[] events =
        [
            start, new RunEvent.Listed([]) { Cells = 9 }, new RunEvent.Settled(RegressScript.Cell()),
            RunScript.Begin("a", 1, 1), RunScript.End("a", 1),
        ];
        foreach (RunEvent happened in events)
            board.Take(Line(happened));

        Assert.False(board.CountsCells);
        Assert.Equal(1, board.Rows[0].Count(Verdict.Pass));
        Assert.DoesNotContain(board.Rows, row => row.Cells.Settled > 0);
    }

    [Fact]
    public void Events_in_any_order_break_nothing()
    {
        var random = new Random(3);
        LiveEvent[] events = [.. LiveScript.Whole()];
        for (int round = 0; round < 500; round++)
        {
            random.Shuffle(events);
            var board = new LiveBoard();
            foreach (LiveEvent happened in events)
                board.Take(happened);
            Assert.Equal(2, board.Rows.Count);
            _ = board.Remaining();
        }
    }

    private static LiveEvent.RunLine Line(RunEvent line) => new(line) { At = RunScript.Evening };

    private static LiveBoard Board(params RunEvent[] events)
    {
        var board = new LiveBoard();
        foreach (RunEvent happened in events.Prepend(RunScript.Start()))
            board.Take(Line(happened));
        return board;
    }
}
