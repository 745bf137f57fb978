using System.Globalization;
using FlashBench.Bench.Journal;

namespace FlashBench.EndToEnd.Tests.Scale;

/// <summary>Many benches in real time, and many jobs, in one process: small slices of what `scripts/scale` measures.
/// </summary>
/// <remarks>FLASHBENCH_SCALE_BENCHES and FLASHBENCH_SCALE_SECONDS, FLASHBENCH_SCALE_JOBS and FLASHBENCH_SCALE_SEED are
/// the sizes; FLASHBENCH_SCALE_TABLE takes the rows, FLASHBENCH_SCALE_PLOT the drawing.</remarks>
public sealed class ScaleTests
{
    private const int Resumable = 75, BenchesOfManyJobs = 4, PoolThreads = 48, GrowthMax = 20;

    private static readonly int Seed = Asked("FLASHBENCH_SCALE_SEED", 100);

    [Fact]
    public async Task Many_benches_in_real_time_take_a_thread_and_a_few_files_each()
    {
        int benches = Asked("FLASHBENCH_SCALE_BENCHES", 4), seconds = Asked("FLASHBENCH_SCALE_SECONDS", 12);
        using var soak = new MeasuredSoak(benches, Seed);

        (int code, string error) = await soak.RunAsync(
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(seconds), "--cycles", "1", "--real-time");

        Assert.True(code == Resumable, $"exit {code} {error}");
        double[] toDisk = soak.Delay(JournalMeter.ToDiskName);
        Assert.True(toDisk[0] >= benches, "every job has a first record at least");
        ProcessSample first = soak.Samples[0], last = soak.Samples[^1];
        Write("FLASHBENCH_SCALE_TABLE", RealTimeRow(benches, soak, toDisk, (first, last)));
        Assert.InRange(last.Threads, benches, benches + PoolThreads);
    }

    [Fact]
    public async Task A_run_of_many_jobs_takes_no_more_at_its_end_than_at_its_beginning()
    {
        int cycles = Math.Max(2, Asked("FLASHBENCH_SCALE_JOBS", 16) / BenchesOfManyJobs);
        using var soak = new MeasuredSoak(BenchesOfManyJobs, Seed);
        double interval = cycles > 100 ? 5 : 0.5;

        (int code, string error) = await soak.RunAsync(
            TimeSpan.FromSeconds(interval), null, "--cycles", cycles.ToString(CultureInfo.InvariantCulture));

        Assert.True(code == 0, $"exit {code} {error}");
        var flat = new Flatness(soak.Samples, cycles * BenchesOfManyJobs);
        Write("FLASHBENCH_SCALE_TABLE", flat.Rows());
        Write("FLASHBENCH_SCALE_PLOT", flat.Drawing());
        Assert.True(flat.FilesGrewBy < GrowthMax && flat.ThreadsGrewBy < GrowthMax, flat.Rows());
    }

    private static string RealTimeRow(
        int benches, MeasuredSoak soak, double[] toDisk, (ProcessSample First, ProcessSample Last) of)
    {
        static string Delay(double[] figures) => figures[0] == 0 ? "–" : string.Create(
            CultureInfo.InvariantCulture, $"{figures[1]:0.0} / {figures[2]:0.0} / {figures[3]:0.0}");

        double[] console = soak.Delay(JournalMeter.ConsoleLateName);
        double cores = (of.Last.ProcessorSeconds - of.First.ProcessorSeconds) / (of.Last.Seconds - of.First.Seconds);
        double peak = soak.Samples.Max(sample => sample.ResidentMiB);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {benches} | {of.Last.Seconds / 60:0.0} | {toDisk[0]:0} | {Delay(toDisk)} | {Delay(soak.SamplesLate())} "
            + $"| {Delay(console)} | {cores:0.00} | {peak:0} | {of.Last.HeapMiB:0} | {of.Last.Threads} "
            + $"| {of.Last.Files} |\n");
    }

    private static void Write(string variable, string text)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } file)
            File.AppendAllText(file, text);
    }

    private static int Asked(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int asked)
            ? asked
            : usual;
}
