using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Soak;

/// <summary>The end of a soak for programs.</summary>
internal static class SoakJson
{
    /// <summary>Writes what will be done as one line.</summary>
    public static void WritePlan(
        DisplaySettings settings, RunEvent.Started start,
        IEnumerable<(RunBench Bench, int? Jobs, DateTimeOffset? EndUtc)> benches) =>
        JsonLine.Write(settings.Output, "plan", json =>
        {
            json.WriteString("run", start.Run);
            json.WriteString("require", start.Require);
            json.WriteStartArray("benches");
            foreach ((RunBench bench, int? jobs, DateTimeOffset? end) in benches)
            {
                json.WriteStartObject();
                json.WriteString("bench", bench.Id);
                json.WriteBoolean("simulated", bench.Simulated);
                json.WriteStartArray("images");
                foreach (int image in bench.Images)
                    json.WriteStringValue(start.Images[image].Sha256);
                json.WriteEndArray();
                if (jobs is int count)
                    json.WriteNumber("jobs", count);
                if (end is { } utc)
                    json.WriteString("doneByUtc", utc);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    /// <summary>Writes the table as one line.</summary>
    public static void WriteSummary(DisplaySettings settings, RunSummary summary, string folder, int exitCode) =>
        JsonLine.Write(settings.Output, "soak", json =>
        {
            json.WriteString("run", summary.Course.Start.Run);
            json.WriteString("directory", folder);
            json.WriteBoolean("simulated", RunWords.Simulated(summary.Course.Start) is not null);
            json.WriteString("require", summary.Course.Start.Require);
            json.WriteBoolean("ended", summary.Course.IsEnded);
            json.WriteNumber("exitCode", exitCode);
            json.WriteStartArray("rows");
            foreach (RunRow row in summary.Rows)
            {
                json.WriteStartObject();
                json.WriteString("bench", row.Bench.Id);
                json.WriteBoolean("simulated", row.Bench.Simulated);
                json.WriteString("image", row.Image?.Sha256);
                json.WriteString("imageName", row.Image?.Name);
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
                WriteSources(json, row);
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

    // The journal lines behind the row, from 1: the last line of a journal is the verdict.
    private static void WriteSources(Utf8JsonWriter json, RunRow row)
    {
        json.WriteStartArray("sources");
        foreach (RunAttempt attempt in row.Attempts)
        {
            json.WriteStartObject();
            json.WriteString("directory", attempt.Digest.Directory);
            json.WriteBoolean("counts", !attempt.IsRepeated);
            json.WriteNumber("verdictLine", attempt.Digest.Lines);
            json.WriteStartArray("boots");
            foreach (BootDigest boot in attempt.Digest.WatchedBoots)
            {
                json.WriteStartObject();
                json.WriteNumber("boot", boot.Number);
                json.WriteNumber("firstLine", boot.FirstLine);
                json.WriteNumber("lastLine", boot.LastLine);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
