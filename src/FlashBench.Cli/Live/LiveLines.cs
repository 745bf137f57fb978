using FlashBench.Bench.Live;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Live;

/// <summary>Events of a run as plain lines: one for each job that begins or ends.</summary>
internal static class LiveLines
{
    /// <summary>The line of an event; null if it has none.</summary>
    public static string? Of(LiveEvent happened)
    {
        string row = PlainText.Of(happened.Row ?? "", 60);
        return happened switch
        {
            LiveEvent.RunLine { Line: var line } => Of(line),
            LiveEvent.JobBegun job => $"{row}  {PlainText.Of(job.What)}",
            LiveEvent.JobEnded job => Verdict(row, job.Verdict, job.Reason),
            LiveEvent.RowEnded ended => Left(row, ended.Why, ended.NeedsHands),
            LiveEvent.RunStopping stopping => $"no further job begins: {PlainText.Of(stopping.Why)}",
            LiveEvent.Waiting waiting => $"{row}  {PlainText.Of(waiting.For)}",
            LiveEvent.Missed missed => $"{missed.Count} events of progress are missing here",
            LiveEvent.Full => "the file of events is full: nothing more is said here",
            _ => null,
        };
    }

    private static string? Of(RunEvent happened) => happened switch
    {
        RunEvent.Assigned { Check: true } job => $"{Bench(job.Bench)}  health check begins",
        RunEvent.Assigned { Cycle: 0 } job => $"{Bench(job.Bench)}  its own image goes back",
        RunEvent.Assigned job => $"{Bench(job.Bench)}  job {job.Step} begins, cycle {job.Cycle}"
            + (job.Attempt > 1 ? $", attempt {job.Attempt}" : ""),
        RunEvent.Done { Digest.IsRestored: true } done => $"{Bench(done.Bench)}  its own image is back",
        RunEvent.Done done => Verdict(Bench(done.Bench), done.Digest.Verdict, done.Digest.Reason),
        RunEvent.Skipped skipped => $"{Bench(skipped.Bench)}  job {skipped.Step} left out: {PlainText.Of(skipped.Why)}",
        RunEvent.Left left => Left(Bench(left.Bench), left.Why, left.NeedsHands),
        RunEvent.Stopping stopping => $"no further job begins: {PlainText.Of(stopping.Why)}",
        _ => null,
    };

    private static string Verdict(string row, Bench.Verdict verdict, string reason) =>
        $"{row}  {verdict.ToString().ToUpperInvariant()}  {PlainText.Of(reason)}".TrimEnd();

    private static string Left(string row, string why, bool needsHands) =>
        $"{row}  {(needsHands ? "NEEDS HANDS: " : "")}{PlainText.Of(why)}";

    private static string Bench(string id) => PlainText.Of(id, 60);
}
