using System.CommandLine;
using System.CommandLine.Invocation;
using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Diagnostics;
using FlashBench.Cli.Output;
using FlashBench.Hardware;

namespace FlashBench.Cli;

/// <summary>The outermost frame of the process: runs a command line and turns every end into an exit code.</summary>
public static class TopFrame
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">Arguments without the program name.</param>
    /// <param name="output">Results and progress.</param>
    /// <param name="error">Complaints: one sentence each, never a stack trace.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error) =>
        RunAsync(FlashBenchCommand.Create(args), args, output, error);

    /// <summary>Runs one command line on a given tree of verbs.</summary>
    internal static async Task<int> RunAsync(Command root, string[] args, TextWriter output, TextWriter error)
    {
        // Response files (@file) are off: no argument may pull further arguments from a file.
        var parsing = new ParserConfiguration { ResponseFileTokenReplacer = null };
        ParseResult parse = root.Parse(args, parsing);
        if (parse.Action is ParseErrorAction)
            return RefuseArguments(parse, error);

        using var stop = new StopSignals(TimeProvider.System);
        var invocation = new StoppedInvocation(stop)
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // StopSignals does this: a job must reach its safe state first
        };
        try
        {
            return await parse.InvokeAsync(invocation, stop.Token);
        }
        catch (Exception fault) when (ExitCodeOf(fault) is { } code)
        {
            return Report(invocation, parse, fault.Message, code);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException) // the only place that catches bugs
        {
            string place = DiagnosticLog.Keep(LogFolder(parse), bug);
            return Report(invocation, parse, $"internal error ({bug.GetType().Name}); {place}", ExitCodes.InternalBug);
        }
    }

    private static int? ExitCodeOf(Exception fault) => fault switch
    {
        OperationCanceledException => ExitCodes.Interrupted,
        CommandFailure failure => failure.ExitCode,
        UsageException => ExitCodes.Usage,
        ConfigException => ExitCodes.Configuration,
        BenchException { Cause: PartCause.Permission } => ExitCodes.Permission,
        BenchException { Cause: not PartCause.Failed } => ExitCodes.Unavailable,
        BenchException => ExitCodes.BenchError,
        UnauthorizedAccessException => ExitCodes.Permission,
        IOException or JournalWriteException => ExitCodes.CannotWrite,
        _ => null,
    };

    private static int Report(InvocationConfiguration invocation, ParseResult parse, string message, int code)
    {
        string sentence = PlainText.Of(code == ExitCodes.Interrupted ? "canceled" : message).TrimEnd('.');
        invocation.Error.WriteLine($"flashbench: {sentence}.");
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(invocation.Output, "error", json =>
            {
                json.WriteNumber("exitCode", code);
                json.WriteString("message", sentence);
            });
        }
        return code;
    }

    private static int RefuseArguments(ParseResult parse, TextWriter error)
    {
        string verb = string.Join(' ', CommandsFrom(parse.CommandResult.Command));
        error.WriteLine($"flashbench: {PlainText.Of(WhatIsWrong(parse)).TrimEnd('.')}.");
        error.WriteLine($"Try: {verb} --help");
        return ExitCodes.Usage;
    }

    // An unknown word is the cause when it is there; "command missing" is then only its consequence.
    private static string WhatIsWrong(ParseResult parse)
    {
        if (parse.UnmatchedTokens.Count > 0)
            return $"\"{PlainText.Of(parse.UnmatchedTokens[0], 60)}\" is not known here";
        bool verbMissing = parse.CommandResult.Command is { Action: null, Subcommands.Count: > 0 };
        return verbMissing ? "a verb is missing" : OneSentence(parse.Errors[0].Message);
    }

    // The library lists choices line by line, and names .NET types.
    private static string OneSentence(string message)
    {
        int type = message.IndexOf(" as expected type ", StringComparison.Ordinal);
        string text = type < 0 ? message : message[..type];
        return string.Join(' ', text.Split((char[])['\n', '\t', '\r', ' '], StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<string> CommandsFrom(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? CommandsFrom(parent).Append(command.Name)
            : ["flashbench"];

    // The configuration may be the very thing that is broken; then the program's own folder has to do.
    private static string LogFolder(ParseResult parse)
    {
        try
        {
            return ConfigSource.Paths(ConfigSource.Load(parse)).Log;
        }
        catch (ConfigException)
        {
            return Path.Combine(AppContext.BaseDirectory, "log");
        }
    }
}
