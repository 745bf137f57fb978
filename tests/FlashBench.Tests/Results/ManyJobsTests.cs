using System.Globalization;
using FlashBench.Bench;
using FlashBench.Results.Catalog;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

/// <summary>A store of many made-up jobs, for scripts/results-figures, which says how many and where; a small one in
/// the ordinary suite.</summary>
public sealed class ManyJobsTests
{
    private static readonly string[] MeVersions =
        ["6.2.60.1066", "7.1.91.3272", "8.1.30.1350", "8.1.65.1586", "9.1.45.3000", "10.0.55.3000", "11.8.50.3425"];

    [Fact]
    public void A_store_of_many_jobs_answers_and_needs_no_look_at_their_journals()
    {
        string? named = Environment.GetEnvironmentVariable("FLASHBENCH_RESULTS_FOLDER");
        int jobs = Number("FLASHBENCH_RESULTS_JOBS", 400);
        using var folder = new TemporaryFolder();
        string root = named ?? folder.At("root");
        var catalog = new EvidenceCatalog(
            Path.Combine(root, "evidence"), Path.Combine(root, "state", "flashbench"), TimeProvider.System);
        var random = new Random(Number("FLASHBENCH_SEED", 1));
        List<JobRow> rows = [.. Enumerable.Range(0, jobs).Select(number => Row(number, random))];
        Make(catalog, rows);

        using ResultsStore store = RebuildTests.Open(catalog);

        Assert.Equal(jobs, store.Count);
        Assert.Equal(20, JobList.Read(store, new ResultsFilter(), 20).Count);
        Assert.Equal(rows.Count(row => row.IsCounted), Trend.Read(store, TrendGroup.Me, new ResultsFilter())
            .Sum(row => row.Jobs));
    }

    /// <summary>Real jobs to rebuild from, for the same script.</summary>
    [Fact]
    public void A_rebuild_reads_so_many_copies_of_a_real_job()
    {
        string? named = Environment.GetEnvironmentVariable("FLASHBENCH_RESULTS_COPIES_FOLDER");
        int copies = Number("FLASHBENCH_RESULTS_COPIES", 4);
        using var evidence = new SampleEvidence();
        string root = named ?? evidence.Folder;
        for (int i = 0; i < copies; i++)
            evidence.Put(Path.Combine(root, $"FBJ-{i:D6}"), SampleEvidence.Pass);

        var catalog = new EvidenceCatalog(root, evidence.State, TimeProvider.System);
        Assert.Equal(copies, Rebuild.Run(catalog, CancellationToken.None).Jobs);
    }

    // The directories are there and unchanged for a day, so that nothing is read again.
    private static void Make(EvidenceCatalog catalog, List<JobRow> rows)
    {
        foreach (JobRow row in rows)
        {
            string directory = Path.Combine(catalog.Evidence, row.Directory);
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(Path.Combine(directory, "journal.jsonl"), new byte[row.JournalBytes]);
        }

        Directory.SetLastWriteTimeUtc(catalog.Evidence, DateTime.UnixEpoch.AddYears(55));
        using ResultsStore store = ResultsStore.Open(catalog.StoreFile, EvidenceCatalog.Patience);
        store.Put(rows);
        catalog.Update(store, CancellationToken.None);
    }

    private static JobRow Row(int number, Random random)
    {
        JobRow row = SampleRows.Row(number, random.Next(100) switch
        {
            < 90 => Verdict.Pass,
            < 94 => Verdict.Fail,
            < 97 => Verdict.Inconclusive,
            _ => Verdict.Error,
        });
        int me = random.Next(MeVersions.Length);
        long osUp = 8_000_000 + me * 500_000 + random.Next(1_000_000);
        return row with
        {
            Directory = string.Create(CultureInfo.InvariantCulture, $"FBJ-{row.Started:yyyyMMdd-HHmmss}-{number:D6}"),
            Bench = $"desk{random.Next(32)}",
            Dut = $"X230-{random.Next(400):D4}",
            Board = "Lenovo ThinkPad X230, chip 1 of 2",
            MeFamily = "ME",
            MeGeneration = 2,
            MeVersion = MeVersions[me],
            MeSku = "corporate, 5 MB",
            Image = Digest(random.Next(60)),
            Backup = Digest(random.Next(60)),
            Written = Digest(random.Next(60)),
            Programmer = $"CH341A, USB 1-4.{random.Next(8)}",
            Started = DateTimeOffset.UnixEpoch.AddYears(55).AddMinutes(number),
            OsUpUs = osUp,
            ObservedUs = 1_860_130_000,
            LongestGapUs = 4_997_000,
            Power = new PowerSpan(2_063, 5_110 + random.Next(500)),
            ClockPpm = random.NextDouble() * 100,
            Software = "flashbench 0.1.0",
            Records = 288,
            JournalBytes = 1,
            JournalSha256 = Digest(number),
            ChainHead = Digest(-number),
            Boots = [.. Enumerable.Range(1, 3).Select(boot => new BootRow(
                boot, boot == 1 ? "baseline" : "watch", "Alive", 1_860_130_000, osUp, 4_997_000,
                new PowerSpan(2_063, 5_110), 1.5))],
        };
    }

    private static string Digest(int number) => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
