using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Regress;

/// <summary>Shows a regression while it runs: a line for each cell that is settled; as JSON the lines of its log.
/// </summary>
/// <param name="settings">How things are shown.</param>
/// <param name="total">Number of cells.</param>
/// <param name="done">How many were settled before the run went on.</param>
internal sealed class RegressLines(DisplaySettings settings, int total, int done = 0)
{
    private const int NameMax = 34;

    private readonly Lock _gate = new();
    private readonly long _began = settings.Time.GetTimestamp();
    private readonly int _before = done;
    private int _done = done, _earlier;
    private string _run = "";

    /// <summary>An event of the run.</summary>
    public void Show(RunEvent happened)
    {
        lock (_gate)
        {
            if (settings.Json)
                ShowJson(happened);
            else if (happened is RunEvent.Started start)
                Begin(start);
            else if (happened is RunEvent.Settled settled)
                Show(settled.Result);
        }
    }

    /// <summary>Ends the display.</summary>
    public void Done()
    {
        if (_earlier > 0 && !settings.Quiet && !settings.Json)
            settings.Output.WriteLine($"{_earlier} cells have not changed since an earlier run: not run again");
        if (!settings.Quiet && !settings.Json)
            settings.Output.WriteLine();
    }

    private void Begin(RunEvent.Started start)
    {
        _run = start.Run;
        if (!settings.Quiet)
            settings.Output.WriteLine($"regress {_run}: {total} cells");
    }

    private void Show(CellResult cell)
    {
        _done++;
        if (_run.Length > 0 && cell.Run != _run)
        {
            _earlier++;
            return;
        }

        if (settings.Quiet)
            return;
        string name = PlainText.Of(cell.File, 200);
        if (name.Length > NameMax)
            name = $"...{name[^(NameMax - 3)..]}";
        settings.Output.WriteLine(
            $"{_done,5}/{total}  {cell.Outcome.Word(),-10}  {name.PadRight(NameMax)}  {cell.Policy}{Left()}".TrimEnd());
    }

    // Only where it can be foreseen, and is worth a word.
    private string Left()
    {
        int mine = _done - _before - _earlier;
        if (_done % 10 != 0 || mine < 10)
            return "";
        TimeSpan left = settings.Time.GetElapsedTime(_began) / mine * (total - _done);
        return left > TimeSpan.FromSeconds(5) ? $"  {left:m\\:ss} left" : "";
    }

    private void ShowJson(RunEvent happened) => JsonLine.Write(settings.Output, "run", json =>
    {
        json.WritePropertyName("line");
        json.WriteRawValue(happened.ToJson());
    });
}
