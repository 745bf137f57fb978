using System.Collections.Concurrent;
using System.Diagnostics;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Certify;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>How late things were while many benches ran in real time in one process.</summary>
/// <param name="Journal">From a job's append to the record on disk, in milliseconds, sorted.</param>
/// <param name="Samples">How much later than its turn a sensor sample came, in milliseconds, sorted.</param>
/// <param name="PowerGood">From the relay's command to the journaled power-good, in milliseconds, sorted.</param>
/// <param name="Cores">Processor time by the seconds it took.</param>
internal sealed record LatencyResult(double[] Journal, double[] Samples, double[] PowerGood, double Cores);

/// <summary>Runs whole `certify` jobs with a shortened watch on virtual benches, all at once, in real time.</summary>
internal sealed class JournalLatency(int benches, TimeSpan watch) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentBag<double> _journal = [];

    /// <summary>Nearest-rank percentile of sorted figures.</summary>
    public static double Percentile(double[] sorted, double percent) =>
        sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(percent / 100 * sorted.Length) - 1];

    public async Task<LatencyResult> RunAsync(CancellationToken cancel)
    {
        byte[] image = ImageGenerator.Create("me8", 8u << 20);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        string[] directories = await Task.WhenAll(Enumerable.Range(0, benches).Select(
            number => Task.Factory.StartNew(
                () => SingleThread.Run(stop => RunOneAsync(number, image, stop), cancel), cancel,
                TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double cores = (Environment.CpuUsage.TotalTime - before).TotalSeconds / seconds;
        var records = directories.Select(ReadJournal).ToList();
        return new LatencyResult(
            [.. _journal.Order()], [.. records.SelectMany(Lateness).Order()],
            [.. records.SelectMany(ToPowerGood).Order()], cores);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> RunOneAsync(int number, byte[] image, CancellationToken cancel)
    {
        TimeProvider time = TimeProvider.System;
        string home = _folder.At($"bench{number}");
        Directory.CreateDirectory(home);
        using StationKey key = StationKey.LoadOrCreate(Path.Combine(home, "keys"));
        string directory = JobFolders.Create(Path.Combine(home, "evidence"), $"FBJ-{number}");
        var options = new VirtualBenchOptions(
            $"bench{number}", Path.Combine(home, "bench.flash"), SpiNorChips.ByName("W25Q64")!, number)
        {
            Agent = true,
            Programmer = VirtualProgrammer.Ft2232h,
        };
        await using VirtualBench bench = VirtualBench.Create(options, image, time);
        var parts = new BenchParts(
            async open => await FtdiProgrammer.OpenAsync(
                await bench.OpenProgrammerAsync(open), new FtdiOptions(), time, open),
            new RelayPower(bench.PowerRelay), bench.Sensor, bench.Console);
        var clock = new BenchClock(time, new HostBootClock(), "boot");
        var folders = new JobFolders(
            directory, new Vault(Path.Combine(home, "vault")), new BenchState(Path.Combine(home, "state")), key);
        long appended = 0;
        await new CertifyJob(parts, Options(number), folders, clock)
        {
            JournalProbe = (moment, _) =>
            {
                if (moment == JournalMoment.BeforeWrite)
                    appended = Stopwatch.GetTimestamp();
                else if (moment == JournalMoment.AfterSync)
                    _journal.Add(Stopwatch.GetElapsedTime(appended).TotalMilliseconds);
            },
        }.RunAsync(cancel);
        return directory;
    }

    private CertifyOptions Options(int number)
    {
        DutProfile profile = DutProfiles.Load("virtual-me8");
        var random = new Random(number);
        return new CertifyOptions
        {
            Job = $"FBJ-{number}",
            Bench = $"bench{number}",
            Profile = profile,
            Dut = $"board-{number}",
            BindDut = false,
            Operator = "tester",
            Host = "host",
            Software = "flashbench test",
            Require = EvidenceLevel.L3,
            ShortenedWatch = watch,
            Keys = KeyRing.Intel.With(JobBench.TestKeyName, TestKey.FingerprintSha256),
            TestKeyName = JobBench.TestKeyName,
            Simulated = true,
            DrawNonce = () => random.Next(1, int.MaxValue)
                .ToString("x8", System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private static IReadOnlyList<JournalRecord> ReadJournal(string directory) => JournalReader.ReadPrefix(
        File.ReadAllBytes(Path.Combine(directory, JournalWriter.FileName)), out _, out _);

    // A sample is taken half a second after the one before it.
    private static IEnumerable<double> Lateness(IReadOnlyList<JournalRecord> records)
    {
        double intervalUs = ((JournalData.JobStart)records[0].Data).Power.SampleSeconds * 1e6;
        foreach (JournalData.PowerSamples samples in records.Select(r => r.Data).OfType<JournalData.PowerSamples>())
        {
            for (int i = 3; i < samples.Series.Length; i += 3) // the first one has none before it
                yield return (samples.Series[i] - intervalUs) / 1000;
        }
    }

    private static IEnumerable<double> ToPowerGood(IReadOnlyList<JournalRecord> records)
    {
        long? commandedUs = null;
        foreach (JournalRecord record in records)
        {
            if (record.Data is JournalData.PowerCommand command)
                commandedUs = command.On ? record.Time.MonoUs : null;
            if (record.Data is JournalData.PowerSense { State: "on" } && commandedUs is long since)
                yield return (record.Time.MonoUs - since) / 1000.0;
        }
    }
}
