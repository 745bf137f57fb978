using FlashBench.Bench.Jobs;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Soak;

/// <summary>Shows a soak as plain lines: one for each job that begins or ends; as JSON those of its log.</summary>
internal sealed class SoakLines(DisplaySettings settings)
{
    private readonly Lock _gate = new();

    /// <summary>An event of the run.</summary>
    public void Show(RunEvent happened)
    {
        if (settings.Json)
        {
            lock (_gate)
            {
                JsonLine.Write(settings.Output, "run", json =>
                {
                    json.WritePropertyName("line");
                    json.WriteRawValue(happened.ToJson());
                });
            }

            return;
        }

        string? line = happened switch
        {
            RunEvent.Assigned { Check: true } job => $"{job.Bench}  health check begins",
            RunEvent.Assigned { Cycle: 0 } job => $"{job.Bench}  its own image goes back",
            RunEvent.Assigned job => $"{job.Bench}  job {job.Step} begins, cycle {job.Cycle}"
                + (job.Attempt > 1 ? $", attempt {job.Attempt}" : ""),
            RunEvent.Done { Digest.IsRestored: true } done => $"{done.Bench}  its own image is back",
            RunEvent.Done done => $"{done.Bench}  {done.Digest.Verdict.ToString().ToUpperInvariant()}"
                + $"  {PlainText.Of(done.Digest.Reason)}",
            RunEvent.Left left => $"{left.Bench}  {(left.NeedsHands ? "NEEDS HANDS: " : "")}{PlainText.Of(left.Why)}",
            RunEvent.Stopping stopping => $"no further job begins: {PlainText.Of(stopping.Why)}",
            _ => null,
        };
        if (line is not null)
            Write(line);
    }

    /// <summary>Something that a job says of itself.</summary>
    public void Show(string bench, JobEvent happened)
    {
        if (happened is JobEvent.Waiting waiting)
            Write($"{bench}  {waiting.For}");
    }

    private void Write(string line)
    {
        if (settings.Quiet || settings.Json)
            return;
        lock (_gate)
            settings.Output.WriteLine(line.TrimEnd());
    }
}
