using System.Text;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Qemu;

namespace FlashBench.EndToEnd.Tests.Qemu;

/// <summary>A QEMU board of one test, with a reader on its console. Its process ends with the test.</summary>
internal sealed class QemuTestBench : IAsyncDisposable
{
    public static readonly SpiNorChip Chip = SpiNorChips.ByName("W25Q64")!;

    private readonly DirectoryInfo _folder;
    private readonly StringBuilder _text = new();
    private readonly List<ConsoleEvent.Bytes> _received = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource _stop = new();
    private Task _reader = Task.CompletedTask;
    private QemuBench? _bench;

    // What scripts/qemu-board has filled.
    public static string Prepared => Environment.GetEnvironmentVariable(QemuBoardFiles.Variable)
        ?? Path.GetFullPath("../../../qemu-board", AppContext.BaseDirectory);

    private QemuTestBench(QemuSystem system)
    {
        string? missing = QemuBoardFiles.Find(
            Prepared, Environment.GetEnvironmentVariable("PATH"), out QemuBoardFiles files);
        Assert.SkipWhen(missing is not null, missing ?? "");
        Assert.SkipWhen(
            system == QemuSystem.Linux && files.System is null, "there is no disk with Linux: scripts/qemu-board");
        _folder = Directory.CreateTempSubdirectory("flashbench-qemu-");
        Options = new QemuBenchOptions("it", Path.Combine(_folder.FullName, "it.flash"), Chip, 1, files)
        {
            System = system,
            FlashPace = 50,
            Lifetime = TimeSpan.FromMinutes(5),
        };
    }

    public QemuBenchOptions Options { get; }

    public QemuBench Bench => _bench!;

    /// <summary>Process id of the board that runs.</summary>
    public int ProcessId => QemuProcess.Find(Options.RunFolder)!.Id;

    /// <summary>All that came over the console.</summary>
    public string Text
    {
        get { lock (_gate) return _text.ToString(); }
    }

    /// <summary>All that came over the console, with the times.</summary>
    public ConsoleEvent.Bytes[] Received
    {
        get { lock (_gate) return [.. _received]; }
    }

    /// <summary>A bench whose chip holds the board's image, changed as the test wishes.</summary>
    public static async Task<QemuTestBench> CreateAsync(
        QemuSystem system = QemuSystem.UBoot, Action<byte[]>? change = null)
    {
        var test = new QemuTestBench(system);
        byte[] image = test.Image();
        change?.Invoke(image);
        test._bench = await QemuBench.CreateAsync(test.Options, image, TimeProvider.System);
        test.Listen();
        return test;
    }

    /// <summary>The board's image, unchanged.</summary>
    public byte[] Image() => QemuImage.Compose("me8", Chip.SizeBytes, File.ReadAllBytes(Options.Files.Firmware));

    /// <summary>Closes the bench and opens it anew, as another program would.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        _bench = await QemuBench.OpenAsync(Options, TimeProvider.System);
        Listen();
    }

    /// <summary>Closes the bench; the board stays as it is.</summary>
    public async Task CloseAsync()
    {
        await Bench.DisposeAsync();
        await _reader;
    }

    public async Task PowerAsync(bool on) => await Bench.PowerRelay.DriveAsync(on, Cancel);

    public async Task<PowerSample> SampleAsync() => await Bench.Sensor.SampleAsync(Cancel);

    /// <summary>Waits until the console has said something so many times.</summary>
    public async Task<bool> SaysAsync(string text, int times = 1, double seconds = 20)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (Text.Split(text).Length <= times)
        {
            if (TimeProvider.System.GetElapsedTime(began).TotalSeconds > seconds)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }

        return true;
    }

    /// <summary>Waits a while that shows silence.</summary>
    public static Task WaitAsync(double seconds) =>
        Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, Cancel);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_bench is not null)
            await CloseAsync();
        if (QemuProcess.Find(Options.RunFolder) is { } left)
            await left.EndAsync(TimeProvider.System);
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Listen()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        IConsolePort port = Bench.Console;
        _reader = Task.Run(async () =>
        {
            await foreach (ConsoleEvent happened in port.ReadAsync(_stop.Token))
            {
                if (happened is not ConsoleEvent.Bytes bytes)
                    continue;
                lock (_gate)
                {
                    _received.Add(bytes);
                    _text.Append(Encoding.Latin1.GetString(bytes.Data.Span));
                }
            }
        }, Cancel);
    }
}
