using System.CommandLine;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli;

/// <summary>One run of the command line inside the test process.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    public static Task<CommandLineRun> OfAsync(params string[] args) => OfAsync(FlashBenchCommand.Create(args), args);

    public static async Task<CommandLineRun> OfAsync(Command root, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int exitCode = await TopFrame.RunAsync(root, args, output, error);
        return new CommandLineRun(exitCode, output.ToString(), error.ToString());
    }
}
