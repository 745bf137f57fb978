using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Commissioning;

/// <summary>The end of a commissioning for people, or as one JSON line.</summary>
internal static class CommissionText
{
    /// <summary>Writes what was shown.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="record">What was shown.</param>
    /// <param name="fault">Why it is no commissioning; null if it is one.</param>
    /// <param name="path">Where the record lies, if it is one.</param>
    public static void Write(
        DisplaySettings settings, JournalData.Commissioned record, string? fault, string path)
    {
        if (settings.Json)
            WriteJson(settings.Output, record, fault, path);
        else
            WriteText(settings.Output, record, fault, path);
    }

    private static void WriteText(TextWriter output, JournalData.Commissioned record, string? fault, string path)
    {
        output.WriteLine();
        TextTable.Write(output, [
            ["RUN", "EXPECTED", "SEEN", ""],
            .. record.Runs.Select(run => new[]
            {
                run.Name, run.Expected, run.Seen, run.Seen == run.Expected ? "as expected" : "NOT AS EXPECTED",
            }),
        ]);
        foreach (JournalData.ControlNotRun one in record.NotRun)
            output.WriteLine($"not run: {one.Name}: {one.Why}");
        if (fault is not null)
        {
            output.WriteLine($"Bench {record.Bench} is not commissioned with {record.Profile}: {fault}.");
            return;
        }

        string simulated = record.Simulated ? " (simulated)" : "";
        output.WriteLine($"Bench {record.Bench} is commissioned with {record.Profile}{simulated} for "
            + $"{record.ValidDays} days from {record.Created} on.");
        if (CommissioningChecks.WatchdogTripped(record) == false)
            output.WriteLine("Its model stays on without its ME: uptime shows nothing, the registers must.");
        output.WriteLine($"record  {path}");
    }

    private static void WriteJson(TextWriter output, JournalData.Commissioned record, string? fault, string path) =>
        JsonLine.Write(output, "commissioning", json =>
        {
            json.WriteString("bench", record.Bench);
            json.WriteString("profile", record.Profile);
            json.WriteBoolean("simulated", record.Simulated);
            json.WriteBoolean("commissioned", fault is null);
            json.WriteString("fault", fault);
            json.WriteString("created", record.Created);
            json.WriteNumber("validDays", record.ValidDays);
            CommissionedControls.Write(json, record);
            json.WriteString("record", fault is null ? path : null);
        });
}
