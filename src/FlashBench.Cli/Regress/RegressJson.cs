using System.Text.Json;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Regress;

/// <summary>The end of a regression for programs: one line.</summary>
internal static class RegressJson
{
    /// <summary>Writes it.</summary>
    /// <param name="settings">Where.</param>
    /// <param name="table">The cells.</param>
    /// <param name="comparison">What changed; null without anything to compare with.</param>
    /// <param name="end">Folder of the run, and its exit code; null if only the process that played it knows that.
    /// </param>
    public static void Write(
        DisplaySettings settings, RegressTable table, RegressComparison? comparison, (string Folder, int? Code) end) =>
        JsonLine.Write(settings.Output, "regress", json =>
        {
            json.WriteString("run", table.Start.Run);
            json.WriteString("directory", end.Folder);
            if (end.Code is int code)
                json.WriteNumber("exitCode", code);
            json.WriteString("require", table.Start.Require);
            WriteAll(json, "cells", table.Cells, cell => WriteCell(json, cell));
            WriteAll(json, "needHands", table.NeedHands, left =>
            {
                json.WriteString("bench", left.Bench);
                json.WriteString("why", left.Why);
            });
            json.WriteString("comparedWith", comparison?.With);
            json.WriteBoolean("otherBuild", comparison?.IsOtherBuild ?? false);
            WriteAll(json, "changes", comparison?.Changes ?? [], change => WriteChange(json, change));
        });

    /// <summary>Writes what there is of a run that this process did not play.</summary>
    public static void WriteSeen(DisplaySettings settings, RegressTable table, RunCourse course, string folder)
    {
        bool isKnown = table is { IsEnded: true, Order.Baseline: null };
        Write(settings, table, isKnown ? PreviousRuns.Compared(table, folder) : null,
            (folder, isKnown ? RegressExit.CodeOf(table.Cells, baseline: null, course) : null));
    }

    private static void WriteCell(Utf8JsonWriter json, CellResult cell)
    {
        json.WriteString("file", cell.File);
        json.WriteString("image", cell.Image);
        json.WriteString("me", cell.Me);
        json.WriteString("policy", cell.Policy);
        json.WriteString("profile", cell.Profile);
        json.WriteString("bench", cell.Bench);
        json.WriteString("outcome", cell.Outcome.ToString().ToLowerInvariant());
        json.WriteString("stage", cell.Stage);
        json.WriteString("reason", cell.Reason);
        json.WriteBoolean("simulated", cell.IsSimulated);
        json.WriteString("level", cell.Level);
        json.WriteString("checks", cell.OpenChecks);
        json.WriteString("run", cell.Run);
        json.WriteStartArray("jobs");
        foreach (string job in cell.Jobs)
            json.WriteStringValue(job);
        json.WriteEndArray();
    }

    private static void WriteChange(Utf8JsonWriter json, CellChange change)
    {
        json.WriteString("kind", ChangeWords.Of(change.Kind));
        json.WriteString("file", change.Cell.File);
        json.WriteString("policy", change.Cell.Policy);
        json.WriteString("profile", change.Cell.Profile);
        json.WriteString("bench", change.Cell.Bench);
        WriteAll(json, "differences", change.Differences, difference =>
        {
            json.WriteString("what", difference.What);
            json.WriteString("before", difference.Before);
            json.WriteString("after", difference.After);
        });
    }

    private static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
