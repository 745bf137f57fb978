using System.Text.Json;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Regressions over small generated images on virtual boards of 1 MiB.</summary>
public sealed class RegressTests : RegressLab
{
    private const int KilledBySigkill = 128 + 9;

    private static readonly TimeSpan ToolLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_second_run_says_no_change_and_after_a_swap_exactly_what_changed()
    {
        ProcessEnd first = await RunAsync();
        ProcessEnd second = await RunAsync();
        Put("two.bin", Damaged(Image(2)));
        ProcessEnd third = await RunAsync();
        Put("two.bin", Image(2));
        File.Delete(Path.Combine(Images, "one.bin"));
        Put("three.bin", Image(3));
        ProcessEnd fourth = await RunAsync();

        Assert.True(first.ExitCode == 0, first.Error + first.Output);
        Assert.Contains("nothing to compare with", first.Output, StringComparison.Ordinal);
        Assert.Contains("6 cells: 2 PASS, 4 HOLDS", first.Output, StringComparison.Ordinal);
        Assert.Equal(0, second.ExitCode);
        Assert.Contains($"no change since {RunOf(0)}", second.Output, StringComparison.Ordinal);
        Assert.Contains("6 cells have not changed since an earlier run", second.Output, StringComparison.Ordinal);
        Assert.Equal(65, third.ExitCode);
        Assert.Contains($"since {RunOf(1)}: 3 worse", third.Output, StringComparison.Ordinal);
        string said = OneLine(third.Output);
        Assert.Contains("two.bin: image: ", said, StringComparison.Ordinal);
        Assert.Contains("-> refused: Error at ", said, StringComparison.Ordinal);
        Assert.Contains("two.bin purism virtual-me8: worse: end: PASS at run -> REFUSED", said,
            StringComparison.Ordinal);
        Assert.DoesNotContain("one.bin purism virtual-me8:", said, StringComparison.Ordinal);
        Assert.Contains("3 better, 3 new, 3 gone", OneLine(fourth.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_cell_follows_from_the_journals_of_its_jobs_and_a_cell_taken_over_names_its_run()
    {
        Put("three.bin", Image(3));
        Put("four.bin", Image(4));
        await RunAsync();
        await RunAsync();
        RegressTable table = Table(1);

        Assert.Equal(12, table.Cells.Count);
        foreach (CellResult cell in table.Cells.Take(10))
        {
            Assert.Equal(RunOf(0), cell.Run);
            string job = Path.Combine(Evidence, cell.Run, Assert.Single(cell.Jobs));
            JobDigest digest = JobDigest.OfFolder(job);
            Assert.Equal(
                (cell.Outcome, cell.Level, cell.OpenChecks, cell.Seconds),
                (CellJudge.OutcomeOf(digest), digest.Level, digest.OpenChecks, Math.Round(digest.Seconds, 3)));
            IReadOnlyList<JournalRecord> records = JournalReader.ReadStrict(
                await File.ReadAllBytesAsync(
                    Path.Combine(job, JournalWriter.FileName), TestContext.Current.CancellationToken));
            var start = (JournalData.JobStart)records[0].Data;
            Assert.Equal((cell.Policy, cell.Profile), (start.Policy, start.Profile.Id));
            Assert.Equal(cell.Result, records.Select(record => record.Data).OfType<JournalData.Plan>().Single()
                .PlannedSha256); // what the static checks foresaw is what the job wrote
            ProcessEnd verify = await Program.RunAsync("certificate", "verify", job);
            Assert.True(verify.ExitCode is 20 or 30, verify.Error + verify.Output); // authentic and simulated
        }
    }

    [Theory]
    [InlineData("AfterSync:block.intent:2", "AfterWrite:boot.end:2", "disk:60")]
    [InlineData("BeforeWrite:job.start:1", "AfterSync:verdict:1", "AfterSync:phase.end:7")]
    public async Task A_run_that_is_killed_three_times_ends_as_one_that_never_was(params string[] points)
    {
        Program.With("DOTNET_PROCESSOR_COUNT", "1");
        await RunAsync();
        string[] cells = Facts(Table(0));
        Directory.Delete(Path.Combine(Program.Folder, "state"), recursive: true);
        Directory.Delete(Path.Combine(Program.Folder, "data"), recursive: true);
        string[] command = ["regress", "--images", "images"];
        foreach (string point in points)
        {
            ProcessEnd killed = await Program.With("FLASHBENCH_KILL_AT", point).RunAsync(command);
            Assert.True(killed.ExitCode == KilledBySigkill, $"{point}: exit {killed.ExitCode} {killed.Error}");
            command = ["resume"];
        }

        ProcessEnd end = await Program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Single(Directory.GetDirectories(Evidence));
        Assert.Equal(cells, Facts(Table(0)));
        Assert.Equal(3, RunCourse.Of(RunLog.Read(FolderOf(0), out _)).Resumes);
        Assert.Empty(Directory.EnumerateFileSystemEntries(
            Path.Combine(Program.StateFolder, "flashbench", "regress")));
    }

    [Fact]
    public async Task Junk_duplicates_bombs_and_what_cannot_be_read_have_a_row_each_with_one_sentence()
    {
        Put("junk.txt", "this is no image"u8.ToArray());
        Put("empty.bin", []);
        Put("again.bin.gz", Packed(Image(1)));
        Put("cut.bin.gz", Packed(Image(1))[..500]);
        Put("bomb.gz", Packed(new byte[70 << 20]));
        Put("broken.bin", Damaged(Image(2)));
        File.CreateSymbolicLink(Path.Combine(Images, "nowhere.bin"), "/no/such/file");
        Directory.CreateDirectory(Path.Combine(Images, "below"));
        Put("below/\u001b[31mred.bin", "x"u8.ToArray());

        ProcessEnd end = await RunAsync();
        Dictionary<string, CellResult[]> files = Table(0).Cells.GroupBy(cell => cell.File)
            .ToDictionary(group => group.Key, group => group.ToArray());

        Assert.Equal(65, end.ExitCode);
        Assert.DoesNotContain('\u001b', end.Output);
        Assert.Equal(Directory.GetFiles(Images, "*", SearchOption.AllDirectories).Length, files.Count);
        AssertRow("junk.txt", CellOutcome.NoImage, "neither a flash descriptor");
        AssertRow("empty.bin", CellOutcome.NoImage, "neither a flash descriptor");
        AssertRow("one.bin", CellOutcome.Duplicate, "the same content as again.bin.gz");
        AssertRow("cut.bin.gz", CellOutcome.Unreadable, "damaged or cut");
        AssertRow("bomb.gz", CellOutcome.Unreadable, "more than 64 MiB");
        AssertRow("nowhere.bin", CellOutcome.Unreadable, "no such file");
        AssertRow("below/\u001b[31mred.bin", CellOutcome.NoImage, "neither");
        Assert.All(files["broken.bin"], cell => Assert.Equal(CellOutcome.Refused, cell.Outcome));
        Assert.All(files["again.bin.gz"], cell => Assert.True(cell.IsRun));
        Assert.All(end.Output.Split('\n').Where(line => !line.StartsWith("matrix ", StringComparison.Ordinal)),
            line => Assert.True(line.Length <= 80, line));

        void AssertRow(string file, CellOutcome outcome, string why)
        {
            CellResult row = Assert.Single(files[file]);
            Assert.Equal(outcome, row.Outcome);
            Assert.Contains(why, row.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_a_baseline_known_failures_end_with_0_and_new_ones_do_not()
    {
        Put("broken.bin", Damaged(Image(3)));
        ProcessEnd first = await RunAsync("--write-baseline", "known.json");
        ProcessEnd known = await RunAsync("--baseline", "known.json");
        Put("two.bin", Damaged(Image(2)));
        ProcessEnd worse = await RunAsync("--baseline", "known.json");
        ProcessEnd still = await RunAsync("--baseline", "known.json"); // what is new tonight is no habit tomorrow
        File.WriteAllText(Path.Combine(Program.WorkingFolder, "known.json"), "{\"format\":\"other\"");
        ProcessEnd damaged = await RunAsync("--baseline", "known.json");

        ProcessEnd[] ends = [first, known, worse, still, damaged];
        Assert.Equal([65, 0, 65, 65, 65], ends.Select(end => end.ExitCode));
        Assert.Contains($"no change since the baseline of {RunOf(0)}", known.Output, StringComparison.Ordinal);
        Assert.Contains("3 worse", still.Output, StringComparison.Ordinal);
        Assert.Contains("known.json", damaged.Error, StringComparison.Ordinal);
        Assert.Equal(4, Directory.GetDirectories(Evidence).Length); // a baseline that cannot be read begins nothing
    }

    [Fact]
    public async Task OtherPrograms_read_what_it_writes()
    {
        Put("broken<&>.bin", Damaged(Image(3)));
        await RunAsync();
        string folder = FolderOf(0);
        string junit = Path.Combine(folder, "junit.xml");

        (int schema, string said) = await ForeignTool.RunAsync(
            "xmllint", ToolLimit, "--noout", "--schema",
            Path.Combine(AppContext.BaseDirectory, "Foreign", "junit.xsd"), junit);
        (int page, string complaint) = await ForeignTool.RunAsync(
            "xmllint", ToolLimit, "--noout", Path.Combine(folder, RegressPage.FileName));
        (int tap, string report) = await ForeignTool.RunAsync(
            "prove", ToolLimit, "--exec", "cat", Path.Combine(folder, "results.tap"));
        (int read, string problem) = await ForeignTool.RunAsync("junitparser", ToolLimit, "verify", junit);

        Assert.True(schema == 0, said);
        Assert.True(page == 0, complaint);
        Assert.True(tap == 0, report);
        Assert.Contains("Tests=9", report, StringComparison.Ordinal);
        Assert.True(read == 0, problem);
    }

    [Fact]
    public async Task On_named_benches_the_boards_get_the_images_and_their_own_one_back()
    {
        ProcessEnd first = await RunAsync("--bench", "a", "--bench", "b", "--matrix", "policy=purism,hap-only");
        ProcessEnd second = await RunAsync("--bench", "a", "--bench", "b", "--matrix", "policy=purism,hap-only");
        RegressTable table = Table(0);
        RunCourse course = RunCourse.Of(RunLog.Read(FolderOf(0), out _));

        Assert.True(first.ExitCode == 0, first.Error + first.Output);
        Assert.Contains("SIMULATED: no real board was examined", first.Output, StringComparison.Ordinal);
        Assert.Contains(
            "value=\"8 of 8\"", File.ReadAllText(Path.Combine(FolderOf(0), "junit.xml")), StringComparison.Ordinal);
        Assert.Equal(8, table.Cells.Count);
        Assert.All(table.Cells, cell => Assert.Equal(
            cell.Policy == "purism" ? CellOutcome.Pass : CellOutcome.Holds, cell.Outcome));
        Assert.All(course.Benches, bench => Assert.True(bench.OwnImageIsBack));
        Assert.Contains("no change since", second.Output, StringComparison.Ordinal);
        Assert.Contains("8 cells have not changed", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rounds_are_jobs_of_their_own_and_nothing_is_taken_over_from_a_run_with_fewer()
    {
        await RunAsync("--matrix", "policy=purism");
        await RunAsync("--matrix", "policy=purism", "--repeat", "2");

        Assert.All(Table(1).Cells, cell => Assert.Equal((2, RunOf(1)), (cell.Jobs.Distinct().Count(), cell.Run)));
        Assert.All(Table(1).Cells, cell => Assert.Equal(CellOutcome.Pass, cell.Outcome));
    }

    [Fact]
    public async Task A_quarantined_version_is_left_out_with_the_reason_and_comes_back()
    {
        await RunAsync();
        ProcessEnd added = await Program.RunAsync(
            "quarantine", "add", "--me", "8", "--reason", "dies at 30 minutes", "--for", "7d");
        Assert.True(added.ExitCode == 0, added.Error);
        ProcessEnd kept = await RunAsync();
        await Program.RunAsync("quarantine", "lift", "q1");
        ProcessEnd back = await RunAsync();

        Assert.Equal(20, kept.ExitCode);
        Assert.Contains("left out: ", kept.Output, StringComparison.Ordinal);
        Assert.Contains("dies at 30 minutes", OneLine(kept.Output), StringComparison.Ordinal);
        Assert.Equal(0, back.ExitCode);
    }

    [Fact]
    public async Task A_run_belongs_to_one_process_and_goes_on_when_that_was_stopped()
    {
        await using RunningProcess first = Program.Start(
            "regress", "--images", "images", "--matrix", "policy=purism", "--repeat", "40");
        await foreach (string line in first.LinesAsync())
        {
            if (line.StartsWith("regress REGRESS-", StringComparison.Ordinal))
                break;
        }

        ProcessEnd second = await Program.RunAsync("resume", RunOf(0));
        await first.SignalAsync("TERM");
        (int code, string error) = await first.EndAsync();
        ProcessEnd resumed = await Program.RunAsync("resume");

        Assert.Equal(69, second.ExitCode);
        Assert.Contains($"run {RunOf(0)} is in use by PID", second.Error, StringComparison.Ordinal);
        Assert.Equal(75, code);
        Assert.Contains($"`flashbench resume {RunOf(0)}` goes on", error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error + resumed.Output);
        Assert.All(Table(0).Cells, cell => Assert.Equal((CellOutcome.Pass, 40), (cell.Outcome, cell.Jobs.Length)));
    }

    [Fact]
    public async Task A_file_that_changes_while_a_run_is_stopped_is_an_error_of_its_cells_alone()
    {
        Program.With("DOTNET_PROCESSOR_COUNT", "1");
        await Program.With("FLASHBENCH_KILL_AT", "AfterSync:verdict:1").RunAsync("regress", "--images", "images");
        Put("two.bin", Image(7));

        ProcessEnd end = await Program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.Equal(50, end.ExitCode);
        Assert.All(Table(0).Cells, cell => Assert.Equal(cell.File == "two.bin", cell.Outcome == CellOutcome.Error));
        Assert.Contains("not any more what it was", OneLine(end.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_cells_are_counted_by_board_type_and_the_matrix_stands_below()
    {
        Assert.SkipUnless(File.Exists(TerminalRun.Python), "python3 is not installed");
        ProcessEnd end = await TerminalRun.OfAsync(Program, "plain", "xterm", "regress", "--images", "images");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Contains(" BOARD TYPE ", end.Output, StringComparison.Ordinal);
        string last = end.Output[end.Output.LastIndexOf("cells 6/6, PASS 2, HOLDS 4", StringComparison.Ordinal)..];
        Assert.Contains("  ended", last, StringComparison.Ordinal);
        Assert.Contains("6 cells: 2 PASS, 4 HOLDS", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_looks_on_later_reads_the_same_as_who_ran_it()
    {
        await RunAsync();
        Put("two.bin", Image(5));
        ProcessEnd end = await RunAsync();
        Put("two.bin", Image(6));
        await RunAsync("--matrix", "policy=purism");
        await RunAsync();

        ProcessEnd seen = await Program.RunAsync("status", "--follow", RunOf(1));
        ProcessEnd told = await Program.RunAsync("status", RunOf(1));
        ProcessEnd json = await Program.RunAsync("status", "--follow", RunOf(1), "--json");

        Assert.Equal((0, end.Output), (seen.ExitCode, seen.Output)); // not compared with a run that came later
        Assert.Contains($"since {RunOf(0)}: 3 changed", told.Output, StringComparison.Ordinal);
        JsonElement last = JsonDocument.Parse(
            json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal(RunOf(0), last.GetProperty("comparedWith").GetString());
        Directory.Delete(FolderOf(0), recursive: true);
        ProcessEnd alone = await Program.RunAsync("status", Path.GetFileName(FolderOf(0)));
        Assert.Contains("the run before, is not there any more", alone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForPrograms_every_line_is_json_and_the_last_one_has_the_cells_and_the_changes()
    {
        await RunAsync();
        Put("two.bin", Image(5));
        ProcessEnd end = await RunAsync("--json");

        JsonElement last = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).Last();
        Assert.Equal("regress", last.GetProperty("event").GetString());
        Assert.Equal(6, last.GetProperty("cells").GetArrayLength());
        Assert.Equal(3, last.GetProperty("changes").GetArrayLength());
        Assert.All(last.GetProperty("changes").EnumerateArray(), change => Assert.Equal(
            ("changed", "two.bin"), (change.GetProperty("kind").GetString(), change.GetProperty("file").GetString())));
    }

    [Theory]
    [InlineData("regress", 64)]
    [InlineData("regress --images nowhere", 65)]
    [InlineData("regress --images images --matrix policy", 64)]
    [InlineData("regress --images images --matrix policy=best", 64)]
    [InlineData("regress --images images --matrix profile=none", 64)]
    [InlineData("regress --images images --repeat 0", 64)]
    [InlineData("regress --images images --evidence images/runs", 64)]
    [InlineData("regress --images . --evidence .", 64)]
    [InlineData("regress --images images --bench x", 64)]
    [InlineData("regress --images images --baseline nowhere.json", 65)]
    [InlineData("regress --images images --write-baseline nowhere/known.json", 73)]
    public async Task What_cannot_be_meant_begins_nothing(string words, int exitCode)
    {
        ProcessEnd end = await Program.RunAsync(words.Split(' '));

        Assert.Equal(exitCode, end.ExitCode);
        Assert.StartsWith("flashbench: ", end.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Evidence));
    }
}
