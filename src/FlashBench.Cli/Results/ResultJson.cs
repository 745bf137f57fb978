using System.Text.Json;
using FlashBench.Cli.Output;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>Results as JSON lines: members carry the names of the store's columns, null where nothing is known.
/// </summary>
internal static class ResultJson
{
    public static void Job(
        TextWriter output, JobRow row, IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>>? sources = null) =>
        JsonLine.Write(output, "job", json =>
        {
            json.WriteString("outcome", row.Outcome);
            foreach (JobColumn column in JobColumns.All)
                Member(json, column.Name, column.Get(row));
            if (sources is null)
                return;
            Boots(json, row.Boots);
            json.WriteStartObject("lines");
            foreach ((string name, IReadOnlyList<JournalSpan> spans) in sources)
            {
                json.WriteStartArray(name);
                foreach (JournalSpan span in spans)
                {
                    json.WriteStartArray();
                    json.WriteNumberValue(span.First);
                    json.WriteNumberValue(span.Last);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });

    public static void Trend(TextWriter output, string by, TrendRow row) => JsonLine.Write(output, "trend", json =>
    {
        json.WriteString("by", by);
        Member(json, "key", row.Key);
        json.WriteNumber("jobs", row.Jobs);
        json.WriteNumber("pass", row.Pass);
        json.WriteNumber("flaky", row.Flaky);
        json.WriteNumber("fail", row.Fail);
        json.WriteNumber("inconclusive", row.Inconclusive);
        json.WriteNumber("error", row.Error);
        json.WriteNumber("aborted", row.Aborted);
        json.WriteNumber("open", row.Open);
        Member(json, "pass_rate", row.PassRate);
        Member(json, "first", row.First);
        Member(json, "last", row.Last);
        Member(json, "os_up_seconds", row.OsUpSeconds);
        Member(json, "drift_seconds_per_day", row.DriftSecondsPerDay);
        Member(json, "first_failure", row.FirstFailure);
        Member(json, "first_failure_job", row.FirstFailureJob);
    });

    public static void Member(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double fraction when double.IsFinite(fraction):
                json.WriteNumber(name, fraction);
                break;
            default:
                json.WriteNull(name);
                break;
        }
    }

    private static void Boots(Utf8JsonWriter json, IReadOnlyList<BootRow> boots)
    {
        json.WriteStartArray("boots");
        foreach (BootRow boot in boots)
        {
            json.WriteStartObject();
            json.WriteNumber("number", boot.Number);
            json.WriteString("kind", boot.Kind);
            json.WriteString("class", boot.Class);
            Member(json, "observed_us", boot.ObservedUs);
            Member(json, "os_up_us", boot.OsUpUs);
            Member(json, "longest_gap_us", boot.LongestGapUs);
            Member(json, "power_min_mw", boot.Power?.MinMilliwatts);
            Member(json, "power_max_mw", boot.Power?.MaxMilliwatts);
            Member(json, "clock_ppm", boot.ClockPpm);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
