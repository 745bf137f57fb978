using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Results.Catalog;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

public sealed class RebuildTests
{
    private static readonly int Seeds =
        int.Parse(Environment.GetEnvironmentVariable("FLASHBENCH_RESULTS_SEEDS") ?? "12");

    public static TheoryData<int> SomeSeeds => [.. Enumerable.Range(1, Seeds)];

    [Theory]
    [MemberData(nameof(SomeSeeds))]
    public void What_was_added_job_by_job_with_kills_between_is_what_a_rebuild_makes(int seed)
    {
        using var evidence = new SampleEvidence();
        var random = new Random(seed);
        StartRun(evidence);
        for (int step = 0; step < 25; step++)
            Happen(evidence, random, step);

        string incremental = Content(evidence.Catalog);
        RebuiltStore rebuilt = Rebuild.Run(evidence.Catalog, CancellationToken.None);
        string again = Content(evidence.Catalog);
        string elsewhere = Content(evidence.Another("state-2"));

        Assert.Equal(again, incremental);
        Assert.Equal(again, elsewhere);
        Assert.Equal(rebuilt.Before, rebuilt.ContentHash);
        Assert.NotEmpty(again);
    }

    [Fact]
    public void A_job_killed_at_any_byte_of_its_journal_has_a_row_that_says_why_it_has_no_verdict()
    {
        using var evidence = new SampleEvidence();
        byte[] journal = SampleEvidence.Pass[JournalWriter.FileName];
        int[] lengths = [.. Enumerable.Range(0, 60).Select(i => journal.Length * i / 60), journal.Length - 1];
        foreach (int length in lengths)
            evidence.Put($"cut-{length:D7}", SampleEvidence.Pass, length);

        using ResultsStore store = Open(evidence.Catalog);

        Assert.Equal(lengths.Length, store.Count);
        Assert.All(lengths, length =>
        {
            JobRow row = store.Find($"cut-{length:D7}")!;
            Assert.Equal((RowState.Unfinished, "unfinished"), (row.State, row.Outcome));
            Assert.Null(row.Verdict);
            Assert.NotEmpty(row.Reason);
        });
    }

    [Fact]
    public void A_journal_that_says_PASS_without_its_console_or_with_another_byte_has_no_verdict()
    {
        using var evidence = new SampleEvidence();
        string silent = evidence.Put("silent", SampleEvidence.Pass);
        File.Delete(Path.Combine(silent, "console", "console.raw"));
        byte[] changed = [.. SampleEvidence.Pass[JournalWriter.FileName]];
        changed[changed.Length / 2] ^= 1;
        evidence.Put("changed", new Dictionary<string, byte[]>(SampleEvidence.Pass)
        {
            [JournalWriter.FileName] = changed,
        });
        evidence.Put("nothing", new Dictionary<string, byte[]>
        {
            [JournalWriter.FileName] = "no journal\n"u8.ToArray(),
        });
        evidence.Put("begun", new Dictionary<string, byte[]>
        {
            [JournalWriter.FileName] = [],
        });
        Directory.CreateDirectory(Path.Combine(evidence.Folder, "no-job"));

        using ResultsStore store = Open(evidence.Catalog);

        Assert.Equal(4, store.Count);
        Assert.Equal("damaged", store.Find("silent")!.Outcome);
        Assert.Equal("pass-board", store.Find("silent")!.Dut);
        Assert.Equal("damaged", store.Find("changed")!.Outcome);
        Assert.StartsWith("line 1 of the journal", store.Find("nothing")!.Reason, StringComparison.Ordinal);
        Assert.Equal("nothing is recorded yet", store.Find("begun")!.Reason);
    }

    [Fact]
    public void A_job_of_a_run_has_its_cycle_and_attempt_and_a_PASS_at_the_second_attempt_is_flaky()
    {
        using var evidence = new SampleEvidence();
        StartRun(evidence);
        evidence.Put("run-1/job-2", SampleEvidence.Pass);
        evidence.Put("run-1/job-3", SampleEvidence.Pass);
        evidence.Put("run-1/unknown", SampleEvidence.Pass);

        using ResultsStore store = Open(evidence.Catalog);

        Assert.Equal(("PASS", new RunPlace("run-1", 2, 1)), Outcome("run-1/job-2"));
        Assert.Equal(("FLAKY", new RunPlace("run-1", 2, 2)), Outcome("run-1/job-3"));
        Assert.Equal(("PASS", new RunPlace("run-1", null, 1)), Outcome("run-1/unknown"));
        (string, RunPlace?) Outcome(string directory) =>
            store.Find(directory) is { } row ? (row.Outcome, row.Place) : ("", null);
    }

    [Fact]
    public void A_damaged_log_of_a_run_leaves_its_jobs_without_a_cycle()
    {
        using var evidence = new SampleEvidence();
        StartRun(evidence);
        File.AppendAllText(Path.Combine(evidence.Folder, "run-1", RunLog.FileName), "nonsense\n");
        evidence.Put("run-1/job-3", SampleEvidence.Pass);

        using ResultsStore store = Open(evidence.Catalog);

        Assert.Equal(new RunPlace("run-1", null, 1), store.Find("run-1/job-3")!.Place);
    }

    [Fact]
    public void A_job_that_was_begun_anew_has_the_place_of_the_one_that_came_to_nothing()
    {
        using var evidence = new SampleEvidence();
        StartRun(evidence);
        evidence.Put("run-1/job-3", SampleEvidence.Pass, 10);
        evidence.Put("run-1/job-3-2", SampleEvidence.Pass);

        using ResultsStore store = Open(evidence.Catalog);

        Assert.Equal(("FLAKY", new RunPlace("run-1", 2, 2)),
            (store.Find("run-1/job-3-2")!.Outcome, store.Find("run-1/job-3-2")!.Place));
    }

    [Theory]
    [InlineData("SOAK-1.a.3", "PASS")]
    [InlineData("SOAK-1.a.3-2", "PASS")]
    [InlineData("SOAK-1.a.3r2", "FLAKY")]
    [InlineData("SOAK-1.a.3r2-2", "FLAKY")]
    public void A_damaged_log_of_a_run_makes_no_repetition_a_plain_PASS(string job, string outcome)
    {
        using var evidence = new SampleEvidence();
        StartRun(evidence);
        File.AppendAllText(Path.Combine(evidence.Folder, "run-1", RunLog.FileName), "nonsense\n");
        evidence.Put($"run-1/{job}", SampleEvidence.Pass);

        using ResultsStore store = Open(evidence.Catalog);

        Assert.Equal(outcome, store.Find($"run-1/{job}")!.Outcome);
    }

    [Fact]
    public void A_folder_that_did_not_change_is_not_read_again_and_one_that_did_is()
    {
        using var evidence = new SampleEvidence();
        evidence.Put("one", SampleEvidence.Dry);
        var long_ago = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);
        Directory.SetLastWriteTimeUtc(evidence.Folder, long_ago);
        Directory.SetLastWriteTimeUtc(Path.Combine(evidence.Folder, "one"), long_ago);
        Content(evidence.Catalog);

        evidence.Put("two", SampleEvidence.Dry);
        Directory.SetLastWriteTimeUtc(evidence.Folder, long_ago);
        Assert.Equal(1, Count(evidence.Catalog));

        Directory.SetLastWriteTimeUtc(evidence.Folder, long_ago.AddSeconds(1));
        Assert.Equal(2, Count(evidence.Catalog));
    }

    [Fact]
    public void A_rebuild_that_is_stopped_leaves_the_store_as_it_was()
    {
        using var evidence = new SampleEvidence();
        evidence.Put("one", SampleEvidence.Dry);
        string before = Content(evidence.Catalog);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Rebuild.Run(evidence.Catalog, stop.Token));

        Assert.Equal(before, Content(evidence.Catalog));
    }

    [Fact]
    public void An_evidence_folder_that_is_not_there_yet_has_no_results()
    {
        using var evidence = new SampleEvidence();
        Directory.Delete(evidence.Folder);

        Assert.Equal("", Content(evidence.Catalog));
        Assert.Equal(0, Rebuild.Run(evidence.Catalog, CancellationToken.None).Jobs);
    }

    /// <summary>Everything that a store says once it is up to date.</summary>
    internal static string Content(EvidenceCatalog catalog)
    {
        using ResultsStore store = Open(catalog);
        var lines = new System.Text.StringBuilder();
        store.WriteContent(line => lines.Append(line));
        return lines.ToString();
    }

    internal static ResultsStore Open(EvidenceCatalog catalog)
    {
        ResultsStore store = ResultsStore.Open(catalog.StoreFile, EvidenceCatalog.Patience);
        catalog.Update(store, CancellationToken.None);
        return store;
    }

    private static long Count(EvidenceCatalog catalog)
    {
        using ResultsStore store = Open(catalog);
        return store.Count;
    }

    private static void StartRun(SampleEvidence evidence)
    {
        using RunLog log = RunLog.Create(Directory.CreateDirectory(Path.Combine(evidence.Folder, "run-1")).FullName);
        log.Append(new RunEvent.Started("run-1", "test", DateTimeOffset.UnixEpoch, [], [], 8));
        for (int job = 0; job < 8; job++)
            log.Append(new RunEvent.Assigned("me8", job + 1, job / 2 + 1, null, job % 2 + 1, $"job-{job}"));
    }

    // A job begins, goes on, is killed, ends, puts itself in or does not get to it, is deleted; somebody looks.
    private static void Happen(SampleEvidence evidence, Random random, int step)
    {
        IReadOnlyDictionary<string, byte[]> files = SampleEvidence.All[random.Next(SampleEvidence.All.Count)];
        string folder = random.Next(3) == 0 ? "run-1/" : "";
        string name = $"{folder}job-{random.Next(8)}";
        int? cut = random.Next(3) == 0 ? random.Next(files[JournalWriter.FileName].Length) : null;
        switch (random.Next(6))
        {
            case 0:
                Content(evidence.Catalog);
                break;
            case 1 when Directory.Exists(Path.Combine(evidence.Folder, name)):
                Directory.Delete(Path.Combine(evidence.Folder, name), recursive: true);
                Content(evidence.Catalog); // else its name could come again unseen
                break;
            case 2 when step % 7 == 6:
                Rebuild.Run(evidence.Catalog, CancellationToken.None);
                break;
            default:
                // A journal only grows: a name that was a finished job is not used again.
                if (Directory.Exists(Path.Combine(evidence.Folder, name)))
                    name += $"-{step}";
                string directory = evidence.Put(name, files, cut);
                if (random.Next(2) == 0)
                    evidence.Catalog.Add(directory, place: null, EvidenceCatalog.Patience);
                if (cut is not null && random.Next(2) == 0)
                    evidence.Put(name, files);
                break;
        }
    }
}
