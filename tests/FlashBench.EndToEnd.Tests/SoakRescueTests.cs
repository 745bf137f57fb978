using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Runs;
using FlashBench.Simulation.Images;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Whatever becomes of a soak, no board keeps an image that is not its own without anybody being told.
/// </summary>
public sealed class SoakRescueTests : IDisposable
{
    private const int KilledBySigkill = 128 + 9;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(3) };

    public SoakRescueTests() => Configure("""
        { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } }
        """);

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_job_that_cannot_go_on_is_given_up_and_its_backup_goes_back_not_what_the_chip_holds_now()
    {
        await KilledAsync("AfterSync:boot.begin:2", "soak", "--all", "--cycles", "2");
        string journal = Path.Combine(RunFolder(), $"{Path.GetFileName(RunFolder())}.a.1", "journal.jsonl");
        byte[] damaged = File.ReadAllBytes(journal);
        damaged[^20] ^= 1;
        File.WriteAllBytes(journal, damaged);

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 50, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("NEEDS HANDS", end.Output, StringComparison.Ordinal);
        Assert.Contains("was interrupted and cannot go on", end.Output, StringComparison.Ordinal);
        RunSummary summary = Summary();
        Assert.True(summary.Course.IsEnded);
        Assert.True(summary.Course["a"].OwnImageIsBack);
        Assert.Equal(1, summary.Rows.Single().Count(Verdict.Error));
        Assert.Single(Directory.GetDirectories(RunFolder(), "*.a.1*")); // no second backup was taken
    }

    [Fact]
    public async Task A_run_that_another_program_began_only_ends_what_is_under_way_and_is_no_pass()
    {
        await KilledAsync("AfterSync:verdict:1", "soak", "--all", "--cycles", "3");
        string log = Path.Combine(RunFolder(), RunLog.FileName);
        File.WriteAllText(
            log, File.ReadAllText(log).Replace("\"flashbench ", "\"elsebench ", StringComparison.Ordinal));

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 20, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("was begun by elsebench", Summary().Course.StopReason!, StringComparison.Ordinal);
        Assert.Equal(1, Summary().Rows.Single().Jobs);
        Assert.True(Summary().Course["a"].OwnImageIsBack);
    }

    [Fact]
    public async Task A_board_gets_its_own_image_back_when_the_image_of_the_run_is_quarantined_in_the_middle()
    {
        File.WriteAllBytes(
            Path.Combine(_program.WorkingFolder, "other.bin"), ImageGenerator.CreateSmall("me8", 1 << 20, board: 4));
        await KilledAsync("AfterSync:verdict:1", "soak", "--all", "--image", "other.bin", "--cycles", "3");
        ProcessEnd added = await _program.RunAsync(
            "quarantine", "add", "--image", "other.bin", "--reason", "dies at 30 minutes", "--for", "7d");
        Assert.True(added.ExitCode == 0, added.Error);

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 50, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.True(Summary().Course["a"].OwnImageIsBack);
    }

    [Fact]
    public async Task A_bench_that_somebody_works_at_is_not_touched_and_the_way_back_is_told()
    {
        await KilledAsync("AfterSync:verdict:1", "soak", "--all", "--cycles", "3");
        ProcessEnd hands = await _program.RunAsync("bench", "maintenance", "a", "--reason", "new clip");
        Assert.True(hands.ExitCode == 0, hands.Error);

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 50, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.False(Summary().Course["a"].OwnImageIsBack);
        Assert.Contains("its board keeps the last image: `flashbench restore ", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_was_under_way_waits_while_somebody_works_on_its_bench()
    {
        await KilledAsync("AfterSync:block.intent:2", "soak", "--all", "--cycles", "1");
        string journal = Path.Combine(RunFolder(), $"{Path.GetFileName(RunFolder())}.a.1", "journal.jsonl");
        long before = new FileInfo(journal).Length;
        await _program.RunAsync("bench", "maintenance", "a", "--reason", "new clip");

        ProcessEnd waits = await _program.RunAsync("resume");
        long after = new FileInfo(journal).Length;
        await _program.RunAsync("bench", "good", "a", "--reason", "new clip");
        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(waits.ExitCode == 60, $"exit {waits.ExitCode} {waits.Error}{waits.Output}"); // half-written
        Assert.Contains("NEEDS HANDS: bench a is maintenance", waits.Output, StringComparison.Ordinal);
        Assert.Equal(before, after);
        Assert.True(end.ExitCode == 0, $"exit {end.ExitCode} {end.Error}{end.Output}");
    }

    [Fact]
    public async Task A_bench_that_is_real_now_takes_no_part_in_a_run_that_was_simulated()
    {
        await KilledAsync("AfterSync:verdict:1", "soak", "--all", "--cycles", "2");
        string log = Path.Combine(RunFolder(), RunLog.FileName);
        File.WriteAllText(log, File.ReadAllText(log).Replace(
            "\"simulated\":true", "\"simulated\":false", StringComparison.Ordinal));

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 64, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("is in the configuration as it was when the run began", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bench_that_left_is_named_with_its_reason_although_the_last_image_was_to_stay()
    {
        await KilledAsync("AfterSync:verdict:1", "soak", "--all", "--cycles", "3", "--leave");
        await _program.RunAsync("bench", "maintenance", "a", "--reason", "new clip");

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 50, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("NEEDS HANDS: bench a is maintenance", end.Output, StringComparison.Ordinal);
        Assert.Contains("its board keeps the last image, as was asked", end.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AfterSync:block.intent:2")] // half-written
    [InlineData("AfterSync:boot.begin:2")] // in the watch
    [InlineData("AfterSync:boot.begin:1")] // nothing written
    public async Task A_job_that_the_deadline_did_not_wait_for_ends_and_its_board_gets_its_own_image_back(string point)
    {
        await KilledAsync(point, "soak", "--all", "--cycles", "2", "--until", "07:00");
        string log = Path.Combine(RunFolder(), RunLog.FileName);
        string text = File.ReadAllText(log);
        Assert.Contains("2026-01-02T07:00:00", text, StringComparison.Ordinal);
        File.WriteAllText(log, text.Replace("2026-01-02T07:00:00", "2026-01-01T20:00:01", StringComparison.Ordinal));

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 40, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("the deadline ended its job", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NEEDS HANDS", end.Output, StringComparison.Ordinal);
        BenchCourse course = Summary().Course["a"];
        Assert.True(Summary().Course.IsEnded);
        Assert.Equal(course.IsChanged, course.OwnImageIsBack);
        Assert.Equal(point.EndsWith('2'), course.IsChanged);
        Assert.False(course.IsDirty);
        var state = new BenchState(Path.Combine(_program.StateFolder, "flashbench"));
        Assert.Equal((null, null), (state.DirtyJob("a"), state.OpenJob("a")));
    }

    [Fact]
    public async Task A_bench_whose_own_image_nobody_knows_gets_no_further_job_however_often_the_run_goes_on()
    {
        Configure("""
            { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
            { "id": "b", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9 } }
            """);
        await KilledAsync("AfterSync:boot.begin:4", "soak", "--all", "--cycles", "2");
        string journal = Path.Combine(RunFolder(), $"{Path.GetFileName(RunFolder())}.a.1", "journal.jsonl");
        File.WriteAllText(journal, "nothing that can be read\n");
        await KilledAsync("AfterSync:verdict:1", "resume");

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 50, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains(
            "a: NEEDS HANDS: no backup of what its board came with can be found", end.Output, StringComparison.Ordinal);
        Assert.Equal((1, 2), (Summary().Rows.First().Jobs, Summary().Rows.Last().Count(Verdict.Pass)));
        Assert.False(Summary().Course["a"].OwnImageIsBack);
        Assert.True(Summary().Course["b"].OwnImageIsBack);
    }

    [Fact]
    public async Task A_bench_that_cannot_be_opened_ends_its_run_with_a_line_for_every_attempt()
    {
        Configure("""
            { "id": "r", "dutProfile": "lenovo-x230", "programmer": { "kind": "ch341a", "port": "1-4" } }
            """);

        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "2", "--dut", "r=X230-1");

        Assert.True(end.ExitCode == 50, $"exit {end.ExitCode} {end.Error}{end.Output}");
        RunSummary summary = Summary();
        Assert.True(summary.Course.IsEnded);
        Assert.True(summary.Course["r"].HasLeft!.NeedsHands);
        IReadOnlyList<RunEvent> events = RunLog.Read(RunFolder(), out _);
        Assert.Equal(
            events.OfType<RunEvent.Assigned>().Select(job => (job.Step, job.Attempt)),
            events.OfType<RunEvent.Done>().Select(done => (done.Step, done.Attempt)));
    }

    [Fact]
    public async Task A_run_that_somebody_plays_is_not_gone_on_with_whoever_asks()
    {
        await using RunningProcess first = _program.Start("soak", "--all", "--cycles", "2", "--real-time");
        await foreach (string line in first.LinesAsync())
        {
            if (line.Contains("job 1 begins", StringComparison.Ordinal))
                break;
        }

        string folder = RunFolder();
        long before = new FileInfo(Path.Combine(folder, RunLog.FileName)).Length;
        string state = _program.StateFolder;
        ProcessEnd second = await _program.With("XDG_STATE_HOME", Path.Combine(_program.Folder, "another"))
            .RunAsync("resume", folder);
        _program.With("XDG_STATE_HOME", state);

        Assert.True(second.ExitCode == 69, $"exit {second.ExitCode} {second.Error}");
        Assert.Contains($"run {Path.GetFileName(folder)} is in use", second.Error, StringComparison.Ordinal);
        Assert.Equal(before, new FileInfo(Path.Combine(folder, RunLog.FileName)).Length);
    }

    [Fact]
    public async Task A_log_that_says_more_than_the_journals_is_not_gone_on_with()
    {
        await KilledAsync("AfterSync:boot.begin:4", "soak", "--all", "--cycles", "2");
        string log = Path.Combine(RunFolder(), RunLog.FileName);
        string text = File.ReadAllText(log);
        Assert.Contains("\"verdict\":\"Pass\"", text, StringComparison.Ordinal);
        File.WriteAllText(
            log, text.Replace("\"verdict\":\"Pass\"", "\"verdict\":\"Fail\"", StringComparison.Ordinal));

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 65, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("what its journal does not say", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_for_no_bench_is_refused_before_anything_begins()
    {
        File.WriteAllBytes(
            Path.Combine(_program.WorkingFolder, "other.bin"), ImageGenerator.CreateSmall("me8", 1 << 20, board: 4));
        File.WriteAllBytes(
            Path.Combine(_program.WorkingFolder, "me11.bin"), ImageGenerator.CreateSmall("me11", 1 << 20, board: 4));

        ProcessEnd end = await _program.RunAsync(
            "soak", "--all", "--cycles", "1", "--image", "other.bin", "--image", "me11.bin");

        Assert.True(end.ExitCode == 65, $"exit {end.ExitCode} {end.Error}{end.Output}");
        Assert.Contains("me11.bin is for no bench of this run", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_says_that_its_benches_are_simulated_and_what_a_pass_needs()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "1", "--require", "L0");

        Assert.True(end.ExitCode == 0, end.Error);
        Assert.Contains("SIMULATED: no real board was examined", end.Output, StringComparison.Ordinal);
        Assert.Contains("PASS needs level L0, as was asked", end.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(Path.Combine(RunFolder(), RunReport.FileName));
        Assert.Contains("SIMULATED: no real board was examined", page, StringComparison.Ordinal);
        Assert.Contains("needs level L0, as was asked", page, StringComparison.Ordinal);
    }

    private void Configure(string bench) => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"),
        $$"""{ "version": 1, "benches": [ {{bench}} ] }""");

    private async Task KilledAsync(string point, params string[] command)
    {
        ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", point).RunAsync(command);
        _program.With("FLASHBENCH_KILL_AT", "");
        Assert.True(killed.ExitCode == KilledBySigkill, $"{point}: exit {killed.ExitCode} {killed.Error}");
    }

    private RunSummary Summary() => RunSummary.Of(RunLog.Read(RunFolder(), out _));

    private string RunFolder() => Assert.Single(Directory.GetDirectories(
        Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*"));
}
