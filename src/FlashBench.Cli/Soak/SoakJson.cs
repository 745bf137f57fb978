using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Soak;

/// <summary>The end of a soak for programs.</summary>
internal static class SoakJson
{
    /// <summary>Writes the table as one line.</summary>
    public static void WriteSummary(DisplaySettings settings, RunSummary summary, string folder) =>
        JsonLine.Write(settings.Output, "soak", json =>
        {
            json.WriteString("run", summary.Course.Start.Run);
            json.WriteString("directory", folder);
            json.WriteBoolean("ended", summary.Course.IsEnded);
            json.WriteNumber("exitCode", summary.Course.IsEnded ? SoakExit.CodeOf(summary) : ExitCodes.Resumable);
            json.WriteStartArray("rows");
            foreach (RunRow row in summary.Rows)
            {
                json.WriteStartObject();
                json.WriteString("bench", row.Bench.Id);
                json.WriteString("image", row.Image?.Sha256);
                json.WriteNumber("jobs", row.Jobs);
                foreach (Verdict verdict in Enum.GetValues<Verdict>())
                    json.WriteNumber(verdict.ToString().ToLowerInvariant(), row.Count(verdict));
                json.WriteNumber("flaky", row.Flaky);
                json.WriteNumber("boots", row.Boots);
                json.WriteNumber("bootsLost", row.BootsLost);
                WriteSeconds("osUpSecondsMedian", row.OsUpMedian);
                WriteSeconds("osUpSecondsDrift", row.OsUpDrift);
                json.WriteNumber("longestGapSeconds", row.LongestGapSeconds);
                json.WriteString("firstFailure", row.FirstFailure?.Job);
                json.WriteNumber("leftOut", row.LeftOut);
                json.WriteString("whyLeftOut", row.WhyLeftOut);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("needHands");
            foreach (BenchCourse bench in summary.Course.Benches.Where(bench => bench.HasLeft is { NeedsHands: true }))
                json.WriteStringValue(bench.Bench.Id);
            json.WriteEndArray();

            void WriteSeconds(string name, double? seconds)
            {
                if (seconds is double value)
                    json.WriteNumber(name, value);
                else
                    json.WriteNull(name);
            }
        });
}
