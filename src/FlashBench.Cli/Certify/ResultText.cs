using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Certify;

/// <summary>The end of a job for people, or as one JSON line.</summary>
internal static class ResultText
{
    /// <summary>Writes verdict, level, reason and paths.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="result">The decision, and whether the bench was simulated.</param>
    /// <param name="job">Job id and directory.</param>
    /// <param name="code">Exit code of the process.</param>
    public static void Write(
        DisplaySettings settings, JobResult result, (string Job, string Directory) job, int code)
    {
        if (settings.Json)
            WriteJson(settings.Output, result, job, code);
        else
            WriteText(settings.Output, result, job.Directory, code);
    }

    private static void WriteText(TextWriter output, JobResult result, string directory, int code)
    {
        output.WriteLine();
        bool dryRun = code == ExitCodes.Ok && result.Judgement.Verdict == Verdict.Inconclusive;
        if (dryRun)
            output.WriteLine("Dry run: the plan was made, nothing was written to the chip, and nothing is certified.");
        else
            WriteVerdict(output, result.Judgement, result.Simulated);
        output.WriteLine($"record  {Path.Combine(directory, DsseEnvelope.FileName)}");
        output.WriteLine($"report  {Path.Combine(directory, EvidenceFolder.ReportName)}");
    }

    private static void WriteVerdict(TextWriter output, Judgement judgement, bool simulated)
    {
        string verdict = judgement.Verdict.ToString().ToUpperInvariant() + (simulated ? " (simulated)" : "");
        output.WriteLine($"{verdict}, level {LevelOf(judgement)}, "
            + $"{judgement.Required} required: {PlainText.Of(judgement.Reason)}.");
        var open = judgement.Checks.Where(check => check.Outcome != Verdict.Pass && check.Mandatory).ToList();
        foreach (Check check in open.Where(check => check.IsReached))
        {
            string outcome = check.Outcome.ToString().ToUpperInvariant();
            output.WriteLine($"  {check.Id} {check.Title}: {outcome}, {PlainText.Of(check.Text)}");
        }

        if (open.Exists(check => !check.IsReached))
        {
            string ids = string.Join(", ", open.Where(check => !check.IsReached).Select(check => check.Id));
            output.WriteLine($"  not reached: {ids}");
        }
    }

    private static void WriteJson(
        TextWriter output, JobResult result, (string Job, string Directory) job, int code) =>
        JsonLine.Write(output, "result", json =>
        {
            Judgement judgement = result.Judgement;
            json.WriteString("job", job.Job);
            json.WriteString("verdict", judgement.Verdict.ToString());
            json.WriteString("level", LevelOf(judgement));
            json.WriteString("required", judgement.Required.ToString());
            json.WriteString("reason", judgement.Reason);
            json.WriteBoolean("simulated", result.Simulated);
            json.WriteNumber("exitCode", code);
            json.WriteString("directory", job.Directory);
            json.WriteString("record", Path.Combine(job.Directory, DsseEnvelope.FileName));
            json.WriteString("report", Path.Combine(job.Directory, EvidenceFolder.ReportName));
        });

    internal static string LevelOf(Judgement judgement) =>
        judgement.Level == EvidenceLevel.None ? "none" : judgement.Level.ToString();
}
