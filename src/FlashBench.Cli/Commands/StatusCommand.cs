using System.CommandLine;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Soak;
using FlashBench.Cli.Status;

namespace FlashBench.Cli.Commands;

/// <summary>`flashbench status [RUN|JOB|DIR]`: where the runs and jobs of this host stand.</summary>
public static class StatusCommand
{
    private const int JobsShown = 20, RunsShown = 10;

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var job = new Argument<string?>("JOB")
        {
            Description = "Id or directory of a run or a job; without it, the latest ones are listed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var evidence = new Option<string?>("--evidence")
        {
            Description = "Folder with the job directories, when it is not the configured one",
            HelpName = "DIR",
        };
        var follow = new Option<bool>("--follow")
        {
            Description = "Look on until it ends: a run, or a job in real time, that another process plays; without a "
                + "name the only one that runs",
        };
        var status = new Command("status", "Show where the runs and jobs of this host stand, newest first");
        status.Arguments.Add(job);
        status.Options.Add(evidence);
        status.Options.Add(follow);
        status.SetAction((parse, cancel) =>
        {
            string folder = Folder(parse.GetValue(evidence))
                ?? ConfigSource.Paths(ConfigSource.Load(parse)).Evidence;
            string? named = parse.GetValue(job);
            if (parse.GetValue(follow))
                return Task.FromResult(Follow.Execute(parse, folder, named, cancel));
            return Task.FromResult(named is null ? List(parse, folder, cancel)
                : RunFolders.Named(folder, named) is { } run ? ShowRun(parse, Path.GetFullPath(run))
                : Show(parse, JobDirectories.Named(folder, named)));
        });
        return status.WithExamples(
            "flashbench status",
            "flashbench status SOAK-20260102-200000",
            "flashbench status --follow    # look on at the run that another terminal started",
            "flashbench status ./evidence/20260102-030405-me8");
    }

    private static string? Folder(string? named)
    {
        if (named is { Length: 0 } || File.Exists(named))
            throw new UsageException($"--evidence \"{PlainText.Of(named)}\" is no folder");
        return named;
    }

    private static int ShowRun(ParseResult parse, string folder)
    {
        RunStatus run = RunStatus.Read(folder);
        if (run.Summary is null)
            throw new CommandFailure(ExitCodes.BadInput, $"{folder}: {run.Damage}");
        if (parse.GetValue(GlobalOptions.Json))
            run.WriteJson(parse.InvocationConfiguration.Output);
        else
            run.Describe(DisplaySettings.From(parse));
        return ExitCodes.Ok;
    }

    private static BenchPaths PathsOf(ParseResult parse) => ConfigSource.Paths(ConfigSource.Load(parse));

    private static int Show(ParseResult parse, string directory)
    {
        JobStatus status = JobStatusReader.ReadAll(JobDirectories.Find(Path.GetDirectoryName(directory)!))
            .FirstOrDefault(job => job.Directory == directory).Status ?? JobStatusReader.Read(directory);
        if (status.Stage == JobStage.Unreadable)
            throw new CommandFailure(ExitCodes.BadInput, $"{directory}: {status.Damage}");
        if (parse.GetValue(GlobalOptions.Json))
            WriteJson(parse, directory, status);
        else
            TextTable.Write(parse.InvocationConfiguration.Output, Describe(parse, directory, status));
        return ExitCodes.Ok;
    }

    private static int List(ParseResult parse, string evidence, CancellationToken cancel)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        bool json = parse.GetValue(GlobalOptions.Json);
        IReadOnlyList<string> folders = RunFolders.Latest(evidence, RunsShown);
        List<RunStatus> runs = folders.Count == 0 ? []
            : [.. folders.Select(folder => RunStatus.Read(folder))];
        if (json)
            runs.ForEach(run => run.WriteJson(output));
        else
            RunStatus.WriteTable(output, runs);
        List<string[]> rows = [["JOB", "BENCH", "DUT", "STANDS AT", "VERDICT"]];
        foreach ((string directory, JobStatus status) in
            JobStatusReader.ReadAll(JobDirectories.Find(evidence).Take(JobsShown)))
        {
            cancel.ThrowIfCancellationRequested();
            if (json)
                WriteJson(parse, directory, status);
            rows.Add(
            [
                PlainText.Of(Path.GetFileName(directory)), PlainText.Of(status.Bench, 30), PlainText.Of(status.Dut, 30),
                StandsAt(status), status.Stage == JobStage.Finished ? VerdictOf(status) : "",
            ]);
        }

        if (json)
            return ExitCodes.Ok;
        if (rows.Count == 1)
            output.WriteLine($"No jobs in {PlainText.Of(evidence)}{(runs.Count > 0 ? " outside of runs" : "")} yet.");
        else
            TextTable.Write(output, rows);
        return ExitCodes.Ok;
    }

    private static List<string[]> Describe(ParseResult parse, string directory, JobStatus status)
    {
        List<string[]> rows =
        [
            ["job", PlainText.Of(status.Job)],
            ["directory", PlainText.Of(directory)],
            ["bench", PlainText.Of(status.Bench) + (status.Simulated == true ? " (simulated)" : "")],
            ["board", PlainText.Of(status.Dut)],
            ["stands at", StandsAt(status)],
            ["journal", $"{status.Records} complete records"],
        ];
        if (status.Verdict is not null)
            rows.Add([status.Stage == JobStage.Finished ? "verdict" : "last phase ended", VerdictOf(status)]);
        if (status.Reason.Length > 0)
            rows.Add(["reason", PlainText.Of(status.Reason)]);
        if (NextStep(parse, directory, status) is { } next)
            rows.Add(["next", next]);
        if (status.Torn)
            rows.Add(["note", "the last line is torn (a crash, or the job is writing now); it is ignored"]);
        if (status.DamagedLine is { } line)
            rows.Add(["damage", $"line {line} of the journal {status.Damage}; nothing from there on is believed"]);
        return rows;
    }

    // What a person can do with a job that did not end for good.
    private static string? NextStep(ParseResult parse, string directory, JobStatus status)
    {
        bool decided = status is { Stage: JobStage.Finished, HasCertificate: true, Verdict: not Verdict.Aborted };
        if (decided || status.Stage is JobStage.Empty or JobStage.Unreadable or JobStage.PutBack)
            return null;
        BenchPaths paths = PathsOf(parse);
        if (BenchLock.OwnerOf(paths.State, status.Bench) is { } owner)
            return $"none: bench {PlainText.Of(status.Bench)} is in use by {owner}";
        string name = PlainText.Of(Path.GetFileName(directory));
        return status.Stage == JobStage.Dirty
            ? $"`flashbench resume {name}` goes on, or `flashbench restore {name}` puts the backup back; do not boot it"
            : $"`flashbench resume {name}` goes on";
    }

    private static string StandsAt(JobStatus status)
    {
        string phase = status.PhaseNumber == 0
            ? "no phase begun"
            : $"phase {status.PhaseNumber} of {status.PhaseCount}, {PlainText.Of(status.Phase, 40)}" +
              (status.PhaseOpen ? "" : ", ended");
        return status.Stage switch
        {
            JobStage.Empty => "nothing recorded",
            JobStage.Unreadable => "journal cannot be read",
            JobStage.Finished => "finished",
            JobStage.PutBack => "interrupted, and its backup was put back since",
            JobStage.Dirty => $"DIRTY, chip half-written: {phase}",
            _ => $"no verdict yet: {phase}",
        };
    }

    private static string VerdictOf(JobStatus status)
    {
        string verdict = $"{status.Verdict}".ToUpperInvariant();
        bool isPass = status is { Stage: JobStage.Finished, Verdict: Verdict.Pass };
        if (isPass && !status.HasCertificate)
            return $"{verdict}, certificate missing"; // nothing vouches for it, so no level either
        if (isPass && (status.Torn || status.DamagedLine is not null))
            return $"{verdict}, journal damaged";
        return verdict + (status.Level.Length > 0 ? $" ({PlainText.Of(status.Level, 10)})" : "");
    }

    private static void WriteJson(ParseResult parse, string directory, JobStatus status) =>
        JsonLine.Write(parse.InvocationConfiguration.Output, "job", json =>
        {
            json.WriteString("job", status.Job);
            json.WriteString("directory", directory);
            json.WriteString("bench", status.Bench);
            json.WriteString("dut", status.Dut);
            json.WriteString("stage", status.Stage.ToString());
            json.WriteString("phase", status.Phase);
            json.WriteNumber("phaseNumber", status.PhaseNumber);
            json.WriteNumber("phaseCount", status.PhaseCount);
            json.WriteBoolean("phaseOpen", status.PhaseOpen);
            json.WriteString("verdict", $"{status.Verdict}");
            json.WriteString("level", status.Level);
            json.WriteString("reason", status.Reason);
            json.WriteBoolean("certificate", status.HasCertificate);
            json.WriteNumber("records", status.Records);
            json.WriteBoolean("torn", status.Torn);
            if (status.DamagedLine is { } line)
                json.WriteNumber("damagedLine", line);
        });
}
