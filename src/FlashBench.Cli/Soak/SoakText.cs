using System.Globalization;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Soak;

/// <summary>Plan and summary of a soak, for people.</summary>
internal static class SoakText
{
    /// <summary>Says what will be done, how long it takes and when it ends.</summary>
    public static void WritePlan(
        DisplaySettings settings, RunEvent.Started start,
        IEnumerable<(RunBench Bench, int? Jobs, DateTimeOffset? EndUtc)> benches, TimeZoneInfo zone)
    {
        TextWriter output = settings.Output;
        string images = start.Images.Length == 0 ? "what each board has"
            : string.Join(", ", start.Images.Select(image => $"{PlainText.Of(image.Name)} ({PlainText.Of(image.Me)})"));
        output.WriteLine($"soak {start.Run}");
        output.WriteLine($"  images   {images}");
        output.WriteLine($"  ends     {Ends(start, zone)}");
        output.WriteLine($"  PASS     {RunWords.Required(start)}");
        if (RunWords.Simulated(start) is { } simulated)
            output.WriteLine($"  benches  {simulated}");
        if (start.Check)
            output.WriteLine("  first    a health check of every bench that is unknown or bad");
        output.WriteLine("  then     " + (start.Leave ? "the boards keep the last image"
            : "every board gets its own image back"));
        List<string[]> table = [["bench", "jobs", "done by"]];
        foreach ((RunBench bench, int? jobs, DateTimeOffset? end) in benches)
        {
            table.Add(
            [
                bench.Id, jobs?.ToString(CultureInfo.InvariantCulture) ?? "until stopped",
                end is { } at ? Clock(at, zone) : "",
            ]);
        }

        TextTable.Write(output, table);
    }

    /// <summary>The table of the morning.</summary>
    public static void WriteSummary(DisplaySettings settings, RunSummary summary, string folder)
    {
        SoakTable.Write(settings.Output, [.. summary.Rows]);
        settings.Output.WriteLine($"PASS {RunWords.Required(summary.Course.Start)}");
        if (RunWords.Simulated(summary.Course.Start) is { } simulated)
            settings.Output.WriteLine(simulated);
        foreach (RunRow row in summary.Rows.Where(row => row.FirstFailure is not null))
        {
            settings.Output.WriteLine($"{row.Bench.Id}: first failure in cycle {row.FirstFailureCycle}, job "
                + $"{row.FirstFailure!.Job}: {PlainText.Of(row.FirstFailure.Reason)}");
        }

        foreach (RunRow row in summary.Rows.Where(row => row.LeftOut > 0))
        {
            settings.Output.WriteLine($"{row.Bench.Id}: {PlainText.Of(row.Image?.Name ?? "own", 60)} left out, "
                + $"{row.LeftOut} {(row.LeftOut == 1 ? "time" : "times")}: {PlainText.Of(row.WhyLeftOut!)}");
        }

        foreach (BenchCourse bench in summary.Course.Benches)
        {
            if (bench.HasLeft is { } left)
            {
                settings.Output.WriteLine(
                    $"{bench.Bench.Id}: {(left.NeedsHands ? "NEEDS HANDS: " : "")}{PlainText.Of(left.Why)}");
            }
        }

        if (File.Exists(Path.Combine(folder, RunReport.FileName)))
            settings.Output.WriteLine($"report  {Path.Combine(folder, RunReport.FileName)}");
    }

    private static string Ends(RunEvent.Started start, TimeZoneInfo zone) => (start.Cycles, start.UntilUtc) switch
    {
        (int cycles, { } until) => $"after {cycles} cycles, or by {Clock(until, zone)}",
        (int cycles, null) => $"after {cycles} cycles",
        (null, { } until) => $"by {Clock(until, zone)}",
        _ => "when it is stopped",
    } + (start.StopOnFail ? "; at the first FAIL" : "");

    private static string Clock(DateTimeOffset utc, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(utc, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
