using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Regress;

/// <summary>A regression as plain lines: one for each cell that is settled.</summary>
/// <param name="start">Its first line.</param>
/// <param name="time">Real time, for the estimate.</param>
internal sealed class RegressLines(RunEvent.Started start, TimeProvider time)
{
    private const int NameMax = 38, EstimateFrom = 10;

    private static readonly TimeSpan Worth = TimeSpan.FromSeconds(5);

    private readonly long _began = time.GetTimestamp();
    private int _total, _done, _mine;

    /// <summary>What was shown of it ends here: the estimate is made from what follows.</summary>
    public void GoOn() => _mine = 0;

    /// <summary>The line of an event; null if it has none. A job is part of a cell, and has none.</summary>
    public string? Of(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Listed listed:
                _total = listed.Cells;
                return $"regress {PlainText.Of(start.Run)}: {_total} cells";
            case RunEvent.Settled { Result: var cell }:
                _done++;
                return cell.Run == start.Run ? LineOf(cell) : null;
            case RunEvent.Left left:
                return $"{PlainText.Of(left.Bench, 60)}  {(left.NeedsHands ? "NEEDS HANDS: " : "")}"
                    + PlainText.Of(left.Why);
            case RunEvent.Stopping stopping:
                return $"no further job begins: {PlainText.Of(stopping.Why)}";
            default:
                return null;
        }
    }

    private string LineOf(CellResult cell)
    {
        _mine++;
        string name = PlainText.Of(cell.File, 200);
        if (name.Length > NameMax)
            name = $"...{name[^(NameMax - 3)..]}";
        string line = $"{_done,5}/{_total}  {cell.Outcome.Word(),-10}  {name.PadRight(NameMax)}  {cell.Policy}{Left()}";
        return line.TrimEnd();
    }

    // Only where it can be foreseen, and is worth a word.
    private string Left()
    {
        if (_done % 10 != 0 || _mine < EstimateFrom)
            return "";
        TimeSpan left = time.GetElapsedTime(_began) / _mine * Math.Max(0, _total - _done);
        return left > Worth ? $"  {left:m\\:ss} left" : "";
    }
}
