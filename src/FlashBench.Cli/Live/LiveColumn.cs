using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Live;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Live;

/// <summary>A column of the live view.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Width">Columns of the terminal.</param>
/// <param name="Right">True if its cells stand at the right.</param>
/// <param name="Cell">What a row shows there; may be longer than the width.</param>
internal sealed record LiveColumn(string Heading, int Width, bool Right, Func<LiveRow, string> Cell)
{
    private const int BarWidth = 10, IdMin = 5, IdMax = 12, LabelMax = 14, ConsoleMin = 20, CellMin = 16;

    /// <summary>True for a column that says how a job goes: other words may take its place.</summary>
    public bool IsOfJob { get; private init; }

    /// <summary>True for the column that gets what room is left.</summary>
    public bool Stretches { get; private init; }

    /// <summary>How the cell of a row looks.</summary>
    public Func<LiveRow, Shade> Shade { get; private init; } = _ => Live.Shade.Plain;

    /// <summary>The columns for a width, from left to right: the less a terminal is wide, the fewer.</summary>
    /// <param name="board">What is shown.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IReadOnlyList<LiveColumn> For(LiveBoard board, int width)
    {
        List<(int Weight, LiveColumn Column)> all = [.. board.CountsCells ? OfCells(board) : OfJobs(board)];
        var chosen = new HashSet<LiveColumn>();
        int left = width - 1; // behind the mark
        foreach ((_, LiveColumn column) in all.OrderBy(one => one.Weight))
        {
            if (left < column.Width + 1)
                break;
            chosen.Add(column);
            left -= column.Width + 1;
        }

        List<LiveColumn> shown = [.. all.Select(one => one.Column).Where(chosen.Contains)];
        if (shown.FindIndex(column => column.Stretches) is >= 0 and int at)
            shown[at] = shown[at] with { Width = shown[at].Width + left };
        return shown;
    }

    // Weight: what falls away first has the greatest.
    private static IEnumerable<(int Weight, LiveColumn Column)> OfJobs(LiveBoard board)
    {
        int id = Math.Clamp(Longest(board, row => row.Id), IdMin, IdMax);
        int label = Math.Clamp(Longest(board, row => row.Label), IdMin, LabelMax);
        int job = Math.Clamp(Longest(board, JobOf), 3, 11);
        yield return (0, new LiveColumn("BENCH", id, false, row => row.Id));
        yield return (12, new LiveColumn("BOARD", label, false, row => row.Label));
        yield return (5, new LiveColumn("JOB", job, true, JobOf));
        yield return (1, OfJob("PHASE", 12, false, PhaseOf));
        yield return (14, OfJob("", BarWidth, false, Bar));
        yield return (2, OfJob("%", 3, true, row => Reading(row) is { Total: > 0 } at ? Figure(at.Percent) : ""));
        yield return (3, OfJob("AT / RATE", 11, true, AmountOf));
        yield return (9, OfJob("ETA", 7, true, row => Reading(row)?.Remaining() is { } left
            ? ProgressReading.Clock(left) : ""));
        yield return (7, OfJob("BEAT", 4, true, row => Age(row.Progress?.HeartbeatSeconds)) with
        {
            Shade = row => IsSilent(row) ? Live.Shade.Look : Live.Shade.Plain,
        });
        yield return (8, OfJob("AMPS", 5, true, row => Thousandth(row.Progress?.Milliamps)));
        yield return (15, OfJob("VOLTS", 6, true, row => Thousandth(row.Progress?.Millivolts)));
        yield return (4, Count("PASS", row => row.Count(Verdict.Pass), Live.Shade.Plain));
        yield return (4, Count("FAIL", row => row.Count(Verdict.Fail), Live.Shade.Look));
        yield return (6, Count("ELSE", row => row.Ended - row.Count(Verdict.Pass) - row.Count(Verdict.Fail),
            Live.Shade.Look));
        yield return (13, new LiveColumn("CONSOLE", ConsoleMin, false, row => row.Console ?? "")
        {
            Shade = _ => Live.Shade.Dim,
            Stretches = true,
        });
    }

    // The words of a row, what is worked on, take the place of their column.
    private static IEnumerable<(int Weight, LiveColumn Column)> OfCells(LiveBoard board)
    {
        yield return (0, new LiveColumn(
            "BOARD TYPE", Math.Clamp(Longest(board, row => row.Id), 10, IdMax + 2), false, row => row.Id));
        yield return (1, new LiveColumn("CELL", Math.Clamp(Longest(board, CellOf), 4, 11), true, CellOf));
        yield return (3, OfJob("", CellMin, false, _ => "") with
        {
            Stretches = true,
        });
        yield return (2, Count("PASS", row => row.Cells.Of(CellOutcome.Pass), Live.Shade.Plain));
        yield return (5, Count("HOLDS", row => row.Cells.Of(CellOutcome.Holds), Live.Shade.Plain));
        yield return (2, Count("FAIL", row => row.Cells.Of(CellOutcome.Fail), Live.Shade.Look));
        yield return (4, Count("ELSE", row => row.Cells.Else, Live.Shade.Look));
        yield return (6, Count("NOT RUN", row => row.Cells.NotRun, Live.Shade.Plain));
    }

    /// <summary>True if a board that is watched, and has spoken, is silent for longer than any watch allows.</summary>
    public static bool IsSilent(LiveRow row) => row.Progress?.HeartbeatSeconds > 20;

    private static LiveColumn OfJob(string heading, int width, bool right, Func<LiveRow, string> cell) =>
        new(heading, width, right, cell)
        {
            IsOfJob = true,
        };

    private static LiveColumn Count(string heading, Func<LiveRow, int> count, Shade shade) =>
        new(heading, Math.Max(4, heading.Length), true, row => Figure(count(row)))
        {
            Shade = row => count(row) > 0 ? shade : Live.Shade.Plain,
        };

    private static int Longest(LiveBoard board, Func<LiveRow, string> text) =>
        board.Rows.Select(row => text(row).Length).DefaultIfEmpty(0).Max();

    private static string JobOf(LiveRow row) => (row.Job, row.Jobs) switch
    {
        (0, _) => "-",
        (int job, int jobs) => $"{Figure(job)}/{Figure(jobs)}",
        (int job, null) => Figure(job),
    };

    private static string CellOf(LiveRow row) =>
        Figure(row.Cells.Settled) + (row.Jobs is int planned ? $"/{Figure(planned)}" : "");

    private static string PhaseOf(LiveRow row) =>
        row.Phase is { } phase ? $"{Figure(phase.Number)}/{Figure(phase.Count)} {phase.Name}" : "";

    private static ProgressReading? Reading(LiveRow row) => row.Progress is { } at
        ? new ProgressReading(at.Phase, at.Done, at.Total, at.Unit, TimeSpan.FromSeconds(at.ElapsedSeconds))
        : null;

    private static string Bar(LiveRow row)
    {
        if (Reading(row) is not { Total: > 0 } reading)
            return "";
        int full = (int)(reading.Fraction * BarWidth);
        return new string('#', full) + new string('.', BarWidth - full);
    }

    private static string AmountOf(LiveRow row)
    {
        if (Reading(row) is not { } reading)
            return "";
        if (reading.Unit != "s")
            return reading.Rate() ?? "";
        string at = ProgressReading.Clock(TimeSpan.FromSeconds(reading.Done));
        string both = $"{at}/{ProgressReading.Clock(TimeSpan.FromSeconds(reading.Total))}";
        return both.Length <= 11 ? both : at;
    }

    private static string Age(double? seconds) => seconds switch
    {
        null => "",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds.Value):0}s"),
        _ => ">16m",
    };

    private static string Thousandth(int? milli) => milli is int value
        ? (value / 1000.0).ToString("0.00", CultureInfo.InvariantCulture) : "";

    private static string Figure(int value) => value.ToString(CultureInfo.InvariantCulture);
}
