using FlashBench.Bench;
using FlashBench.Bench.Live;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Tests.Regress;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Live;

/// <summary>Events of a run at work, as tests need them.</summary>
internal static class LiveScript
{
    public const string HostileText = "\u001B[2J\u001B]0;PASS\u0007\u202Eevil\u202C e\u0301 \u6F22\u5B57 "
        + "\U0001F480 \u009B31mred\t\u200Bend";

    public static readonly DateTimeOffset Evening = RunScript.Evening;

    /// <summary>One of every kind, of a run that begins and ends.</summary>
    public static IReadOnlyList<LiveEvent> Whole() =>
    [
        new LiveEvent.RunLine(RunScript.Start(benches: ["a", "b"])) { At = Evening },
        new LiveEvent.RowOpened("X230-1", "good", null, 5400) { At = Evening, Row = "a" },
        new LiveEvent.RunLine(RunScript.Begin("a", 1, 1)) { At = Evening },
        new LiveEvent.Waiting("write", "waits for hub1, held by b") { At = Evening, Row = "a" },
        new LiveEvent.PhaseBegun(6, 9, "write") { At = Evening, Row = "a" },
        new LiveEvent.Progress("write", 1 << 20, 8 << 20, "bytes", 10) { At = Evening, Row = "a" },
        new LiveEvent.Note("erased \"all\"") { At = Evening, Row = "a" },
        new LiveEvent.PhaseEnded("write", Verdict.Pass, "") { At = Evening, Row = "a" },
        new LiveEvent.PhaseBegun(7, 9, "watch") { At = Evening, Row = "a" },
        Watched("a", 1122) with { At = Evening.AddMinutes(20) },
        new LiveEvent.RunLine(RunScript.End("a", 1, Verdict.Fail)) { At = Evening.AddHours(1) },
        new LiveEvent.Warning("not yet among the results") { At = Evening.AddHours(1) },
        new LiveEvent.RunLine(new RunEvent.Left("b", "no such part", true, Evening)) { At = Evening.AddHours(1) },
        new LiveEvent.Missed(7) { At = Evening.AddHours(2) },
        new LiveEvent.RunLine(new RunEvent.Ended(Evening.AddHours(2))) { At = Evening.AddHours(2) },
    ];

    public static LiveEvent.Progress Watched(string row, int second) =>
        new("watch", second, 1860, "s", second + 25)
        {
            Row = row,
            HeartbeatSeconds = 3.5,
            Millivolts = 12_034,
            Milliamps = 1_250,
            Console = $"[  {second}.000000] usb 1-1: new high-speed USB device number 5 using xhci_hcd",
        };

    /// <summary>A run of so many benches in the middle of the night, every kind of row among them.</summary>
    public static LiveBoard Night(int benches)
    {
        var board = new LiveBoard();
        string[] ids = [.. Enumerable.Range(1, benches).Select(i => $"b{i:000}")];
        RunEvent.Started start = RunScript.Start(cycles: 30, benches: ids) with { UntilUtc = Evening.AddHours(11) };
        board.Take(new LiveEvent.RunLine(start) { At = Evening });
        for (int i = 0; i < benches; i++)
            Play(board, ids[i], i);
        board.Take(new LiveEvent.Missed(0) { At = Evening.AddHours(3) });
        return board;
    }

    /// <summary>A regression on virtual boards, half-way: cells of every end, and two that are worked on.</summary>
    public static LiveBoard Cells()
    {
        string[] policies = ["purism", "hap-only"];
        RunImage[] images =
        [
            .. Enumerable.Range(0, 6).SelectMany(i => policies.Select(policy =>
                new RunImage($"folder/full-x230-me8.{i}.bin", new string('1', 64), 1 << 20, "ME 8.1.0.1")
                {
                    Policy = policy,
                })),
        ];
        RunEvent.Started start = RegressScript.Start("REGRESS-20261126-120000") with
        {
            Images = images,
            Benches =
            [
                new RunBench("virtual-me8", "virtual-me8", null, [.. Enumerable.Range(0, 12)]),
                new RunBench("lenovo-thinkpad-x230", "lenovo-thinkpad-x230", null, [.. Enumerable.Range(0, 12)]),
            ],
        };
        CellOutcome[] ends = [CellOutcome.Pass, .. Enum.GetValues<CellOutcome>(), CellOutcome.Pass];
        var board = new LiveBoard();
        RunEvent[] events =
        [
            start, new RunEvent.Listed([]) { Cells = 27 },
            .. ends.Select((end, i) => new RunEvent.Settled(RegressScript.Cell(
                $"folder/full-x230-me8.{i % 6}.bin", policies[i / 6 % 2], end, end == CellOutcome.Pass ? "" : "so") with
            {
                Profile = i < 12 ? "virtual-me8" : "",
                Run = i == 1 ? "REGRESS-20261125-120000" : start.Run,
            })),
            new RunEvent.Assigned("lenovo-thinkpad-x230", 4, 1, 3, 1, "job"),
            new RunEvent.Assigned("lenovo-thinkpad-x230", 5, 1, 4, 1, "job"),
        ];
        for (int i = 0; i < events.Length; i++)
            board.Take(new LiveEvent.RunLine(events[i]) { At = Evening.AddSeconds(2 * i) });
        return board;
    }

    private static void Play(LiveBoard board, string id, int i)
    {
        DateTimeOffset now = Evening.AddHours(2);
        void Take(LiveEvent happened) => board.Take(happened with { At = now, Row = id });
        string health = i % 11 == 5 ? "bad" : i % 2 == 0 ? "good" : "unknown";
        Take(new LiveEvent.RowOpened($"X230-{i:0000}", health, null, 5400));
        for (int step = 1; step <= i % 5; step++)
        {
            Take(new LiveEvent.RunLine(RunScript.Begin(id, step, step)));
            Take(new LiveEvent.RunLine(RunScript.End(id, step, i % 13 == 4 ? Verdict.Fail : Verdict.Pass)));
        }

        int next = i % 5 + 1;
        Take(new LiveEvent.RunLine(RunScript.Begin(id, next, next)));
        switch (i % 9)
        {
            case 3:
                Take(new LiveEvent.Waiting("write", "waits for hub1, held by b001, b002, b003"));
                break;
            case 4:
                Take(new LiveEvent.PhaseBegun(2, 9, "backup"));
                Take(new LiveEvent.Progress("backup", (i + 1) << 16, 16 << 20, "bytes", 0.4 * (i + 1)));
                break;
            case 6 when i > 30:
                Take(new LiveEvent.RunLine(new RunEvent.Left(id, "its chip is half-written", true, now)));
                break;
            case 7:
                Take(new LiveEvent.RunLine(new RunEvent.Left(
                    id, "no further job would end by the deadline", false, now)));
                break;
            default:
                Take(new LiveEvent.PhaseBegun(7, 9, "watch"));
                Take(Watched(id, 60 + 13 * i) with { HeartbeatSeconds = i % 17 == 8 ? 42 : 3 });
                break;
        }
    }
}
