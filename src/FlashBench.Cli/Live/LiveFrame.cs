using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Live;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Live;

/// <summary>What a live view shows at one moment. Pure.</summary>
/// <param name="Lines">The lines, none wider than the terminal and together less high.</param>
/// <param name="Troubles">What went wrong since the last frame; to stand above it for good.</param>
/// <param name="TroubleCount">How many things went wrong so far.</param>
internal sealed record LiveFrame(
    IReadOnlyList<FrameLine> Lines, IReadOnlyList<string> Troubles, long TroubleCount)
{
    private const int LinesAround = 3, ColumnsMax = 400;

    /// <summary>The frame of a board.</summary>
    /// <param name="board">What is shown.</param>
    /// <param name="size">Of the terminal.</param>
    /// <param name="known">So many troubles were shown.</param>
    /// <param name="zone">Of the clock times.</param>
    public static LiveFrame Of(LiveBoard board, (int Columns, int Lines) size, long known, TimeZoneInfo zone)
    {
        int width = Math.Clamp(size.Columns - 1, 20, ColumnsMax);
        int room = Math.Max(1, size.Lines - 1 - LinesAround);
        IReadOnlyList<LiveColumn> columns = LiveColumn.For(board, width);
        List<FrameLine> lines = [Heading(columns)];
        bool all = board.Rows.Count <= room;
        List<LiveRow> shown = all ? [.. board.Rows]
            : [.. board.Rows.OrderBy(Urgency).Take(Math.Max(0, room - 1))];
        lines.AddRange(shown.Select(row => RowLine(row, columns, width)));
        if (!all)
        {
            lines.Add(FrameLine.Of(CellText.Of(
                $"  {board.Rows.Count - shown.Count} more: {Tally(board.Rows.Except(shown))}", width), Shade.Dim));
        }

        lines.Add(Totals(board, width));
        lines.Add(FrameLine.Of(CellText.Of(Times(board, zone), width)));
        return new LiveFrame(lines, board.TroublesAfter(known), board.TroubleCount);
    }

    /// <summary>What needs a person comes first, what is done last.</summary>
    private static int Urgency(LiveRow row) => row switch
    {
        { State: RowState.NeedsHands } => 0,
        _ when IsSick(row) => 1,
        _ when LiveColumn.IsSilent(row) => 2,
        { HasTrouble: true } => 3,
        { IsDone: true } => 7,
        { State: RowState.Running } => 4,
        { State: RowState.Waiting } => 5,
        _ => 6,
    };

    private static bool IsSick(LiveRow row) => row.Health is "bad" or "maintenance" or "retired";

    private static FrameLine Heading(IReadOnlyList<LiveColumn> columns)
    {
        var line = FrameLine.Of(" ", Shade.Dim);
        foreach (LiveColumn column in columns)
            line.Add(" " + Padded(column.Heading, column), Shade.Dim);
        return line;
    }

    private static FrameLine RowLine(LiveRow row, IReadOnlyList<LiveColumn> columns, int width)
    {
        (string mark, Shade shade) = row.Cells.Settled > 0 ? MarkOfCells(row.Cells) : Mark(row);
        FrameLine line = FrameLine.Of(mark, shade);
        string? words = Words(row);
        bool hands = row.State == RowState.NeedsHands;
        for (int i = 0; i < columns.Count; i++)
        {
            LiveColumn column = columns[i];
            if (words is null || !column.IsOfJob)
            {
                line.Add(" " + Padded(column.Cell(row), column), hands ? Shade.Hands : column.Shade(row));
                continue;
            }

            int room = -1; // the words take the place of all columns of the job
            for (; i < columns.Count && columns[i].IsOfJob; i++)
                room += columns[i].Width + 1;
            i--;
            line.Add(" " + CellText.Of(words, room).PadRight(room), hands ? Shade.Hands : Shade.Dim);
        }

        return line.Width <= width ? line : FrameLine.Of(line.Text[..width]);
    }

    private static string? Words(LiveRow row) => row switch
    {
        { State: RowState.NeedsHands } => $"NEEDS HANDS: {row.Words}",
        { State: RowState.Waiting } => row.Words,
        { State: RowState.Ended } => $"done: {row.Words}",
        { IsDone: true } => "done",
        { State: RowState.Running, Phase: null } => row.Words,
        { Phase: null } => "",
        _ => null,
    };

    private static (string Mark, Shade Shade) Mark(LiveRow row) => row.State == RowState.NeedsHands
        ? ("!", Shade.Hands)
        : row.Health switch
        {
            "good" => ("+", Shade.Good),
            "looping" => ("~", Shade.Look),
            "bad" or "maintenance" or "retired" => ("x", Shade.Look),
            _ => ("-", Shade.Dim),
        };

    private static (string Mark, Shade Shade) MarkOfCells(CellCounts cells) =>
        cells.Of(CellOutcome.Fail) > 0 ? ("x", Shade.Look) : cells.Else > 0 ? ("~", Shade.Look) : ("+", Shade.Good);

    private static string Padded(string text, LiveColumn column)
    {
        string cell = CellText.Of(text, column.Width);
        return column.Right ? cell.PadLeft(column.Width) : cell.PadRight(column.Width);
    }

    private static FrameLine Totals(LiveBoard board, int width)
    {
        if (board.CountsCells)
            return CellTotals(board, width);
        int ended = board.Rows.Sum(row => row.Ended);
        int Sum(Verdict verdict) => board.Rows.Sum(row => row.Count(verdict));
        int flaky = board.Rows.Sum(row => row.Flaky), pass = Sum(Verdict.Pass), fail = Sum(Verdict.Fail);
        int hands = board.Rows.Count(row => row.State == RowState.NeedsHands);
        string planned = board.Rows.All(row => row.Jobs is not null) && board.Rows.Count > 0
            ? Invariant($"/{board.Rows.Sum(row => (long)row.Jobs!.Value)}") : "";
        var line = new FrameLine();
        if (hands > 0)
            line.Add(Invariant($"{hands} NEED HANDS  "), Shade.Hands);
        string rest = Invariant($"jobs {ended}{planned}, PASS {pass}, FAIL {fail}, ELSE {ended - pass - fail}")
            + (flaky > 0 ? Invariant($" (flaky {flaky})") : "")
            + $"; {Tally(board.Rows.Where(row => row.State != RowState.NeedsHands))}";
        return line.Add(CellText.Of(rest, Math.Max(1, width - line.Width)));
    }

    private static FrameLine CellTotals(LiveBoard board, int width)
    {
        int Sum(Func<CellCounts, int> count) => board.Rows.Sum(row => count(row.Cells));
        string planned = board.Rows.All(row => row.Jobs is not null)
            ? Invariant($"/{board.Rows.Sum(row => (long)row.Jobs!.Value)}") : "";
        return FrameLine.Of(CellText.Of(
            Invariant($"cells {Sum(cells => cells.Settled)}{planned}, PASS {Sum(cells => cells.Of(CellOutcome.Pass))}")
            + Invariant($", HOLDS {Sum(cells => cells.Of(CellOutcome.Holds))}")
            + Invariant($", FAIL {Sum(cells => cells.Of(CellOutcome.Fail))}, ELSE {Sum(cells => cells.Else)}")
            + Invariant($", not run {Sum(cells => cells.NotRun)}"), width));
    }

    private static string Tally(IEnumerable<LiveRow> rows)
    {
        var parts = rows.GroupBy(row => row switch
        {
            { State: RowState.NeedsHands } => (0, "need hands"),
            { IsDone: true } => (3, "done"),
            { State: RowState.Running } => (1, "run"),
            { State: RowState.Waiting } => (2, "wait"),
            _ => (4, "idle"),
        });
        return string.Join(", ", parts.OrderBy(part => part.Key).Select(
            part => Invariant($"{part.Count()} {part.Key.Item2}")));
    }

    private static string Times(LiveBoard board, TimeZoneInfo zone)
    {
        string text = board.Run.StartsWith(board.Work, StringComparison.OrdinalIgnoreCase)
            ? board.Run : $"{board.Work} {board.Run}";
        if (board is { Now: { } now, Began: { } began } && now >= began)
            text += $"  for {ProgressReading.Clock(now - began)}";
        if (board.IsEnded)
            return $"{text}  ended";
        if (board.StopReason is { } why)
            text += $"  no further job begins: {why}";
        else if (board.Remaining() is { } left && board.Now is { } at && !(at + left > board.UntilUtc))
            text += $"  ends about {At(at + left, at, zone)} (in {ProgressReading.Clock(left)})";
        if (board.UntilUtc is { } until && board.Now is { } present)
            text += $"  deadline {At(until, present, zone)}";
        return board.Missed > 0 ? text + Invariant($"  {board.Missed} events missed") : text;
    }

    // With the date where the time alone would be taken for an earlier one.
    private static string At(DateTimeOffset utc, DateTimeOffset now, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(utc, zone).ToString(
            utc - now < TimeSpan.FromHours(20) ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
