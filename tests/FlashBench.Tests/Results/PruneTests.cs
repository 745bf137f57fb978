using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Runs;
using FlashBench.Results.Catalog;
using FlashBench.Results.Queries;
using FlashBench.Results.Retention;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

public sealed class PruneTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string> Unmarked = [];

    [Fact]
    public void Older_jobs_go_and_the_newest_of_each_board_stays()
    {
        JobRow[] rows = [Row("a1", "a", 1), Row("a2", "a", 2), Row("a9", "a", 9), Row("b1", "b", 1)];

        PrunePlan plan = PrunePlan.Of(rows, new PruneRule(Day.AddDays(5), null), Unmarked);

        Assert.Equal(["a1", "a2"], plan.Remove.Select(row => row.Directory));
        Assert.Equal([new KeptJob("b1", "it is the newest of its board")], plan.Kept);
    }

    [Fact]
    public void So_many_of_each_board_are_kept_and_both_rules_together_keep_more()
    {
        JobRow[] rows = [.. Enumerable.Range(1, 6).Select(day => Row($"a{day}", "a", day))];

        Assert.Equal(["a1", "a2", "a3", "a4"],
            PrunePlan.Of(rows, new PruneRule(null, 2), Unmarked).Remove.Select(row => row.Directory));
        Assert.Equal(["a1", "a2"],
            PrunePlan.Of(rows, new PruneRule(Day.AddDays(3), 2), Unmarked).Remove.Select(row => row.Directory));
    }

    [Fact]
    public void Whatever_may_be_needed_again_stays_and_says_why()
    {
        JobRow[] rows =
        [
            Row("aborted", "a", 1) with { Verdict = Verdict.Aborted },
            Row("damaged", "a", 1) with { State = RowState.Damaged, Verdict = null },
            Row("dirty", "a", 1) with { Dirty = true },
            Row("marked", "a", 1) with { Job = "FBJ-7" },
            Row("open", "a", 1),
            Row("running", "a", 1) with { State = RowState.Unfinished, Verdict = null },
            Row("newest", "a", 9),
        ];
        var marked = new Dictionary<string, string>
        {
            ["open"] = "it is open",
            ["FBJ-7"] = "it is marked",
        };

        PrunePlan plan = PrunePlan.Of(rows, new PruneRule(null, 0), marked);

        Assert.Empty(plan.Remove);
        Assert.Equal(
            [
                new("aborted", "it can go on"), new("damaged", "it has no verdict"),
                new("dirty", "it left a chip half-written"), new("marked", "it is marked"),
                new("newest", "it is the newest of its board"), new("open", "it is open"),
                new("running", "it has no verdict"),
            ],
            plan.Kept);
    }

    [Fact]
    public void A_run_goes_whole_or_stays_whole()
    {
        JobRow[] rows =
        [
            Row("old/1", "a", 1) with { Place = new RunPlace("old", 1, 1) },
            Row("old/2", "a", 2) with { Place = new RunPlace("old", 2, 1) },
            Row("half/1", "a", 3) with { Place = new RunPlace("half", 1, 1) },
            Row("half/2", "a", 8) with { Place = new RunPlace("half", 2, 1) },
        ];

        PrunePlan plan = PrunePlan.Of(rows, new PruneRule(Day.AddDays(5), null), Unmarked);

        Assert.Equal(["old/1", "old/2"], plan.Remove.Select(row => row.Directory));
        Assert.Equal([new KeptJob("half/1", "a job of its run stays")], plan.Kept);
    }

    [Fact]
    public void A_run_that_has_not_ended_stays_whatever_its_jobs_are()
    {
        using var folder = new TemporaryFolder();
        LogOf("ended", new RunEvent.Ended(Day));
        LogOf("killed", new RunEvent.Stopping("disk full", Day));
        Directory.CreateDirectory(folder.At("torn"));
        File.WriteAllText(folder.At("torn/run.jsonl"), "{");
        Directory.CreateDirectory(folder.At("FBJ-1"));

        IReadOnlyList<string> runs = RunFolders.NotEnded(folder.At(""));
        PrunePlan plan = PrunePlan.Of(
            [
                Row("killed/1", "a", 1) with { Place = new RunPlace("killed", 1, 1) },
                Row("ended/1", "a", 2) with { Place = new RunPlace("ended", 1, 1) },
                Row("a9", "a", 9),
            ],
            new PruneRule(Day.AddDays(5), null), runs.ToDictionary(run => run, _ => "not ended"));

        Assert.Equal(["killed", "torn"], runs);
        Assert.Equal(["ended/1"], plan.Remove.Select(row => row.Directory));
        Assert.Equal([new KeptJob("killed/1", "not ended")], plan.Kept);

        void LogOf(string run, RunEvent last)
        {
            Directory.CreateDirectory(folder.At(run));
            using RunLog log = RunLog.Create(folder.At(run));
            log.Append(new RunEvent.Started(run, "1", Day, [], [], 1));
            log.Append(last);
        }
    }

    [Fact]
    public void The_folder_of_a_run_goes_with_its_last_job()
    {
        using var evidence = new SampleEvidence();
        foreach (string job in (string[])["gone/one", "half/one", "half/two"])
            evidence.Put(job, SampleEvidence.Dry);
        foreach (string run in (string[])["gone", "half"])
            File.WriteAllText(Path.Combine(evidence.Folder, run, RunLog.FileName), "");
        using ResultsStore store = RebuildTests.Open(evidence.Catalog);
        PrunePlan plan = new([.. JobList.Read(store, new ResultsFilter(), null)], []);

        int gone = Pruning.Run(
            evidence.Folder, store, plan, row => row.Directory != "half/two", CancellationToken.None);

        Assert.Equal(2, gone);
        Assert.Equal(["half"], Directory.EnumerateFileSystemEntries(evidence.Folder).Select(Path.GetFileName));
        Assert.Equal(["run.jsonl", "two"], Directory.EnumerateFileSystemEntries(Path.Combine(evidence.Folder, "half"))
            .Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Directory_and_row_go_together_and_a_link_or_a_job_that_may_not_go_stays()
    {
        using var evidence = new SampleEvidence();
        foreach (string name in (string[])["one", "two", "three", "four"])
            evidence.Put(name, SampleEvidence.Dry);
        string elsewhere = Path.Combine(evidence.State, "elsewhere");
        Directory.CreateDirectory(evidence.State);
        Directory.Move(Path.Combine(evidence.Folder, "four"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(evidence.Folder, "four"), elsewhere);
        using ResultsStore store = RebuildTests.Open(evidence.Catalog);
        PrunePlan plan = new([.. JobList.Read(store, new ResultsFilter(), null)], []);

        int gone = Pruning.Run(
            evidence.Folder, store, plan, row => row.Directory != "two", CancellationToken.None);
        evidence.Catalog.Update(store, CancellationToken.None);

        Assert.Equal(2, gone);
        Assert.True(File.Exists(Path.Combine(elsewhere, "journal.jsonl")));
        Assert.Equal(["four", "two"],
            Directory.EnumerateFileSystemEntries(evidence.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(["four", "two"],
            JobList.Read(store, new ResultsFilter(), null).Select(row => row.Directory).Order());
    }

    [Fact]
    public void A_prune_that_was_stopped_over_a_directory_leaves_nothing_that_looks_like_a_job()
    {
        using var evidence = new SampleEvidence();
        evidence.Put("one", SampleEvidence.Dry);
        evidence.Put(".pruned/two", SampleEvidence.Dry);
        using ResultsStore store = RebuildTests.Open(evidence.Catalog);

        Assert.Equal(1, store.Count);
        Assert.Equal(0, Pruning.Run(
            evidence.Folder, store, new PrunePlan([], []), _ => true, CancellationToken.None));
        Assert.False(Directory.Exists(Path.Combine(evidence.Folder, ".pruned")));
    }

    [Fact]
    public void A_bench_state_names_every_half_written_board()
    {
        using var folder = new TemporaryFolder();
        var state = new BenchState(folder.At("state"));
        Assert.Empty(state.DirtyJobs());
        state.MarkDirty("desk2", "FBJ-2");
        state.MarkDirty("desk1", "FBJ-1");

        Assert.Equal([("desk1", "FBJ-1"), ("desk2", "FBJ-2")], state.DirtyJobs());
    }

    private static JobRow Row(string directory, string board, int day) => new()
    {
        Directory = directory,
        State = RowState.Decided,
        Job = directory,
        Dut = board,
        Started = Day.AddDays(day),
        Verdict = Verdict.Pass,
        Reason = "",
    };
}
