using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using FlashBench.Bench.Config;
using FlashBench.Cli.Flash;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Serprog;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.UsbIp;

namespace FlashBench.Cli.Serve;

/// <summary>`flashbench serprog`.</summary>
public static class SerprogCommand
{
    private const int DefaultPort = 4321;

    private static readonly ServeOptions Options = new(DefaultPort);

    private static readonly Option<bool> Accelerated = new("--accelerated")
    {
        Description = "Send WREN, program or erase, and a look at the status as one batch: fewer USB round trips",
    };

    private static readonly Option<bool> RealTime = new("--real-time")
    {
        Description = "Run a virtual bench in real time, instead of jumping over what its device needs",
    };

    private static readonly Option<bool> BoardOff = new("--board-off")
    {
        Description = "The board has neither AC nor battery: needed where no sensor can tell",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var serprog = new Command(
            "serprog", "Lend the chip of a bench to other programs (flashrom) by serprog, until Ctrl-C");
        foreach (Option option in (Option[])[.. Options.All, Accelerated, RealTime, BoardOff])
            serprog.Options.Add(option);
        serprog.SetAction(ServeAsync);
        return serprog.WithExamples(
            "flashbench serprog --bench me11    # then: flashrom -p serprog:ip=127.0.0.1:4321 -c W25Q128.V -r dump.bin",
            "flashbench serprog --bench me8 --accelerated --image dump.bin.gz --port 0 --control 0");
    }

    private static async Task<int> ServeAsync(ParseResult parse, CancellationToken cancel)
    {
        ServeRequest request = Options.Read(parse);
        BenchEntry entry = ConfigSource.Bench(ConfigSource.Load(parse), request.Bench);
        if (entry.Programmer is { } programmer)
            return await ServeRealAsync(parse, request, (entry.Id, programmer), cancel);
        ClockPace pace = parse.GetValue(RealTime) ? ClockPace.RealTime : ClockPace.Free;
        await using ServedBench bench = await ServedBench.OpenAsync(parse, request, pace);
        await using var control = new ControlServer(bench.Bench.Programmer, new UrbLedger(), bench.Time);
        using SerprogServer server = Listen(
            parse, request, isVirtual: true, stop => OpenAsync(bench, stop), out IPEndPoint at);
        try
        {
            IPEndPoint? controlAt = request.Control is { } port ? control.Start(port) : null;
            new ServeAnnouncement("serprog", at, controlAt, BusId: null).Write(parse, (bench.Entry.Id, pace));
        }
        catch (SocketException e)
        {
            throw ServedBench.Refused(e, $"control port {request.Control}");
        }

        await bench.Time.RunAsync(() => server.RunAsync(cancel));
        return ExitCodes.Ok;
    }

    private static async Task<int> ServeRealAsync(
        ParseResult parse, ServeRequest request, (string Bench, ProgrammerEntry Programmer) real,
        CancellationToken cancel)
    {
        if (request.Image is not null || request.Keep || request.Control is not null || parse.GetValue(RealTime))
        {
            throw new UsageException(
                $"--image, --keep, --control and --real-time are for virtual benches; {real.Bench} is none");
        }

        if (!parse.GetValue(BoardOff))
        {
            throw new UsageException(
                $"bench {real.Bench} has no sensor: disconnect AC and battery of the board, and say --board-off");
        }

        using var door = new ProgrammerDoor(TimeProvider.System);
        using SerprogServer server = Listen(
            parse, request, isVirtual: false, stop => door.OpenAsync(real.Programmer, stop), out IPEndPoint at);
        new ServeAnnouncement("serprog", at, Control: null, BusId: null).Write(parse, (real.Bench, null));
        await server.RunAsync(cancel);
        return ExitCodes.Ok;
    }

    private static SerprogServer Listen(
        ParseResult parse, ServeRequest request, bool isVirtual, Func<CancellationToken, Task<ISpiBus>> open,
        out IPEndPoint at)
    {
        var server = new SerprogServer(open, parse.GetValue(Accelerated), TimeProvider.System)
        {
            IsVirtual = isVirtual,
        };
        var display = new ServeDisplay(parse);
        server.Noticed += display.Notice;
        server.Moved += display.Move;
        try
        {
            at = server.Listen(request.Listen);
            return server;
        }
        catch (SocketException e)
        {
            server.Dispose();
            throw ServedBench.Refused(e, $"{request.Listen}");
        }
    }

    // SPI is never driven while the board has power; the sensor decides (rule I2).
    private static async Task<ISpiBus> OpenAsync(ServedBench bench, CancellationToken cancel)
    {
        PowerProfile limits = DutProfiles.Load(bench.Entry.DutProfile).Power;
        PowerSample sample = await bench.Bench.Sensor.SampleAsync(cancel);
        if (sample.RailMillivolts > limits.OffMillivolts || sample.SupplyMilliamps > limits.OffMilliamps)
        {
            throw new ProgrammerException(
                $"the board has power ({sample.RailMillivolts} mV, {sample.SupplyMilliamps} mA): switch it off first");
        }

        return await ServedSpiBus.OpenAsync(bench.Time, () => bench.Parts.OpenProgrammer(cancel));
    }
}
