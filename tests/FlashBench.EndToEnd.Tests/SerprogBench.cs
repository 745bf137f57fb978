using System.Net;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Serprog;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.State;
using FlashBench.Simulation.Usb;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A 1 MiB chip behind a virtual CH341A, its driver and the serprog server.</summary>
internal sealed class SerprogBench : IAsyncDisposable
{
    private static readonly SpiNorChip W25Q80 = new(
        "W25Q80", 0xEF4014, 1 << 20, 256,
        [
            new EraseCommand(0x20, 4096, TimeSpan.FromMilliseconds(45), TimeSpan.FromMilliseconds(400)),
            new EraseCommand(0xD8, 65536, TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(2000)),
        ],
        TimeSpan.FromMicroseconds(400), TimeSpan.FromMilliseconds(3), 2700, 3600, "test row");

    private readonly string _folder = Directory.CreateTempSubdirectory("flashbench-serprog-").FullName;
    private readonly ServedTime _time = new(TimeProvider.System, ClockPace.Free);
    private readonly CancellationTokenSource _stop = new();
    private readonly BenchStateFile _state;
    private readonly SerprogServer _server;
    private readonly Task _serving;

    public SerprogBench(byte[] cells, bool accelerated)
    {
        _state = BenchStateFile.Create(Path.Combine(_folder, "chip"), W25Q80, cells);
        Chip = new SimulatedSpiNor(W25Q80, _state, 0x0102030405060708, _time);
        Chip.SetSupply(true, false, _time.GetTimestamp());
        var port = new SimulatedCh341aPort(Chip, _time, "9-1");
        _server = new SerprogServer(
            stop => ServedBus(port, stop), accelerated, TimeProvider.System);
        IPEndPoint at = _server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        Programmer = $"serprog:ip=127.0.0.1:{at.Port}";
        _serving = _time.RunAsync(() => _server.RunAsync(_stop.Token));
    }

    public SimulatedSpiNor Chip { get; }

    /// <summary>flashrom's argument of -p.</summary>
    public string Programmer { get; }

    /// <summary>Model time so far.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(0);

    /// <summary>A file below the bench's own folder.</summary>
    public string At(string name) => Path.Combine(_folder, name);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _server.Dispose();
        _time.Dispose();
        _stop.Dispose();
        _state.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Hardware.ISpiBus> ServedBus(SimulatedCh341aPort port, CancellationToken cancel) =>
        await ServedSpiBus.OpenAsync(_time, async () =>
            await Ch341aProgrammer.OpenAsync(await port.OpenAsync(cancel), _time, cancel));
}
