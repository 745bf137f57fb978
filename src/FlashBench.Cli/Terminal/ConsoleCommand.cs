using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Terminal;

/// <summary>`flashbench console`.</summary>
public static class ConsoleCommand
{
    private const int SecondsMax = 1_000_000;

    private static readonly Option<string?> Bench = new("--bench")
    {
        Description = "Bench id; without it the bench marked `default`, which is virtual",
        HelpName = "ID",
    };

    private static readonly Option<bool> Timestamps = new("--timestamps")
    {
        Description = "Begin every line with the local time at which it arrived",
    };

    private static readonly Option<string?> Log = new("--log")
    {
        Description = "Append everything that the board says to a file, byte for byte",
        HelpName = "FILE",
    };

    private static readonly Option<bool> ReadOnly = new("--read-only")
    {
        Description = "Never write: keys do not go to the board, and another program may",
    };

    private static readonly Option<bool> SendBreak = new("--send-break")
    {
        Description = "Hold the line low for a quarter of a second at the start",
    };

    private static readonly Option<double?> Seconds = new("--seconds")
    {
        Description = "End after so many seconds; for scripts",
        HelpName = "N",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var command = new Command("console", "Follow the board's serial console, and type on it; Ctrl-] leaves");
        foreach (Option option in (Option[])[Bench, Timestamps, Log, ReadOnly, SendBreak, Seconds])
            command.Options.Add(option);
        command.SetAction(RunAsync);
        return command.WithExamples(
            "flashbench console --bench b01",
            "flashbench console --bench b01 --timestamps --log boot.raw",
            "flashbench console --bench b01 --read-only --seconds 60 --json   # also while a job runs");
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        TimeSpan? limit = LimitOf(parse.GetValue(Seconds));
        bool readOnly = parse.GetValue(ReadOnly), json = parse.GetValue(GlobalOptions.Json);
        if (readOnly && parse.GetValue(SendBreak))
            throw new UsageException("--send-break writes, and --read-only forbids it");
        BenchConfig config = ConfigSource.Load(parse);
        BenchEntry bench = ConfigSource.Bench(config, parse.GetValue(Bench));
        TextWriter error = parse.InvocationConfiguration.Error;
        using ConsoleLogFile? log = parse.GetValue(Log) is { } file
            ? ConsoleLogFile.Open(file, TimeProvider.System) : null;
        using KeyTerminal? keys = IsInteractive(parse) ? KeyTerminal.Open() : null;
        await using var door = new ConsoleDoor(
            bench, ConfigSource.Paths(config), note => error.WriteLine($"flashbench: {PlainText.Of(note)}."));
        bool wantsToWrite = !readOnly && (keys is not null || parse.GetValue(SendBreak));
        (ConsoleSeat seat, bool mayWrite) = await door.OpenAsync(wantsToWrite, cancel);

        IConsoleView view = ViewOf(parse, json);
        view.Opened(new ConsoleOpening(
            bench.Id, seat.Identity.Description, seat.Identity.Simulated, mayWrite, door.Shared, keys is not null));
        var session = new ConsoleSession(seat, view, keys, mayWrite);
        Task logging = log?.FollowAsync(door.Hub.Join(fromOldest: true), session.Note, CancellationToken.None)
            ?? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        if (parse.GetValue(SendBreak))
            await seat.SendBreakAsync(cancel);
        string why = await session.RunAsync(limit, logging, cancel);
        ConsoleCounters counters = seat.Counters;
        await door.DisposeAsync();
        if (log is not null)
            await logging; // everything that had come
        view.Closed(why, counters);
        return ExitCodes.Ok;
    }

    private static IConsoleView ViewOf(ParseResult parse, bool json)
    {
        TextWriter output = parse.InvocationConfiguration.Output, error = parse.InvocationConfiguration.Error;
        var clock = new ConsoleClock(TimeProvider.System);
        return json
            ? new JsonConsoleView(output, clock)
            : new TextConsoleView(
                output, error, parse.GetValue(Timestamps) ? clock : null, parse.GetValue(GlobalOptions.Quiet));
    }

    private static bool IsInteractive(ParseResult parse) =>
        !parse.GetValue(GlobalOptions.Json) && !parse.GetValue(GlobalOptions.NonInteractive)
        && ReferenceEquals(parse.InvocationConfiguration.Output, Console.Out)
        && !Console.IsInputRedirected && !Console.IsOutputRedirected;

    private static TimeSpan? LimitOf(double? seconds) => seconds switch
    {
        null => null,
        > 0 and <= SecondsMax => TimeSpan.FromSeconds(seconds.Value),
        _ => throw new UsageException($"--seconds takes a number above 0, up to {SecondsMax}"),
    };
}
