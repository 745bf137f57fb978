using System.Collections.Concurrent;
using FlashBench.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashBench.Cli.Progress;

/// <summary>Bars on a terminal: a row per phase with percent, rate, estimate and at last its verdict.</summary>
/// <remarks>
/// Spectre draws on a thread of its own, ten times a second, so that a job which blocks its thread (a batch of
/// transfers, a run in virtual time) still has a moving display. This class only sets values.
/// </remarks>
internal sealed class BarProgress : IProgressView
{
    private readonly IAnsiConsole _console;
    private readonly ReadingColumn _readings = new();
    private readonly ProgressPace _pace;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _drawing;
    private readonly ProgressContext _rows;
    private ProgressTask? _row;

    public BarProgress(TextWriter output, bool color, TimeProvider time)
    {
        _pace = new ProgressPace(time, stepPercent: 1, TimeSpan.FromMilliseconds(100));
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            ColorSystem = color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Ansi = AnsiSupport.Yes, // DisplaySettings.Terminal has decided that
            Interactive = InteractionSupport.Yes,
        });
        var opened = new TaskCompletionSource<ProgressContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        _drawing = Task.Run(() => DrawAsync(opened));
        Task.WaitAny(opened.Task, _drawing);
        _rows = opened.Task.IsCompleted ? opened.Task.GetAwaiter().GetResult() : throw DrawingFailed();
    }

    public void PhaseStarted(int number, int count, string name)
    {
        string heading = $"{number}/{count} {PlainText.Of(name, 30)}";
        _row = _rows.AddTask(Markup.Escape(heading), autoStart: true, maxValue: 1);
        _row.IsIndeterminate = true; // until the phase reports a number
        _pace.Restart();
    }

    public void Show(ProgressReading reading)
    {
        if (_row is not { } row || !_pace.IsDue(reading.Percent))
            return;
        row.IsIndeterminate = reading.Total <= 0;
        row.Value = reading.Fraction;
        _readings.Set(row, new Text(PlainText.Of(reading.ToString())));
    }

    public void PhaseEnded(string name, string verdict, string reason)
    {
        if (_row is not { } row)
            return;
        row.IsIndeterminate = false;
        bool passed = verdict.Equals("pass", StringComparison.OrdinalIgnoreCase);
        row.Value = passed ? 1 : row.Value;
        string why = reason.Length > 0 ? $": {PlainText.Of(reason)}" : "";
        string text = PlainText.Of(verdict, 20).ToUpperInvariant() + why;
        _readings.Set(row, new Text(text, new Style(ColorOf(verdict))));
        row.StopTask();
    }

    // Padded to the full width: what the bars left of a line must not shine through.
    public void Note(string text)
    {
        int width = Math.Max(20, _console.Profile.Width - 1);
        foreach (char[] line in PlainText.Of(text).Chunk(width))
            _console.Write(new Text(new string(line).PadRight(width) + "\n"));
    }

    public void Dispose()
    {
        _closed.TrySetResult();
        _drawing.GetAwaiter().GetResult(); // the last frame must be out before anything else is printed
    }

    private Task DrawAsync(TaskCompletionSource<ProgressContext> opened) => _console.Progress()
        .AutoClear(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 },
            new PercentageColumn(), _readings)
        .StartAsync(async rows =>
        {
            opened.SetResult(rows);
            await _closed.Task;
        });

    private InvalidOperationException DrawingFailed() =>
        new("the progress display did not start", _drawing.Exception);

    private static Color ColorOf(string verdict) => verdict.ToUpperInvariant() switch
    {
        "PASS" => Color.Green,
        "INCONCLUSIVE" => Color.Yellow,
        _ => Color.Red,
    };

    private sealed class ReadingColumn : ProgressColumn
    {
        private readonly ConcurrentDictionary<int, Text> _texts = new();

        public void Set(ProgressTask row, Text text) => _texts[row.Id] = text;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            _texts.GetValueOrDefault(task.Id, Text.Empty);
    }
}
