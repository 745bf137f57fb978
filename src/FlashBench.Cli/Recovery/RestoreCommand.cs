using System.CommandLine;

namespace FlashBench.Cli.Recovery;

/// <summary>`flashbench restore JOB|--dut SERIAL`: puts the vault's backup back.</summary>
public static class RestoreCommand
{
    private static readonly Argument<string?> Job = new("JOB")
    {
        Description = "Job id or job directory whose backup goes back",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Dut = new("--dut")
    {
        Description = "Serial of the board whose backup goes back, instead of a job",
        HelpName = "SERIAL",
    };

    private static readonly Option<string?> Bench = new("--bench")
    {
        Description = "Bench that the board is on; without it that of the job",
        HelpName = "ID",
    };

    private static readonly Option<bool> ToNewChip = new("--to-new-chip")
    {
        Description = "The board's chip was replaced: put the backup onto the new one; asks for the board's serial",
    };

    private static readonly Option<string?> Confirm = new("--confirm")
    {
        Description = "The board's serial, typed in advance; for scripts",
        HelpName = "SERIAL",
    };

    private static readonly Option<string?> Evidence = new("--evidence")
    {
        Description = "Folder with the job directories, when it is not the configured one",
        HelpName = "DIR",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var restore = new Command("restore", "Put the vault's backup back onto the chip that it was taken of");
        restore.Arguments.Add(Job);
        Option[] options = [Dut, Bench, ToNewChip, Confirm, Evidence];
        foreach (Option option in options)
            restore.Options.Add(option);
        restore.SetAction((parse, cancel) => Task.FromResult(RestoreRun.Execute(parse, RequestOf(parse), cancel)));
        return restore.WithExamples(
            "flashbench restore FBJ-20260102-030405                 # the same chip only",
            "flashbench restore --dut X230-0417 --bench desk1",
            "flashbench restore FBJ-20260102-030405 --to-new-chip   # asks for the board's serial");
    }

    private static RestoreRequest RequestOf(ParseResult parse)
    {
        var request = new RestoreRequest(
            NonEmpty(parse.GetValue(Job), "the job"), NonEmpty(parse.GetValue(Dut), "--dut"),
            NonEmpty(parse.GetValue(Bench), "--bench"), parse.GetValue(ToNewChip),
            NonEmpty(parse.GetValue(Confirm), "--confirm"), NonEmpty(parse.GetValue(Evidence), "--evidence"));
        if (request is { Job: null, Dut: null } or { Job: not null, Dut: not null })
            throw new UsageException("name either a job or, with --dut, a board");
        if (request is { Dut: not null, Bench: null })
            throw new UsageException("--dut needs --bench: where is the board?");
        if (request is { Confirm: not null, ToNewChip: false })
            throw new UsageException("--confirm is for --to-new-chip");
        return request;
    }

    private static string? NonEmpty(string? value, string what) =>
        value is { Length: 0 } ? throw new UsageException($"{what} has an empty value") : value;
}

/// <summary>What the command line of `restore` asked for.</summary>
/// <param name="Job">Job id or directory; null with a board.</param>
/// <param name="Dut">Serial of the board; null with a job.</param>
/// <param name="Bench">Bench id; null for that of the job.</param>
/// <param name="ToNewChip">True if the chip was replaced.</param>
/// <param name="Confirm">The board's serial, typed in advance.</param>
/// <param name="Evidence">Evidence folder; null for the configured one.</param>
internal sealed record RestoreRequest(
    string? Job, string? Dut, string? Bench, bool ToNewChip, string? Confirm, string? Evidence);
