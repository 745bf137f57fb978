using System.Text;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Simulation.Board;

/// <summary>A virtual bench in virtual time with somebody who listens and measures.</summary>
internal sealed class BoardStage
{
    private readonly List<(TimeSpan At, byte[] Bytes)> _received = [];
    private readonly List<(TimeSpan At, PowerSample Sample)> _samples = [];
    private bool _disposed;

    private BoardStage(VirtualTime time, VirtualBench bench) => (Time, Bench) = (time, bench);

    public VirtualTime Time { get; }

    public VirtualBench Bench { get; }

    public IReadOnlyList<(TimeSpan At, byte[] Bytes)> Received => _received;

    public IReadOnlyList<(TimeSpan At, PowerSample Sample)> Samples => _samples;

    public TimeSpan Now => Time.GetElapsedTime(0);

    /// <summary>Everything the console said, with line ends.</summary>
    public string Text => Encoding.Latin1.GetString([.. _received.SelectMany(part => part.Bytes)]);

    public string[] Lines => [.. Text.Split('\n').Select(line => line.TrimEnd('\r'))];

    /// <summary>True for a part of the console that starts so.</summary>
    public static bool Starts((TimeSpan At, byte[] Bytes) part, string with) =>
        Encoding.Latin1.GetString(part.Bytes).StartsWith(with, StringComparison.Ordinal);

    public string[] FB1 => [.. Lines.Where(line => line.StartsWith("FB1 ", StringComparison.Ordinal))];

    public string[] Heartbeats => [.. Lines.Where(line => line.StartsWith("heartbeat ", StringComparison.Ordinal))];

    /// <summary>Hang-ups before the end.</summary>
    public int HangUps { get; private set; }

    /// <summary>When the last byte came.</summary>
    public TimeSpan LastByte => _received[^1].At;

    public static SpiNorChip Chip(uint size) => new(
        size == 0x100_0000 ? "W25Q128" : "W25Q64", size == 0x100_0000 ? 0xEF4018u : 0xEF4017u, size, 256,
        [new EraseCommand(0x20, 4096, TimeSpan.FromMilliseconds(45), TimeSpan.FromMilliseconds(400))],
        TimeSpan.FromMilliseconds(0.4), TimeSpan.FromMilliseconds(3), 2700, 3600, "Winbond W25Q128JV");

    public static VirtualBenchOptions Options(string path, uint size) => new("test", path, Chip(size), Seed: 1);

    /// <summary>Plays <paramref name="script"/> on a fresh bench; the image is genuine, then it is edited.</summary>
    public static BoardStage Play(
        string kind, Func<BoardStage, Task> script, Action<GeneratedImage>? edit = null,
        Func<VirtualBenchOptions, VirtualBenchOptions>? with = null)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("flashbench-board-");
        try
        {
            GeneratedImage image = GeneratedImage.Of(kind);
            VirtualBenchOptions options = Options(Path.Combine(folder.FullName, "bench"), (uint)image.Bytes.Length);
            options = with?.Invoke(options) ?? options;
            var time = new VirtualTime();
            return Play(time, () => VirtualBench.Create(options, image.Bytes, time), script, bench =>
            {
                edit?.Invoke(image);
                bench.Chip.WriteAsBoard(0, image.Bytes);
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Plays on a bench that <paramref name="open"/> brings.</summary>
    public static BoardStage Play(
        VirtualTime time, Func<VirtualBench> open, Func<BoardStage, Task> script,
        Action<VirtualBench>? prepare = null) =>
        time.Run(async () =>
        {
            VirtualBench bench = open();
            prepare?.Invoke(bench);
            var stage = new BoardStage(time, bench);
            Task listening = stage.ListenAsync();
            await script(stage);
            stage._disposed = true;
            await bench.DisposeAsync();
            await listening;
            return stage;
        });

    /// <summary>Drives the relay.</summary>
    public void Power(bool on) => Bench.PowerRelay.Drive(on);

    /// <summary>Lets time pass and samples the power every half second.</summary>
    public async Task WaitAsync(TimeSpan span)
    {
        TimeSpan end = Now + span;
        while (Now < end)
        {
            _samples.Add((Now, await Bench.Sensor.SampleAsync(default)));
            TimeSpan left = end - Now;
            await Task.Delay(left < HalfSecond ? left : HalfSecond, Time, default);
        }
    }

    /// <summary>Off for 15 seconds, then on.</summary>
    public async Task CycleAsync()
    {
        Power(false);
        await WaitAsync(TimeSpan.FromSeconds(15));
        Power(true);
    }

    public Task SendAsync(string text) =>
        Bench.Console.WriteAsync(Encoding.ASCII.GetBytes(text), default).AsTask();

    private static readonly TimeSpan HalfSecond = TimeSpan.FromMilliseconds(500);

    private async Task ListenAsync()
    {
        await foreach (ConsoleEvent happened in Bench.Console.ReadAsync(default))
        {
            HangUps += happened is ConsoleEvent.HangUp && !_disposed ? 1 : 0;
            if (happened is ConsoleEvent.Bytes bytes)
                _received.Add((Time.GetElapsedTime(0, bytes.Timestamp), bytes.Data.ToArray()));
        }
    }
}
