using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Cli;
using FlashBench.Hardware;

namespace FlashBench.Tests.Cli;

public sealed class TopFrameTests
{
    [Theory]
    [InlineData("flashbench: a verb is missing.\nTry: flashbench --help\n")]
    [InlineData("flashbench: a verb is missing.\nTry: flashbench bench --help\n", "bench")]
    [InlineData("flashbench: \"shw\" is not known here.\nTry: flashbench bench --help\n", "bench", "shw")]
    [InlineData("flashbench: \"--frce\" is not known here.\nTry: flashbench bench list --help\n",
        "bench", "list", "--frce")]
    [InlineData("flashbench: \"a\\x1B[2J\" is not known here.\nTry: flashbench --help\n", "a\u001B[2J")]
    [InlineData("flashbench: \"@args\" is not known here.\nTry: flashbench --help\n", "@args")]
    [InlineData("flashbench: Required argument 'ID' missing for command: 'show'.\nTry: flashbench bench show --help\n",
        "bench", "show")]
    public async Task A_wrong_command_line_ends_with_64_and_a_hint(string complaint, params string[] args)
    {
        CommandLineRun run = await CommandLineRun.OfAsync(args);

        Assert.Equal(new CommandLineRun(ExitCodes.Usage, "", complaint), run);
    }

    public static TheoryData<Exception, int, string> Ends => new()
    {
        { new UsageException("no such thing"), ExitCodes.Usage, "flashbench: no such thing.\n" },
        { new ConfigException("f", 3, "$.a", "wrong"), ExitCodes.Configuration, "flashbench: f:3: $.a: wrong.\n" },
        { new ProgrammerException("the CH341A is gone"), ExitCodes.BenchError, "flashbench: the CH341A is gone.\n" },
        { new UnauthorizedAccessException("no."), ExitCodes.Permission, "flashbench: no.\n" },
        { new IOException("No space left"), ExitCodes.CannotWrite, "flashbench: No space left.\n" },
        { new JournalWriteException("no mark", new IOException()), ExitCodes.CannotWrite, "flashbench: no mark.\n" },
        { new OperationCanceledException(), ExitCodes.Interrupted, "flashbench: canceled.\n" },
        { new IOException("\u001B[31mred\n"), ExitCodes.CannotWrite, "flashbench: \\x1B[31mred\\x0A.\n" },
    };

    [Theory, MemberData(nameof(Ends))]
    public async Task An_expected_end_is_one_sentence_and_its_exit_code(Exception end, int exitCode, string sentence)
    {
        CommandLineRun run = await CommandLineRun.OfAsync(Throwing(end));

        Assert.Equal(new CommandLineRun(exitCode, "", sentence), run);
    }

    [Fact]
    public async Task With_json_an_error_is_an_object_on_standard_output_too()
    {
        CommandLineRun run = await CommandLineRun.OfAsync(Throwing(new UsageException("no \"b\"")), "--json");

        Assert.Equal("{\"event\":\"error\",\"exitCode\":64,\"message\":\"no \\u0022b\\u0022\"}\n", run.Output);
        Assert.Equal("flashbench: no \"b\".\n", run.Error);
    }

    [Fact]
    public async Task A_bug_ends_with_70_and_its_stack_trace_is_only_in_the_log()
    {
        using var folder = new TemporaryFolder();
        string config = folder.Write("c.json", """
            { "version": 1, "paths": { "log": "log", "state": "/s", "vault": "/v", "evidence": "/e" },
              "benches": [ { "id": "a", "dutProfile": "virtual-me8",
                             "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } } ] }
            """);

        CommandLineRun run = await CommandLineRun.OfAsync(
            Throwing(new InvalidOperationException("secret detail")), "--config", config);

        string log = Path.Combine(folder.Path, "log");
        Assert.Equal(ExitCodes.InternalBug, run.ExitCode);
        Assert.Equal(
            "flashbench: internal error (InvalidOperationException); "
            + $"the details are in the diagnostic log in {log}.\n", run.Error);
        string written = File.ReadAllText(Assert.Single(Directory.GetFiles(log)));
        Assert.Contains("secret detail", written, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), written, StringComparison.Ordinal);
    }

    private static RootCommand Throwing(Exception end)
    {
        RootCommand root = FlashBenchCommand.Create([]);
        root.SetAction((_, _) => Task.FromException<int>(Thrown(end)));
        return root;
    }

    // Gives the exception a stack trace, as a real one has.
    private static Exception Thrown(Exception end)
    {
        try
        {
            throw end;
        }
        catch (Exception caught) when (ReferenceEquals(caught, end))
        {
            return caught;
        }
    }
}
