using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Real processes and real files: SIGKILL at a point of the job, then `resume`, and again with a second kill
/// in the recovery. The same verdict and the same flash come out as of a job that nobody disturbed.</summary>
/// <remarks>A point is a moment of one journal record, or one access to any other file that the job keeps. The ordinary
/// run takes a few; scripts/kill-sweep takes them all and writes docs/reliability.md.</remarks>
public sealed class KillSweepTests
{
    private const int Refused = 64, BadInput = 65, EveryPoint = 0;
    private const int PlacesAtLeast = 100, PlacesAtMost = 1 << 14;

    private static readonly string[] Moments = ["BeforeWrite", "AfterWrite", "BeforeSync", "AfterSync"];

    [Fact]
    public async Task A_job_that_is_killed_and_resumed_ends_as_if_nothing_had_happened()
    {
        int wanted = Number("FLASHBENCH_SWEEP_POINTS", 6), seed = Number("FLASHBENCH_SWEEP_SEED", 1);
        using var undisturbed = new SmallBench();
        Assert.Equal(0, (await undisturbed.CertifyAsync()).ExitCode);
        byte[] flash = undisturbed.Flash;
        List<string> journal = PointsOf(undisturbed.Records, from: 0);
        int places = wanted == EveryPoint ? await PlacesOnDiskAsync() : PlacesAtLeast;
        string[] disk = [.. Enumerable.Range(1, places).Select(n => $"disk:{n}")];

        List<SweptPoint> swept =
        [
            .. await SweepAsync("journal record", Sample(journal, wanted, seed), flash, seed),
            .. await SweepAsync("other file", Sample(disk, (wanted + 1) / 2, seed), flash, seed),
        ];

        Assert.Equal([], swept.Select(point => point.Fault).OfType<string>());
        Assert.Equal(0, swept.Sum(point => point.DirtyBoots));
        await TableAsync(swept, seed);
    }

    private static async Task<IReadOnlyCollection<SweptPoint>> SweepAsync(
        string kind, IReadOnlyList<string> points, byte[] flash, int seed)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        var swept = new ConcurrentBag<SweptPoint>();
        await Parallel.ForEachAsync(points.Index(), options, async (point, _) =>
        {
            var random = new Random(unchecked((seed * 1_000_003) + point.Index));
            swept.Add(await SweepAsync(new SweptPoint(kind, point.Item), flash, random));
        });
        return swept;
    }

    private static async Task<SweptPoint> SweepAsync(SweptPoint point, byte[] flash, Random random)
    {
        using var once = new SmallBench();
        if (await once.KillCertifyAsync(point.Where) is { } notKilled)
            return point with { Fault = notKilled };
        int before = once.Records.Count;
        if (!once.Records.Any(record => record.Data is JournalData.PhaseBegin))
            return await BeginAnewAsync(once, point, flash);
        if (once.State.OpenJob(SmallBench.Id) is null) // nothing was left to do but to sync that
            return point with { HadEnded = true, Fault = Difference(once, flash) };
        if (await ResumeAsync(once, flash) is { } different)
            return point with { Fault = $"{point.Where}: {different}" };
        point = point with { DirtyBoots = BootsOfDirtyBoard(once.Records) };
        List<string> later = PointsOf(once.Records, before);
        if (later.Count == 0)
            return point; // only the signed record was missing
        string second = later[random.Next(later.Count)];
        using var twice = new SmallBench();
        await twice.KillCertifyAsync(point.Where);
        string? fault = await twice.KillAsync(second, "resume", "--quiet") ?? await ResumeAsync(twice, flash);
        return point with
        {
            Twice = true,
            Fault = fault is null ? null : $"{point.Where}, then {second}: {fault}",
            DirtyBoots = point.DirtyBoots + BootsOfDirtyBoard(twice.Records),
        };
    }

    // Before the first phase nothing was touched: `resume` says so, and the job is run anew.
    private static async Task<SweptPoint> BeginAnewAsync(SmallBench bench, SweptPoint point, byte[] flash)
    {
        ProcessEnd end = await bench.RunAsync("resume", "--quiet");
        string? fault = end.ExitCode is Refused or BadInput ? null : $"resume: exit {end.ExitCode} {end.Error}";
        end = await bench.CertifyAsync();
        fault ??= end.ExitCode == 0 ? Difference(bench, flash) : $"certify anew: exit {end.ExitCode} {end.Error}";
        return point with
        {
            NothingBegun = true,
            Fault = fault is null ? null : $"{point.Where}: {fault}",
        };
    }

    // The last access to a file other than the journal, by halving.
    private static async Task<int> PlacesOnDiskAsync()
    {
        int last = PlacesAtLeast, behind = PlacesAtMost;
        while (behind - last > 1)
        {
            int middle = (last + behind) / 2;
            using var bench = new SmallBench();
            if (await bench.KillCertifyAsync($"disk:{middle}") is null)
                last = middle;
            else
                behind = middle;
        }

        return last;
    }

    private static async Task<string?> ResumeAsync(SmallBench bench, byte[] flash)
    {
        ProcessEnd end = await bench.RunAsync("resume", "--quiet");
        return end.ExitCode == 0 ? Difference(bench, flash) : $"resume: exit {end.ExitCode} {end.Error}{end.Output}";
    }

    // How the end of the job differs from that of one that nobody disturbed; null if it does not.
    private static string? Difference(SmallBench bench, byte[] flash)
    {
        VerifiedRecord record = bench.Verify();
        if ((record.Judgement.Verdict, record.Judgement.Level) != (Verdict.Pass, EvidenceLevel.L3))
            return $"the record says {record.Judgement.Verdict}";
        if (!bench.Flash.AsSpan().SequenceEqual(flash))
            return "the chip holds something else";
        if (bench.State.DirtyJob(SmallBench.Id) is not null)
            return "the board is still marked";
        return bench.State.OpenJob(SmallBench.Id) is null ? null : "the job still waits to go on";
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
    private static List<string> PointsOf(IReadOnlyList<JournalRecord> records, int from)
    {
        var seen = new Dictionary<string, int>();
        var points = new List<string>();
        foreach (JournalRecord record in records.Skip(from))
        {
            string type = JournalJson.NameOf(record.Data);
            int occurrence = seen[type] = seen.GetValueOrDefault(type) + 1;
            points.AddRange(Moments.Select(moment => $"{moment}:{type}:{occurrence}"));
        }

        return points;
    }

    private static IReadOnlyList<string> Sample(IReadOnlyList<string> points, int wanted, int seed)
    {
        var random = new Random(seed);
        return wanted == EveryPoint ? points
            : [.. Enumerable.Range(0, wanted).Select(_ => points[random.Next(points.Count)])];
    }

    private static async Task TableAsync(IReadOnlyList<SweptPoint> swept, int seed)
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_SWEEP_TABLE") is not { Length: > 0 } table)
            return;
        string date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var rows = new StringBuilder("| date | seed | killed at a | points | resumed to the same | nothing begun, run "
            + "anew to the same | had ended | killed again | resumed to the same | boots of a DIRTY board |\n"
            + "|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (IGrouping<string, SweptPoint> kind in swept.GroupBy(point => point.Kind))
        {
            int anew = kind.Count(point => point.NothingBegun), ended = kind.Count(point => point.HadEnded);
            int twice = kind.Count(point => point.Twice), resumed = kind.Count() - anew - ended;
            rows.Append(
                CultureInfo.InvariantCulture,
                $"| {date} | {seed} | {kind.Key} | {kind.Count()} | {resumed} | {anew} | {ended} | {twice} "
                + $"| {twice} | {kind.Sum(point => point.DirtyBoots)} |\n");
        }

        await File.WriteAllTextAsync(table, $"{rows}", TestContext.Current.CancellationToken);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : otherwise;

    private sealed record SweptPoint(string Kind, string Where)
    {
        public string? Fault { get; init; } // null if the job ended as an undisturbed one

        public bool NothingBegun { get; init; }

        public bool HadEnded { get; init; }

        public bool Twice { get; init; }

        public int DirtyBoots { get; init; }
    }
}
