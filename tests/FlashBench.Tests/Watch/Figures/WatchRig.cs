using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Simulation.Board;
using FlashBench.Tests.Simulation.Board;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>One boot of a simulated board, watched as a job watches it, but without a job around it.</summary>
/// <remarks>Board and watch share no code: what the board does comes from its faults, what the watch says from sensor
/// and console.</remarks>
internal sealed class WatchRig
{
    private static readonly Dictionary<(string Kind, RigImage Image), (byte[] Genuine, byte[] Flash)> Images = [];

    private readonly VirtualTime _time = new();
    private readonly Random _random;
    private BootWatch? _watch;

    /// <summary>Everything random comes from <paramref name="seed"/>.</summary>
    public WatchRig(int seed) => (Seed, _random) = (seed, new Random(seed));

    public int Seed { get; }

    /// <summary>"me8", "me10" or "me11".</summary>
    public string Kind { get; init; } = "me8";

    /// <summary>What the flash holds.</summary>
    public RigImage Image { get; init; } = RigImage.Disabled;

    public BootSettings Settings { get; init; } =
        new(1_860_000_000, 120_000_000, 180_000_000, 20_000_000, 3000, 5, @"^(\[[A-Z ]+\] +)?coreboot-\S+ .*bootblock");

    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    public bool ProbesLogin { get; init; }

    /// <summary>Boots before the one that is watched.</summary>
    public int BootsBefore { get; init; }

    /// <summary>True if the sensor stopped answering.</summary>
    public bool SensorFailed { get; private set; }

    /// <summary>Sets the faults, boots, watches to the end.</summary>
    public BootObservation Watch(Action<BoardFaults, Random> arrange)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("flashbench-rig-");
        try
        {
            (byte[] genuine, byte[] flash) = Content(Kind, Image);
            VirtualBenchOptions options =
                BoardStage.Options(Path.Combine(folder.FullName, "bench"), (uint)genuine.Length) with { Seed = Seed };
            return _time.Run(() => WatchAsync(VirtualBench.Create(options, genuine, _time), flash, arrange));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private long NowUs => _time.GetTimestamp() / TimeSpan.TicksPerMicrosecond;

    private async Task<BootObservation> WatchAsync(
        VirtualBench bench, byte[] flash, Action<BoardFaults, Random> arrange)
    {
        bench.Chip.WriteAsBoard(0, flash);
        arrange(bench.Faults, _random);
        Task listening = ListenAsync(bench.Console);
        BootObservation seen = null!;
        for (int boot = 0; boot <= BootsBefore; boot++)
        {
            seen = await BootAsync(bench, $"{(uint)_random.NextInt64(1, uint.MaxValue):x8}");
            await bench.PowerRelay.DriveAsync(false, default);
            await Task.Delay(TimeSpan.FromSeconds(15), _time, default);
        }

        await bench.DisposeAsync();
        await listening;
        return seen;
    }

    private async Task<BootObservation> BootAsync(VirtualBench bench, string nonce)
    {
        await bench.PowerRelay.DriveAsync(true, default);
        long commanded = NowUs;
        await Task.Delay(SampleInterval * _random.NextDouble(), _time, default); // any phase of the sampling
        var watch = _watch = new BootWatch(Settings, 1, (BootKind.Watch, nonce), commanded);
        var plan = new ProbePlan(watch, Settings, nonce, ProbesLogin);
        try
        {
            while (watch.StopReason(NowUs) is null && (watch.PowerGoodUs is not null || NowUs - commanded < 26_000_000))
            {
                PowerSample sample = await bench.Sensor.SampleAsync(default);
                watch.OnPower(NowUs, sample.RailMillivolts, sample.SupplyMilliamps);
                if (plan.Next(NowUs) is string question)
                    await AskAsync(bench.Console, watch, question);
                await Task.Delay(SampleInterval, _time, default);
            }
        }
        catch (PowerException)
        {
            SensorFailed = true; // a job ends in ERROR here
        }

        _watch = null;
        return watch.Observe(NowUs);
    }

    private async Task AskAsync(IConsolePort console, BootWatch watch, string question)
    {
        if (question == ProbePlan.Return)
            watch.OnProbe(NowUs);
        try
        {
            await console.WriteAsync(Encoding.ASCII.GetBytes(question), default);
        }
        catch (ConsoleException gone) when (gone.Cause == PartCause.Unavailable)
        {
            // It hung up.
        }
    }

    private async Task ListenAsync(IConsolePort console)
    {
        await foreach (ConsoleEvent happened in console.ReadAsync(default))
        {
            long at = happened.Timestamp / TimeSpan.TicksPerMicrosecond;
            if (happened is ConsoleEvent.Bytes bytes)
                _watch?.OnConsole(at, bytes.Data.Span);
            else if (happened is ConsoleEvent.HangUp or ConsoleEvent.Back)
                _watch?.OnConsoleHole(JournalData.ConsoleGap.HoleOf(JournalData.ConsoleGap.HangUp, 1)!);
        }
    }

    private static (byte[] Genuine, byte[] Flash) Content(string kind, RigImage image)
    {
        lock (Images)
        {
            if (Images.TryGetValue((kind, image), out var known))
                return known;
            GeneratedImage made = GeneratedImage.Of(kind);
            byte[] genuine = [.. made.Bytes];
            if (image == RigImage.Disabled)
                made.SetDisableBit(kind == "me11");
            else if (image == RigImage.BrokenManifest)
                made.Flip(made.Manifest + 0x190);
            return Images[(kind, image)] = (genuine, made.Bytes);
        }
    }
}

/// <summary>What the flash of a rig's board holds.</summary>
internal enum RigImage
{
    /// <summary>Stock code with its disable bit set.</summary>
    Disabled,

    /// <summary>Stock.</summary>
    Stock,

    /// <summary>Stock with one bit of the signature flipped.</summary>
    BrokenManifest,
}
