using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Runs;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.State;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Health checks in a soak: who takes part, and what stays on the boards.</summary>
public sealed class SoakCheckTests : IDisposable
{
    private const int Killed = 128 + 9;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(3) };

    public SoakCheckTests()
    {
        // Without an agent nothing shows the ME's state, and no job can pass.
        Configure("""
            { "id": "a", "dutProfile": "virtual-me8", "goldenImage": "golden.bin",
              "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
            { "id": "mute", "dutProfile": "virtual-me8", "goldenImage": "golden.bin",
              "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9, "agent": false } }
            """);
        File.WriteAllBytes(Path.Combine(_program.WorkingFolder, "golden.bin"), SmallBench.Image);
    }

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_bench_that_fails_its_check_takes_no_part_and_the_others_go_on()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "2", "--check");

        Assert.True(end.ExitCode == 50, end.Error + end.Output);
        Assert.Contains("mute: NEEDS HANDS: its health check did not pass", end.Output, StringComparison.Ordinal);
        Assert.Equal((BenchHealth.Good, BenchHealth.Bad), (HealthOf("a"), HealthOf("mute")));
        RunSummary summary = RunSummary.Of(Events());
        Assert.Equal([2, 0], summary.Rows.Select(row => row.Count(Verdict.Pass)));
        Assert.Equal([2, 0], summary.Rows.Select(row => row.Jobs));
        Assert.Equal(
            ["check", "restore", "job", "job", "restore"],
            Events().OfType<RunEvent.Assigned>().Where(job => job.Bench == "a").Select(KindOf));
        Assert.All(summary.Course.Benches, bench => Assert.True(bench.OwnImageIsBack, "the golden image is gone"));
    }

    [Fact]
    public async Task A_bench_is_checked_with_the_golden_image_and_soaked_with_its_own()
    {
        await _program.RunAsync("certify", "--bench", "a"); // from now on it holds what this left
        string before = FlashOf("a");

        ProcessEnd end = await _program.RunAsync("soak", "--bench", "a", "--cycles", "1", "--check", "--keep");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        JobDigest[] jobs = [.. Events().OfType<RunEvent.Done>().Select(done => done.Digest)];
        Assert.True(jobs[0].Written, "the golden image is another one");
        Assert.Equal((before, before), (jobs[0].BackupSha256, jobs[2].BackupSha256));
        Assert.Equal(before, FlashOf("a"));
    }

    [Fact]
    public async Task A_good_bench_needs_no_check_and_a_bad_one_only_a_check_brings_back()
    {
        await _program.RunAsync("bench", "good", "a", "--reason", "seen", "--operator", "ada");

        await _program.RunAsync("soak", "--bench", "a", "--cycles", "1", "--check");

        Assert.Equal(["job", "restore"], Events().OfType<RunEvent.Assigned>().Select(KindOf));
        WriteBad("a");
        ProcessEnd without = await _program.RunAsync("soak", "--bench", "a", "--cycles", "2");
        ProcessEnd with = await _program.RunAsync("soak", "--bench", "a", "--cycles", "3", "--check");
        Assert.Equal((50, 0), (without.ExitCode, with.ExitCode));
        Assert.Equal(BenchHealth.Good, HealthOf("a"));
    }

    [Theory]
    [InlineData("AfterSync:block.intent:1", "AfterSync:verdict:1", "AfterSync:clean:1")]
    [InlineData("AfterWrite:boot.end:2", "BeforeWrite:job.start:1", "BeforeSync:verdict:1")]
    public async Task A_kill_during_the_check_or_behind_it_changes_nothing_in_the_end(params string[] points)
    {
        string[] command = ["soak", "--bench", "a", "--cycles", "1", "--check"];
        foreach (string point in points)
        {
            ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", point).RunAsync(command);
            Assert.True(killed.ExitCode == Killed, $"{point}: exit {killed.ExitCode} {killed.Error}");
            command = ["resume"];
        }

        ProcessEnd end = await _program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        RunSummary summary = RunSummary.Of(Events());
        Assert.Equal(1, Assert.Single(summary.Rows).Count(Verdict.Pass));
        Assert.True(Assert.Single(summary.Course.Benches).OwnImageIsBack);
        Assert.Equal(
            ["check", "restore", "job", "restore"], Events().OfType<RunEvent.Assigned>().Select(KindOf));
        Assert.Equal(BenchHealth.Good, HealthOf("a"));
    }

    [Fact]
    public async Task After_a_check_in_the_middle_of_a_run_the_board_ends_with_what_it_came_with()
    {
        await _program.RunAsync("bench", "good", "a", "--reason", "seen", "--operator", "ada");
        ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", "AfterSync:verdict:1")
            .RunAsync("soak", "--bench", "a", "--cycles", "2", "--check");
        Assert.True(killed.ExitCode == Killed, $"exit {killed.ExitCode} {killed.Error}");
        WriteBad("a"); // its board holds the image of the first job now

        ProcessEnd end = await _program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(
            ["job", "check", "restore", "job", "restore"], Events().OfType<RunEvent.Assigned>().Select(KindOf));
        BenchCourse course = Assert.Single(RunSummary.Of(Events()).Course.Benches);
        Assert.True(course.OwnImageIsBack);
        Assert.Equal(course.First!.Digest.BackupSha256, FlashOf("a"));
    }

    [Fact]
    public async Task A_bench_that_a_person_called_good_after_its_check_takes_part_when_the_run_goes_on()
    {
        ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", "AfterSync:verdict:4")
            .RunAsync("soak", "--all", "--cycles", "2", "--check");
        _program.With("FLASHBENCH_KILL_AT", "");
        Assert.True(killed.ExitCode == Killed, $"exit {killed.ExitCode} {killed.Error}");
        Assert.Contains(Events().OfType<RunEvent.Left>(), left => left is { Bench: "mute", NeedsHands: true });
        await _program.RunAsync("bench", "good", "mute", "--reason", "mended", "--operator", "ada");

        ProcessEnd end = await _program.RunAsync("resume");

        Assert.True(end.ExitCode == 20, end.Error + end.Output); // it is as mute as before
        Assert.Equal(BenchHealth.Good, HealthOf("mute"));
        Assert.Equal([2, 2], RunSummary.Of(Events()).Rows.Select(row => row.Jobs));
    }

    [Fact]
    public async Task A_health_check_by_hand_leaves_the_board_as_it_was()
    {
        await _program.RunAsync("certify", "--bench", "a");

        ProcessEnd end = await _program.RunAsync("bench", "check", "a", "--quiet");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Contains("is back on its chip, read back equal", end.Output, StringComparison.Ordinal);
        Assert.Contains(FlashOf("a"), end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_cycles_an_image_that_never_passes_is_left_out_and_the_night_is_not_filled_with_it()
    {
        Configure("""
            { "id": "mute", "dutProfile": "virtual-me8",
              "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9, "agent": false } }
            """, "\"policy\": { \"imageFailures\": 2 },");

        ProcessEnd end = await _program.RunAsync("soak", "--all", "--until", "07:00");

        Assert.True(end.ExitCode == 20, end.Error + end.Output);
        Assert.Equal(2, Assert.Single(RunSummary.Of(Events()).Rows).Jobs);
        Assert.Single(Events().OfType<RunEvent.Skipped>());
        Assert.Contains(
            "mute: own left out, 1 time: what the board has did not pass 2 times in a row here", end.Output,
            StringComparison.Ordinal);
        Assert.True(Assert.Single(RunSummary.Of(Events()).Course.Benches).OwnImageIsBack);
    }

    private string Evidence => Path.Combine(_program.DataFolder, "flashbench", "evidence");

    private void Configure(string benches, string more = "") => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"),
        $$"""{ "version": 1, {{more}} "benches": [ {{benches}} ] }""");

    private static string KindOf(RunEvent.Assigned job) => job.Check ? "check" : job.Cycle == 0 ? "restore" : "job";

    private IReadOnlyList<RunEvent> Events() =>
        RunLog.Read(Assert.Single(Directory.GetDirectories(Evidence, "SOAK-*")), out _);

    private BenchHealth HealthOf(string bench) =>
        new HealthStore(Path.Combine(_program.StateFolder, "flashbench"), TimeProvider.System).Read(bench).Health;

    private void WriteBad(string bench) => File.WriteAllText(
        Path.Combine(_program.StateFolder, "flashbench", "health", bench + ".json"), """
        { "version": 1, "health": "Bad", "reason": "3 jobs in a row", "since": "2026-01-01T00:00:00Z",
          "by": "flashbench", "failures": 3 }
        """);

    private string FlashOf(string bench)
    {
        string file = Path.Combine(_program.StateFolder, "flashbench", "benches", bench + ".flash");
        using BenchStateFile state = BenchStateFile.Open(file, SpiNorChips.ByName("W25Q80")!);
        return Convert.ToHexStringLower(SHA256.HashData(state.Cells.ToArray()));
    }
}
