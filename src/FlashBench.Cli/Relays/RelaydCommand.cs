using System.CommandLine;
using System.Globalization;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Power.Holder;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Cli.Relays;

/// <summary>`flashbench relayd`.</summary>
public static class RelaydCommand
{
    private static readonly Option<string?> SocketPath = new("--socket")
    {
        Description = "Where to listen; otherwise $FLASHBENCH_RELAYD, else $XDG_RUNTIME_DIR/flashbench/relayd.sock",
        HelpName = "PATH",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var relayd = new Command(
            "relayd", "Hold the relays, so that no other program moves one by ending; until SIGTERM");
        relayd.Options.Add(SocketPath);
        relayd.SetAction(RunAsync);
        return relayd.WithExamples(
            "flashbench relayd                              # in a terminal, or by flashbench-relayd.service",
            "flashbench relayd --socket /run/flashbench/relayd.sock");
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        string path = parse.GetValue(SocketPath) switch
        {
            null => HolderSocket.DefaultPath(
                Environment.GetEnvironmentVariable, () => ConfigSource.Paths(ConfigSource.Load(parse)).State),
            "" => throw new UsageException("--socket has an empty value"),
            { } named => Path.GetFullPath(named),
        };
        var nobody = new AbsentOperator("the relay holder cannot ask");
        using var lines = new OutputLines(TimeProvider.System, WiredLines.DeviceOf, nobody);
        using HolderSocket socket = Listen(path);
        using var holder = new RelayHolder(socket, lines, TimeProvider.System);
        var gate = new Lock();
        holder.Noticed += sentence =>
        {
            try
            {
                lock (gate)
                    Tell(parse, sentence);
            }
            catch (IOException)
            {
                // Nobody can read it any more: no reason to let the relays go.
            }
        };
        Announce(parse, path);
        await holder.RunAsync(cancel);
        return ExitCodes.Ok;
    }

    private static HolderSocket Listen(string path)
    {
        try
        {
            return HolderSocket.Listen(path);
        }
        catch (HolderBusyException busy)
        {
            throw new CommandFailure(ExitCodes.Unavailable, busy.Message);
        }
    }

    private static void Announce(ParseResult parse, string path)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, "serving", json =>
            {
                json.WriteString("protocol", "relayd");
                json.WriteString("socket", path);
                json.WriteNumber("pid", Environment.ProcessId);
            });
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"relayd {PlainText.Of(path)} pid {Environment.ProcessId}"));
        output.Flush();
    }

    private static void Tell(ParseResult parse, string sentence)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, "relays", json => json.WriteString("message", sentence));
        }
        else if (!parse.GetValue(GlobalOptions.Quiet))
        {
            output.WriteLine(PlainText.Of(sentence));
            output.Flush();
        }
    }
}
