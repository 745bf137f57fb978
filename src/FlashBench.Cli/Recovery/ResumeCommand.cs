using System.CommandLine;
using FlashBench.Cli.Output;
using FlashBench.Cli.Regress;
using FlashBench.Cli.Soak;

namespace FlashBench.Cli.Recovery;

/// <summary>`flashbench resume [JOB]`: goes on with an interrupted job.</summary>
public static class ResumeCommand
{
    private static readonly Argument<string?> Job = new("JOB")
    {
        Description = "Id or directory of a job or a run; without it, the one that was interrupted on this host",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Bench = new("--bench")
    {
        Description = "Bench id: the interrupted job of this bench",
        HelpName = "ID",
    };

    private static readonly Option<string?> Evidence = new("--evidence")
    {
        Description = "Folder with the job directories, when it is not the configured one",
        HelpName = "DIR",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var resume = new Command(
            "resume",
            "Go on with a job, soak or regression that was killed, stopped or out of disk space, in its own record");
        resume.Arguments.Add(Job);
        resume.Options.Add(Bench);
        resume.Options.Add(Evidence);
        resume.SetAction((parse, cancel) => Task.FromResult(GoOn(parse, DirectoryOf(parse), cancel)));
        return resume.WithExamples(
            "flashbench resume                       # the one interrupted job of this host",
            "flashbench resume FBJ-20260102-030405",
            "flashbench resume SOAK-20260102-200000    # a soak, with the jobs that were under way",
            "flashbench resume --bench desk1");
    }

    // A job of a run goes on with its run.
    private static int GoOn(ParseResult parse, string directory, CancellationToken cancel)
    {
        string? run = RunFolders.IsRun(directory) ? directory : RunFolders.Of(directory);
        if (run is null)
            return ResumeRun.Execute(parse, directory, cancel);
        return RunFolders.IsRegress(run)
            ? RegressRun.GoOn(parse, Path.GetFullPath(run), cancel)
            : SoakRun.GoOn(parse, Path.GetFullPath(run), cancel);
    }

    private static string DirectoryOf(ParseResult parse)
    {
        (string? job, string? bench) = (parse.GetValue(Job), parse.GetValue(Bench));
        if (job is not null && bench is not null)
            throw new UsageException("name a job or a bench, not both");
        return InterruptedJobs.Choose(parse, job, bench, FolderOf(parse));
    }

    private static string? FolderOf(ParseResult parse) => parse.GetValue(Evidence) switch
    {
        { Length: 0 } => throw new UsageException("--evidence has an empty value"),
        { } file when File.Exists(file) => throw new UsageException($"--evidence {PlainText.Of(file)} is no folder"),
        var folder => folder,
    };
}
