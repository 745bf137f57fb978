using FlashBench.Cli.Output;

namespace FlashBench.Cli.Progress;

/// <summary>Plain lines for pipes and logs: start and end of a phase, and every 10 % or 10 s between them.</summary>
internal sealed class LineProgress(TextWriter output, TimeProvider time) : IProgressView
{
    private readonly ProgressPace _pace = new(time, stepPercent: 10, TimeSpan.FromSeconds(10));
    private string _heading = "";

    public void PhaseStarted(int number, int count, string name)
    {
        _heading = $"[{number}/{count}] {PlainText.Of(name, 60)}";
        _pace.Restart();
        output.WriteLine(_heading);
        output.Flush();
    }

    public void Show(ProgressReading reading)
    {
        if (!_pace.IsDue(reading.Percent))
            return;
        output.WriteLine($"{_heading}: {reading.Percent} %  {PlainText.Of(reading.ToString())}");
        output.Flush();
    }

    public void PhaseEnded(string name, string verdict, string reason)
    {
        string why = reason.Length > 0 ? $": {PlainText.Of(reason)}" : "";
        output.WriteLine($"{_heading}: {PlainText.Of(verdict, 20).ToUpperInvariant()}{why}");
        output.Flush();
    }

    public void Note(string text)
    {
        output.WriteLine($"      {PlainText.Of(text)}");
        output.Flush();
    }

    public void Dispose() => output.Flush();
}
