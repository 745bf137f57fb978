using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Regress;
using FlashBench.Cli.Soak;

namespace FlashBench.Cli.Status;

/// <summary>Where a run stands, by its log and by who plays it.</summary>
/// <param name="Folder">Its folder, absolute.</param>
/// <param name="Summary">What its log says; null if that cannot be read.</param>
/// <param name="Owner">The process that plays it; null if none does.</param>
/// <param name="Damage">Why the log cannot be read; empty if it can.</param>
internal sealed record RunStatus(string Folder, RunSummary? Summary, BenchOwner? Owner, string Damage)
{
    /// <summary>What a regression has settled; null for a soak.</summary>
    public RegressTable? Regress { get; private init; }

    /// <summary>Name of its folder, for people.</summary>
    public string Name => PlainText.Of(Path.GetFileName(Folder));

    /// <summary>Reads a run.</summary>
    public static RunStatus Read(string folder)
    {
        try
        {
            IReadOnlyList<RunEvent> events = RunLog.Read(folder, out _);
            RunSummary summary = RunSummary.Of(events);
            return new RunStatus(folder, summary, BenchLock.OwnerOfRun(folder), "")
            {
                Regress = summary.Course.Start.Regress is null ? null : RegressTable.Of(events),
            };
        }
        catch (EvidenceException e)
        {
            return new RunStatus(folder, null, null, e.Message);
        }
    }

    /// <summary>"running", "interrupted", "ended" or "unreadable".</summary>
    public string State => (Summary, Owner) switch
    {
        (null, _) => "unreadable",
        ({ Course.IsEnded: true }, _) => "ended",
        (_, null) => "interrupted",
        _ => "running",
    };

    /// <summary>Writes the table of runs; nothing if there are none.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<RunStatus> runs)
    {
        if (runs.Count == 0)
            return;
        List<string[]> rows = [["RUN", "BENCHES", "JOBS", "PASS", "FAIL", "ELSE", "STANDS AT"]];
        rows.AddRange(runs.Select(run => run.Row()));
        TextTable.Write(output, rows);
        foreach (RunStatus run in runs.Where(run => run.State == "interrupted"))
            output.WriteLine($"`flashbench resume {run.Name}` goes on with it");
        output.WriteLine();
    }

    /// <summary>Says all about the run.</summary>
    public void Describe(DisplaySettings settings)
    {
        List<string[]> rows =
        [
            ["run", Name], ["directory", PlainText.Of(Folder)], ["stands at", StandsAt()],
        ];
        if (Summary is { } summary)
        {
            rows.Add(["began", Time(summary.Course.Start.Utc)]);
            if (summary.Course.Start.UntilUtc is { } until)
                rows.Add(["deadline", Time(until)]);
            rows.Add([Regress is null ? "jobs" : "cells", Progress(summary).Ended]);
            if (summary.Course.StopReason is { } why)
                rows.Add(["stopped", PlainText.Of(why)]);
        }

        if (State == "interrupted")
            rows.Add(["next", $"`flashbench resume {Name}` goes on"]);
        if (State == "running")
            rows.Add(["next", $"`flashbench status --follow {Name}` shows it"]);
        TextTable.Write(settings.Output, rows);
        if (Summary is null)
            return;
        settings.Output.WriteLine();
        WriteEnd(settings);
    }

    /// <summary>Writes what the run came to so far; nothing if its log cannot be read.</summary>
    public void WriteEnd(DisplaySettings settings)
    {
        if (Regress is { } table)
            RegressText.WriteSeen(settings, table, Folder);
        else if (Summary is { } summary)
            SoakText.WriteSummary(settings, summary, Folder);
    }

    /// <summary>Writes it as one line.</summary>
    public void WriteJson(TextWriter output) => JsonLine.Write(output, "run.status", json =>
    {
        json.WriteString("run", Path.GetFileName(Folder));
        json.WriteString("directory", Folder);
        json.WriteString("state", State);
        if (Owner is { } owner)
            json.WriteNumber("pid", owner.Pid);
        if (Damage.Length > 0)
            json.WriteString("damage", Damage);
        if (Summary is not { } summary)
            return;
        json.WriteString("startedUtc", summary.Course.Start.Utc);
        if (summary.Course.Start.UntilUtc is { } until)
            json.WriteString("untilUtc", until);
        json.WriteNumber("jobs", summary.Rows.Sum(row => row.Jobs));
        if (Regress is { Cells: var cells })
        {
            json.WriteStartObject("cells");
            foreach (IGrouping<CellOutcome, CellResult> outcome in cells.GroupBy(cell => cell.Outcome))
                json.WriteNumber(outcome.Key.ToString().ToLowerInvariant(), outcome.Count());
            json.WriteEndObject();
        }

        if (Planned(summary) is { } planned)
            json.WriteNumber("planned", planned);
        foreach (Verdict verdict in Enum.GetValues<Verdict>())
            json.WriteNumber(verdict.ToString().ToLowerInvariant(), Count(summary, verdict));
        json.WriteNumber("flaky", summary.Rows.Sum(row => row.Flaky));
        json.WriteStartArray("needHands");
        foreach (BenchCourse bench in summary.Course.Benches.Where(bench => bench.HasLeft is { NeedsHands: true }))
            json.WriteStringValue(bench.Bench.Id);
        json.WriteEndArray();
    });

    private string[] Row() => Summary is not { } summary
        ? [Name, "", "", "", "", "", StandsAt()]
        :
        [
            Name, Figure(summary.Course.Start.Benches.Length), Progress(summary).Ended, Progress(summary).Pass,
            Progress(summary).Fail, Progress(summary).Else, StandsAt(),
        ];

    // A regression is counted in cells, most of which need no job.
    private (string Ended, string Pass, string Fail, string Else) Progress(RunSummary summary)
    {
        if (Regress is not { Cells: var cells })
        {
            (int all, int pass, int fail) =
                (summary.Rows.Sum(row => row.Jobs), Count(summary, Verdict.Pass), Count(summary, Verdict.Fail));
            return (Jobs(summary), Figure(pass), Figure(fail), Figure(all - pass - fail));
        }

        int good = cells.Count(cell => cell.Outcome == CellOutcome.Pass); // what holds is less
        int bad = cells.Count(cell => cell.Outcome == CellOutcome.Fail);
        return ($"{Figure(cells.Count)} cells", Figure(good), Figure(bad), Figure(cells.Count - good - bad));
    }

    private string StandsAt() => State switch
    {
        "running" => $"running, PID {Figure(Owner!.Pid)}",
        "unreadable" => $"its log cannot be read: {PlainText.Of(Damage)}",
        var state => Summary!.Course.Benches.Any(bench => bench.HasLeft is { NeedsHands: true })
            ? $"{state}, NEEDS HANDS" : state,
    };

    private static string Jobs(RunSummary summary) =>
        Figure(summary.Rows.Sum(row => row.Jobs)) + (Planned(summary) is { } planned
            ? string.Create(CultureInfo.InvariantCulture, $"/{planned}") : "");

    private static long? Planned(RunSummary summary) =>
        summary.Course.Start.Cycles is not null && summary.Course.Benches.All(bench => bench.Planned is not null)
            ? summary.Course.Benches.Sum(bench => (long)bench.Planned!.Value) : null;

    private static int Count(RunSummary summary, Verdict verdict) => summary.Rows.Sum(row => row.Count(verdict));

    private static string Time(DateTimeOffset utc) =>
        utc.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Figure(int count) => count.ToString(CultureInfo.InvariantCulture);
}
