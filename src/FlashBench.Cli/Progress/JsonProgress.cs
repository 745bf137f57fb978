using FlashBench.Cli.Output;

namespace FlashBench.Cli.Progress;

/// <summary>One JSON object a line, for programs: phase.begin, progress, phase.end, note.</summary>
internal sealed class JsonProgress(TextWriter output, TimeProvider time) : IProgressView
{
    private readonly ProgressPace _pace = new(time, stepPercent: 1, TimeSpan.FromSeconds(1));

    public void PhaseStarted(int number, int count, string name)
    {
        _pace.Restart();
        JsonLine.Write(output, "phase.begin", json =>
        {
            json.WriteNumber("number", number);
            json.WriteNumber("count", count);
            json.WriteString("name", name);
        });
    }

    public void Show(ProgressReading reading)
    {
        if (!_pace.IsDue(reading.Percent))
            return;
        JsonLine.Write(output, "progress", json =>
        {
            json.WriteString("phase", reading.Phase);
            json.WriteNumber("done", reading.Done);
            json.WriteNumber("total", reading.Total);
            json.WriteString("unit", reading.Unit);
            json.WriteNumber("elapsedSeconds", reading.Elapsed.TotalSeconds);
        });
    }

    public void PhaseEnded(string name, string verdict, string reason) =>
        JsonLine.Write(output, "phase.end", json =>
        {
            json.WriteString("name", name);
            json.WriteString("verdict", verdict);
            json.WriteString("reason", reason);
        });

    public void Note(string text) => JsonLine.Write(output, "note", json => json.WriteString("text", text));

    public void Dispose() => output.Flush();
}
