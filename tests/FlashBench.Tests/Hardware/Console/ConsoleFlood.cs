using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Hardware.Console;

/// <summary>How a flood ended.</summary>
/// <param name="Sent">Bytes, by the sender's count.</param>
/// <param name="Kept">Bytes on disk.</param>
/// <param name="Mangled">Ports whose bytes on disk have another SHA-256 than what was sent.</param>
/// <param name="Seconds">How long the sender took.</param>
/// <param name="Cores">Processor time of this process, by the seconds.</param>
/// <param name="PeakBytes">Most memory that this process had.</param>
internal sealed record FloodResult(
    long Sent, long Kept, int Mangled, double Seconds, double Cores, long PeakBytes);

/// <summary>Floods the real port, the hub and a job's console log, all to disk; another program sends.</summary>
internal sealed class ConsoleFlood(int ports, double seconds, int seed) : IAsyncDisposable
{
    private const int BytesPerSecond = 300_000; // 3 Mbaud, 8N1
    private const int Baud = 3_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly List<Kept> _kept = [];
    private readonly Process _sender = Start(ports, seconds, seed);

    public async Task<FloodResult> RunAsync(CancellationToken cancel)
    {
        string[] names = (await LineAsync(cancel)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < names.Length; i++)
            _kept.Add(new Kept(names[i], _folder.At($"job{i}")));
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5", cancel); // the peak counts from here
        TimeSpan before = Environment.CpuUsage.TotalTime;
        await _sender.StandardInput.WriteLineAsync("go");
        var sent = new List<(long Bytes, string Sha256)>();
        for (int i = 0; i < names.Length; i++)
        {
            string[] words = (await LineAsync(cancel)).Split(' ');
            sent.Add((long.Parse(words[0], CultureInfo.InvariantCulture), words[1]));
        }

        double took = double.Parse(await LineAsync(cancel), CultureInfo.InvariantCulture);
        TimeSpan used = Environment.CpuUsage.TotalTime - before;
        long kept = 0;
        int mangled = 0;
        for (int i = 0; i < names.Length; i++)
        {
            (long bytes, string sha256) = await _kept[i].FinishAsync(sent[i].Bytes, cancel);
            kept += bytes;
            mangled += sha256 == sent[i].Sha256 ? 0 : 1;
        }

        return new FloodResult(
            sent.Sum(port => port.Bytes), kept, mangled, took, used.TotalSeconds / took, PeakBytes());
    }

    public async ValueTask DisposeAsync()
    {
        _sender.StandardInput.Close();
        if (!_sender.WaitForExit(Patience))
            _sender.Kill();
        _sender.Dispose();
        foreach (Kept port in _kept)
            await port.DisposeAsync();
        _folder.Dispose();
    }

    private static Process Start(int ports, double seconds, int seed)
    {
        FormattableString arguments = $"{ports} {seconds} {seed} {BytesPerSecond}";
        string[] words = arguments.ToString(CultureInfo.InvariantCulture).Split(' ');
        string program = ProjectTree.PathOf("tests", "Foreign", "console-flood.py");
        var start = new ProcessStartInfo("python3", [program, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3 is not installed: nobody floods");
            throw;
        }
    }

    private async Task<string> LineAsync(CancellationToken cancel) =>
        await _sender.StandardOutput.ReadLineAsync(cancel) ?? throw new InvalidOperationException("the sender ended");

    private static long PeakBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[1], CultureInfo.InvariantCulture) * 1024;
    }

    // One bench: port, hub, and a job's pump that keeps everything.
    private sealed class Kept : IAsyncDisposable
    {
        private readonly string _directory;
        private readonly JournalWriter _journal;
        private readonly ConsoleLog _log;
        private readonly ConsoleHub _hub;
        private readonly ConsolePump _pump;
        private long _pumped;
        private bool _finished;

        public Kept(string device, string directory)
        {
            _directory = directory;
            Directory.CreateDirectory(directory);
            var options = new SerialConsoleOptions(new TtySelector(device), Baud, SerialFormat.Usual);
            _hub = new ConsoleHub(SerialConsolePort.Open(options, new TtyPorts(), TimeProvider.System));
            var clock = new BenchClock(TimeProvider.System, new HostBootClock(), "boot");
            _journal = new JournalWriter(directory, clock);
            _log = new ConsoleLog(directory, _journal);
            _pump = new ConsolePump(new CountedPort(_hub.Join(), this), _log, _journal, clock);
        }

        /// <summary>Waits until everything is on disk, and reads it.</summary>
        public async Task<(long Bytes, string Sha256)> FinishAsync(long expected, CancellationToken cancel)
        {
            string file = Path.Combine(_directory, ConsoleLog.RawName);
            long begin = TimeProvider.System.GetTimestamp();
            while (Interlocked.Read(ref _pumped) < expected && TimeProvider.System.GetElapsedTime(begin) < Patience)
                await Task.Delay(20, cancel);
            await _hub.DisposeAsync();
            await _pump.DisposeAsync();
            _finished = true;
            _pump.Flush();
            await using FileStream kept = File.OpenRead(file);
            return (kept.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(kept, cancel)));
        }

        public async ValueTask DisposeAsync()
        {
            if (!_finished)
            {
                await _hub.DisposeAsync();
                await _pump.DisposeAsync();
            }

            _log.Dispose();
            _journal.Dispose();
        }

        // Counts what the pump has done with.
        private sealed class CountedPort(ConsoleSeat seat, Kept kept) : IConsolePort
        {
            public PartIdentity Identity => seat.Identity;

            public ConsoleCounters Counters => seat.Counters;

            public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
            {
                await foreach (ConsoleEvent happened in seat.ReadAsync(cancel))
                {
                    yield return happened;
                    Interlocked.Add(ref kept._pumped, happened is ConsoleEvent.Bytes bytes ? bytes.Data.Length : 0);
                }
            }

            public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) =>
                seat.WriteAsync(data, cancel);

            public ValueTask DisposeAsync() => seat.DisposeAsync();
        }
    }
}
