using System.Collections.Concurrent;
using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Real processes and real files: SIGKILL at journal points, then `resume`, and again with a second kill in
/// the recovery. The same verdict and the same flash come out as of a job that nobody disturbed.</summary>
/// <remarks>The ordinary run takes a few points; scripts/kill-sweep takes them all and writes docs/reliability.md.
/// </remarks>
public sealed class KillSweepTests
{
    private const int KilledBySigkill = 128 + 9, ChipBytes = 1 << 20, EveryPoint = 0;

    private static readonly string[] Moments = ["BeforeWrite", "AfterWrite", "BeforeSync", "AfterSync"];

    private readonly byte[] _image = ImageGenerator.CreateSmall("me8", ChipBytes, board: 3);
    private int _single, _same, _double, _doubleSame, _dirtyBoots, _nothingBegun;

    [Fact]
    public async Task A_job_that_is_killed_and_resumed_ends_as_if_nothing_had_happened()
    {
        int wanted = Number("FLASHBENCH_SWEEP_POINTS", 6), seed = Number("FLASHBENCH_SWEEP_SEED", 1);
        using var undisturbed = Program();
        Assert.Equal(0, (await CertifyAsync(undisturbed)).ExitCode);
        byte[] flash = Flash(undisturbed);
        List<Point> points = PointsOf(Records(undisturbed), from: 0);
        if (wanted != EveryPoint)
            points = Sample(points, wanted, seed);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = 2,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        var faults = new ConcurrentBag<string>();

        await Parallel.ForEachAsync(points, options, async (point, _) =>
        {
            if (await SweepAsync(point, flash, new Random(seed ^ point.GetHashCode())) is { } fault)
                faults.Add(fault);
        });

        Assert.Equal([], faults);
        Assert.Equal((_single, _double, 0), (_same, _doubleSame, _dirtyBoots));
        await TableAsync(points.Count, seed);
    }

    private async Task<string?> SweepAsync(Point point, byte[] flash, Random random)
    {
        using FlashBenchProcess once = Program();
        if (await KillAsync(once, "certify", point) is { } notKilled)
            return notKilled;
        Interlocked.Increment(ref _single);
        int before = Records(once).Count;
        if (before == 0)
        {
            Interlocked.Increment(ref _nothingBegun);
            Interlocked.Increment(ref _same);
            return null; // no record: there is nothing to go on with, and nothing was touched
        }

        if (await ResumeAsync(once, flash) is { } different)
            return $"{point}: {different}";
        Interlocked.Increment(ref _same);
        List<Point> later = PointsOf(Records(once), before);
        if (later.Count == 0)
            return null; // only the signed record was missing
        Point second = later[random.Next(later.Count)];
        using FlashBenchProcess twice = Program();
        await KillAsync(twice, "certify", point);
        if (await KillAsync(twice, "resume", second) is { } other)
            return $"{point}, then {other}";
        Interlocked.Increment(ref _double);
        if (await ResumeAsync(twice, flash) is { } still)
            return $"{point}, then {second}: {still}";
        Interlocked.Increment(ref _doubleSame);
        return null;
    }

    private FlashBenchProcess Program()
    {
        var program = new FlashBenchProcess
        {
            Limit = TimeSpan.FromMinutes(5),
        };
        File.WriteAllBytes(Path.Combine(program.WorkingFolder, "small.bin"), _image);
        return program;
    }

    private static Task<ProcessEnd> CertifyAsync(FlashBenchProcess program) => program.With("FLASHBENCH_KILL_AT", "")
        .RunAsync("certify", "--quiet", "--bench", "me8", "--virtual-flash", "small.bin");

    // Null if it was killed where it should be.
    private static async Task<string?> KillAsync(FlashBenchProcess program, string verb, Point point)
    {
        program.With("FLASHBENCH_KILL_AT", point.ToString());
        ProcessEnd end = verb == "resume"
            ? await program.RunAsync("resume", "--quiet")
            : await program.RunAsync("certify", "--quiet", "--bench", "me8", "--virtual-flash", "small.bin");
        return end.ExitCode == KilledBySigkill ? null : $"{verb} to {point}: exit {end.ExitCode} {end.Error}";
    }

    private async Task<string?> ResumeAsync(FlashBenchProcess program, byte[] flash)
    {
        ProcessEnd end = await program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume", "--quiet");
        if (end.ExitCode != 0)
            return $"resume: exit {end.ExitCode} {end.Error}{end.Output}";
        string keys = Path.Combine(program.DataFolder, "flashbench", "keys");
        VerifiedRecord record = new EvidenceVerifier(DirectoryOf(program), TrustedStations.Load(keys)).Verify();
        if ((record.Judgement.Verdict, record.Judgement.Level) != (Verdict.Pass, EvidenceLevel.L3))
            return $"the record says {record.Judgement.Verdict}";
        if (!Flash(program).AsSpan().SequenceEqual(flash))
            return "the chip holds something else";
        if (new BenchState(Path.Combine(program.StateFolder, "flashbench")).DirtyJob("me8") is not null)
            return "the board is still marked";
        Interlocked.Add(ref _dirtyBoots, BootsOfDirtyBoard(Records(program)));
        return null;
    }

    private static int BootsOfDirtyBoard(IReadOnlyList<JournalRecord> records)
    {
        bool dirty = false;
        int boots = 0;
        foreach (JournalData data in records.Select(record => record.Data))
        {
            dirty = data is JournalData.Dirty || (dirty && data is not JournalData.Clean);
            boots += dirty && data is JournalData.PowerCommand { On: true } ? 1 : 0;
        }

        return boots;
    }

    // Every record from that number on, at all four moments.
    private static List<Point> PointsOf(IReadOnlyList<JournalRecord> records, int from)
    {
        var seen = new Dictionary<string, int>();
        var points = new List<Point>();
        foreach (JournalRecord record in records.Skip(from))
        {
            string type = JournalJson.NameOf(record.Data);
            int occurrence = seen[type] = seen.GetValueOrDefault(type) + 1;
            points.AddRange(Moments.Select(moment => new Point(moment, type, occurrence)));
        }

        return points;
    }

    private static List<Point> Sample(List<Point> points, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => points[random.Next(points.Count)])];
    }

    private static IReadOnlyList<JournalRecord> Records(FlashBenchProcess program) => JournalReader.ReadPrefix(
        File.ReadAllBytes(Path.Combine(DirectoryOf(program), JournalWriter.FileName)), out _, out _);

    private static string DirectoryOf(FlashBenchProcess program) =>
        Directory.GetDirectories(Path.Combine(program.DataFolder, "flashbench", "evidence")).Single();

    private static byte[] Flash(FlashBenchProcess program)
    {
        string file = Path.Combine(program.StateFolder, "flashbench", "benches", "me8.flash");
        using BenchStateFile state = BenchStateFile.Open(file, SpiNorChips.ByName("W25Q80")!);
        return state.Cells.ToArray();
    }

    private async Task TableAsync(int points, int seed)
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_SWEEP_TABLE") is not { Length: > 0 } table)
            return;
        string date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(
            table,
            "| date | seed | points | killed | same verdict and flash | killed twice | same verdict and flash "
            + "| boots of a DIRTY board |\n|---|---|---|---|---|---|---|---|\n"
            + $"| {date} | {seed} | {points} | {_single} | {_same} | {_double} | {_doubleSame} | {_dirtyBoots} |\n\n"
            + $"{_nothingBegun} of the kills came before the first record was there: nothing was begun.\n",
            TestContext.Current.CancellationToken);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : otherwise;

    private sealed record Point(string Moment, string Type, int Occurrence)
    {
        public override string ToString() => $"{Moment}:{Type}:{Occurrence}";
    }
}
