using System.CommandLine;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Certify;

/// <summary>The end of a job for people, or as one JSON line.</summary>
internal static class ResultText
{
    public static void Write(ParseResult parse, Judgement judgement, (string Job, string Directory) job, int code)
    {
        if (parse.GetValue(GlobalOptions.Json))
            WriteJson(parse, judgement, job, code);
        else
            WriteText(parse.InvocationConfiguration.Output, judgement, job.Directory);
    }

    private static void WriteText(TextWriter output, Judgement judgement, string directory)
    {
        output.WriteLine();
        output.WriteLine($"{judgement.Verdict.ToString().ToUpperInvariant()} (simulated), level {LevelOf(judgement)}, "
            + $"{judgement.Required} required: {PlainText.Of(judgement.Reason)}.");
        foreach (Check check in judgement.Checks.Where(check => check.Outcome != Verdict.Pass && check.Mandatory))
        {
            string outcome = check.Outcome.ToString().ToUpperInvariant();
            output.WriteLine($"  {check.Id} {check.Title}: {outcome}, {PlainText.Of(check.Text)}");
        }

        output.WriteLine($"record  {Path.Combine(directory, DsseEnvelope.FileName)}");
        output.WriteLine($"report  {Path.Combine(directory, EvidenceFolder.ReportName)}");
    }

    private static void WriteJson(
        ParseResult parse, Judgement judgement, (string Job, string Directory) job, int code) =>
        JsonLine.Write(parse.InvocationConfiguration.Output, "result", json =>
        {
            json.WriteString("job", job.Job);
            json.WriteString("verdict", judgement.Verdict.ToString());
            json.WriteString("level", LevelOf(judgement));
            json.WriteString("required", judgement.Required.ToString());
            json.WriteString("reason", judgement.Reason);
            json.WriteBoolean("simulated", true);
            json.WriteNumber("exitCode", code);
            json.WriteString("directory", job.Directory);
            json.WriteString("record", Path.Combine(job.Directory, DsseEnvelope.FileName));
            json.WriteString("report", Path.Combine(job.Directory, EvidenceFolder.ReportName));
        });

    internal static string LevelOf(Judgement judgement) =>
        judgement.Level == EvidenceLevel.None ? "none" : judgement.Level.ToString();
}
