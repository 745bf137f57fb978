using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using FlashBench.Bench.Config;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Output;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.UsbIp;

namespace FlashBench.Cli.Serve;

/// <summary>`flashbench virtual list` and `flashbench virtual usbip`.</summary>
public static class VirtualCommand
{
    private const int UsbIpPort = 3240; // IANA: usbip

    private static readonly string[] Headings = ["BENCH", "DEVICE", "USB ID", "CHIP", "STATE FILE"];

    private static readonly ServeOptions Options = new(UsbIpPort);

    private static readonly Option<bool> Accelerated = new("--accelerated")
    {
        Description = "Jump over what the device needs, and stand still while it is idle",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var list = new Command("list", "List the virtual devices of this host");
        list.SetAction(List);
        list.WithExamples("flashbench virtual list", "flashbench virtual list --json");

        var usbip = new Command("usbip", "Export the programmer of a virtual bench by USB/IP, until Ctrl-C");
        foreach (Option option in Options.All.Append(Accelerated))
            usbip.Options.Add(option);
        usbip.SetAction(ServeAsync);
        usbip.WithExamples(
            "flashbench virtual usbip --bench me8    # then, in another terminal: usbip list -r 127.0.0.1",
            "flashbench virtual usbip --bench me8    # and, as root: usbip attach -r 127.0.0.1 -b 9-1",
            "flashbench virtual usbip --bench me8 --port 0 --control 0 --accelerated --image dump.bin");

        var virtuals = new Command("virtual", "Virtual devices, and how other programs reach them");
        virtuals.Subcommands.Add(list);
        virtuals.Subcommands.Add(usbip);
        return virtuals.WithExamples("flashbench virtual list", "flashbench virtual usbip --bench me8");
    }

    private static int List(ParseResult parse)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchPaths paths = ConfigSource.Paths(config);
        TextWriter output = parse.InvocationConfiguration.Output;
        List<string[]> rows = [Headings];
        foreach (BenchEntry bench in config.Benches)
        {
            if (bench.Virtual is not { } parts)
                continue;
            string path = VirtualStore.FlashOf(paths, bench.Id);
            (string device, string usbId) = DeviceOf(parts);
            if (parse.GetValue(GlobalOptions.Json))
                WriteJson(output, bench.Id, (device, usbId, parts.Chip), path);
            else
                rows.Add([bench.Id, device, usbId, parts.Chip, PlainText.Of(path)]);
        }

        if (!parse.GetValue(GlobalOptions.Json))
            TextTable.Write(output, rows);
        return ExitCodes.Ok;
    }

    private static (string Device, string UsbId) DeviceOf(VirtualBenchEntry parts) =>
        parts.Programmer == "ft2232h" ? ("FT2232H", "0403:6010") : ("CH341A", "1A86:5512");

    private static void WriteJson(
        TextWriter output, string bench, (string Device, string UsbId, string Chip) parts, string path) =>
        JsonLine.Write(output, "virtual", json =>
        {
            json.WriteString("bench", bench);
            json.WriteString("device", parts.Device);
            json.WriteString("usbId", parts.UsbId);
            json.WriteString("chip", parts.Chip);
            json.WriteString("stateFile", path);
            json.WriteBoolean("exists", File.Exists(path));
        });

    private static async Task<int> ServeAsync(ParseResult parse, CancellationToken cancel)
    {
        ServeRequest request = Options.Read(parse);
        ClockPace pace = parse.GetValue(Accelerated) ? ClockPace.Still : ClockPace.RealTime;
        await using ServedBench bench = await ServedBench.OpenAsync(parse, request, pace);
        await using var server = new UsbIpServer([bench.Bench.Programmer], bench.Time, TimeProvider.System);
        await using var control = new ControlServer(bench.Bench.Programmer, server.Ledger, bench.Time);
        var display = new ServeDisplay(parse);
        server.Noticed += display.Notice;
        try
        {
            IPEndPoint at = server.Start(request.Listen);
            IPEndPoint? controlAt = request.Control is { } port ? control.Start(port) : null;
            string busId = bench.Bench.Programmer.Identity.PortPath;
            new ServeAnnouncement("usbip", at, controlAt, busId).Write(parse, (bench.Entry.Id, pace));
        }
        catch (SocketException e)
        {
            throw ServedBench.Refused(e, $"{request.Listen}");
        }

        await UntilAsync(cancel);
        return ExitCodes.Ok;
    }

    // Ctrl-C is how a server ends: it has done what it was asked to.
    internal static async Task UntilAsync(CancellationToken cancel)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
