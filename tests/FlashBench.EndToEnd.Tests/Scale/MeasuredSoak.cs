using System.Diagnostics;
using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Diagnostics;

namespace FlashBench.EndToEnd.Tests.Scale;

/// <summary>A soak of many virtual benches in a real process, and what that process takes while it runs.</summary>
internal sealed class MeasuredSoak : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(3);

    private readonly FlashBenchProcess _program = new() { Limit = Limit };
    private readonly string _figures;
    private int _ended;

    /// <summary>Prepares so many benches with chips of 1 MiB, each with a seed of its own.</summary>
    public MeasuredSoak(int benches, int seed)
    {
        _figures = Path.Combine(_program.Folder, "figures");
        IEnumerable<string> entries = Enumerable.Range(0, benches).Select(number => $$"""
            { "id": "b{{number:000}}", "dutProfile": "virtual-me8",
              "virtual": { "image": "me8", "chip": "W25Q80", "seed": {{seed + number}} } }
            """);
        File.WriteAllText(
            Path.Combine(_program.WorkingFolder, "bench-config.json"),
            $$"""{ "version": 1, "benches": [ {{string.Join(",\n", entries)}} ] }""");
    }

    /// <summary>What the process took, oldest first.</summary>
    public List<ProcessSample> Samples { get; } = [];

    /// <summary>Folder of the run.</summary>
    public string RunFolder => Assert.Single(Directory.GetDirectories(
        Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*"));

    /// <summary>Runs it to its end, or until it is stopped.</summary>
    /// <param name="interval">Between two samples.</param>
    /// <param name="stopAfter">When it is told to stop; null for never.</param>
    /// <param name="words">Command line behind `soak --all`.</param>
    /// <returns>Exit code, and what it said on standard error.</returns>
    public async Task<(int ExitCode, string Error)> RunAsync(
        TimeSpan interval, TimeSpan? stopAfter, params string[] words)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using RunningProcess soak = _program.With(ProcessFigures.Variable, _figures)
            .Start(["soak", "--all", "--json", .. words]);
        long began = Stopwatch.GetTimestamp();
        Task reading = CountAsync(soak);
        bool stopped = false;
        while (await Task.WhenAny(reading, Task.Delay(interval, cancel)) != reading)
        {
            TimeSpan since = Stopwatch.GetElapsedTime(began);
            if (!stopped && ProcessSample.Of(soak.Id, Volatile.Read(ref _ended), since, Heap()) is { } sample)
                Samples.Add(sample);
            if (!stopped && since >= stopAfter)
            {
                await soak.SignalAsync("TERM");
                stopped = true;
            }
        }

        await reading;
        return await soak.EndAsync();
    }

    /// <summary>What the process measured of one of its delays: count, p50, p99 and maximum, the last three in
    /// milliseconds; zeros if there was none.</summary>
    public double[] Delay(string name) =>
        File.ReadLines(_figures).LastOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? [.. line.Split(' ')[1..].Select(figure => double.Parse(figure, CultureInfo.InvariantCulture))]
            : [0, 0, 0, 0];

    /// <summary>How much later than its turn each sensor sample of the run came: as <see cref="Delay"/>.</summary>
    public double[] SamplesLate()
    {
        double[] all =
        [
            .. RunLog.Read(RunFolder, out _).OfType<RunEvent.Assigned>()
                .SelectMany(job => LatenessIn(Path.Combine(RunFolder, job.Job))).Order(),
        ];
        return all.Length == 0 ? [0, 0, 0, 0] : [all.Length, Percentile(all, 50), Percentile(all, 99), all[^1]];
    }

    public void Dispose() => _program.Dispose();

    private async Task CountAsync(RunningProcess soak)
    {
        await foreach (string line in soak.LinesAsync())
        {
            if (line.Contains("\"type\":\"job.end\"", StringComparison.Ordinal))
                Interlocked.Increment(ref _ended);
        }
    }

    private double Heap()
    {
        if (!File.Exists(_figures))
            return 0;
        using var file = new FileStream(_figures, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(200, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file);
        string[] last = reader.ReadToEnd().Split('\n');
        return last is [.., { Length: > 0 } heap, ""]
            ? double.Parse(heap.Split(' ')[^1], CultureInfo.InvariantCulture) : 0;
    }

    // A sample is taken half a second after the one before it.
    private static IEnumerable<double> LatenessIn(string directory)
    {
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(
            File.ReadAllBytes(Path.Combine(directory, JournalWriter.FileName)), out _, out _);
        double intervalUs = ((JournalData.JobStart)records[0].Data).Power.SampleSeconds * 1e6;
        return records.Select(record => record.Data).OfType<JournalData.PowerSamples>().SelectMany(
            samples => samples.Series.Where((_, i) => i > 0 && i % 3 == 0)
                .Select(sinceLast => (sinceLast - intervalUs) / 1000));
    }

    private static double Percentile(double[] sorted, double percent) =>
        sorted[(int)Math.Ceiling(percent / 100 * sorted.Length) - 1];
}
