using FlashBench.Bench.Live;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Status;

/// <summary>The events of one job as plain lines: its phases, and its end.</summary>
internal static class JobLines
{
    /// <summary>The line of an event; null if it has none.</summary>
    public static string? Of(LiveEvent happened) => happened switch
    {
        LiveEvent.PhaseBegun phase => $"[{phase.Number}/{phase.Count}] {PlainText.Of(phase.Name, 60)}",
        LiveEvent.PhaseEnded phase => $"      {Words(phase.Verdict, phase.Reason)}",
        LiveEvent.Note note => $"      {PlainText.Of(note.Text)}",
        LiveEvent.JobEnded job => Words(job.Verdict, job.Reason),
        _ => null,
    };

    private static string Words(Bench.Verdict verdict, string reason) =>
        verdict.ToString().ToUpperInvariant() + (reason.Length > 0 ? $": {PlainText.Of(reason)}" : "");
}
