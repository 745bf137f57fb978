using System.Text.Json;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A soak comes to the same end whatever kills it meanwhile.</summary>
public sealed class SoakTests : IDisposable
{
    private const int KilledBySigkill = 128 + 9;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(3) };

    public SoakTests() => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"), """
        { "version": 1, "benches": [
          { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
          { "id": "b", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9 } } ] }
        """);

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData("AfterSync:block.intent:2", "AfterWrite:boot.end:2", "disk:40")]
    [InlineData("BeforeWrite:job.start:1", "disk:3", "BeforeSync:verdict:1")]
    [InlineData("AfterSync:verdict:2", "AfterSync:phase.end:20", "AfterSync:clean:2")]
    public async Task A_soak_that_is_killed_three_times_ends_with_the_table_of_one_that_never_was(
        params string[] points)
    {
        string[] table = await TableOfAsync();
        Directory.Delete(Path.Combine(_program.Folder, "state"), recursive: true);
        Directory.Delete(Path.Combine(_program.Folder, "data"), recursive: true);
        string[] command = ["soak", "--all", "--cycles", "2"];
        foreach (string point in points)
        {
            ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", point).RunAsync(command);
            Assert.True(killed.ExitCode == KilledBySigkill, $"{point}: exit {killed.ExitCode} {killed.Error}");
            command = ["resume"];
        }

        ProcessEnd end = await _program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal(table, Table(end.Output));
        RunSummary summary = RunSummary.Of(RunLog.Read(RunFolder(), out _));
        Assert.Equal(3, summary.Course.Resumes);
        Assert.All(summary.Course.Benches, bench => Assert.True(bench.OwnImageIsBack));
    }

    [Fact]
    public async Task Every_cell_of_the_table_follows_from_the_journals_of_its_jobs()
    {
        await TableOfAsync();
        IReadOnlyList<RunEvent> events = RunLog.Read(RunFolder(), out _);
        var ended = events.OfType<RunEvent.Done>().ToList();
        Assert.Equal(6, ended.Count);
        foreach (RunEvent.Done done in ended)
        {
            JobDigest again = JobDigest.OfFolder(Path.Combine(RunFolder(), done.Digest.Directory));
            Assert.Equal(
                (again.Verdict, again.Level, again.Reason, again.Seconds, again.EndedUtc),
                (done.Digest.Verdict, done.Digest.Level, done.Digest.Reason, done.Digest.Seconds,
                    done.Digest.EndedUtc));
            Assert.Equal(again.Boots, done.Digest.Boots);
        }

        foreach (RunRow row in RunSummary.Of(events).Rows)
        {
            IEnumerable<double> osUp = ended.Where(done => done.Bench == row.Bench.Id && !done.Digest.IsRestored)
                .SelectMany(done => OsUpOf(Path.Combine(RunFolder(), done.Digest.Directory)));
            Assert.Equal(osUp.Order(), row.OsUpSeconds.Order());
        }
    }

    [Fact]
    public async Task Results_of_a_soak_that_was_killed_and_its_page_say_what_a_rebuild_and_the_table_say()
    {
        await _program.With("FLASHBENCH_KILL_AT", "AfterSync:job.start:1").RunAsync("soak", "--all", "--cycles", "1");
        ProcessEnd end = await _program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);

        ProcessEnd list = await _program.RunAsync("results", "list", "--json");
        ProcessEnd rebuild = await _program.RunAsync("results", "rebuild");

        Assert.Equal(5, list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length); // one begun anew
        Assert.Contains("as before", rebuild.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not as before", rebuild.Output, StringComparison.Ordinal);
        ProcessEnd status = await _program.RunAsync("status", Path.GetFileName(RunFolder()), "--json");
        Assert.Contains("\"jobs\":2,\"planned\":2", status.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(Path.Combine(RunFolder(), RunReport.FileName));
        Assert.Matches("Jobs</[a-z]+>\\s*<[a-z]+[^>]*>2<", page);
    }

    [Fact]
    public async Task A_bench_in_use_keeps_a_soak_from_beginning_and_its_owner_is_named()
    {
        await using RunningProcess first = _program.Start("soak", "--bench", "a", "--cycles", "2", "--real-time");
        await foreach (string line in first.LinesAsync())
        {
            if (line.Contains("job 1 begins", StringComparison.Ordinal))
                break;
        }

        ProcessEnd second = await _program.RunAsync("soak", "--all", "--cycles", "1");

        Assert.Equal(69, second.ExitCode);
        Assert.Contains("bench a is in use by PID", second.Error, StringComparison.Ordinal);
        Assert.Contains("soak SOAK-", second.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 75)]
    [InlineData(true, 75)]
    public async Task A_closed_terminal_stops_a_soak_only_if_that_was_asked(bool asked, int exitCode)
    {
        string[] more = asked ? ["--stop-on-hangup"] : [];
        await using RunningProcess soak = _program.Start(
            ["soak", "--bench", "a", "--cycles", "2", "--real-time", .. more]);
        await foreach (string line in soak.LinesAsync())
        {
            if (line.Contains("job 1 begins", StringComparison.Ordinal))
                break;
        }

        await soak.SignalAsync("HUP");
        if (!asked)
        {
            ProcessEnd status = await _program.RunAsync("soak", "--bench", "a", "--cycles", "1");
            Assert.Equal(69, status.ExitCode); // it still has the bench
            await soak.SignalAsync("TERM");
        }

        (int code, string error) = await soak.EndAsync();
        Assert.True(code == exitCode, $"exit {code} {error}");
        Assert.Contains("`flashbench resume SOAK-", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_programs_every_line_is_json_and_the_last_one_is_the_table()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "1", "--json");

        JsonElement[] lines =
        [
            .. end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
        Assert.Equal("run.start", lines[0].GetProperty("line").GetProperty("type").GetString());
        JsonElement table = lines[^1];
        Assert.Equal("soak", table.GetProperty("event").GetString());
        Assert.All(
            table.GetProperty("rows").EnumerateArray(), row => Assert.Equal(1, row.GetProperty("pass").GetInt32()));
    }

    [Theory]
    [InlineData("soak --all")]
    [InlineData("soak --cycles 1")]
    [InlineData("soak --all --bench a --cycles 1")]
    [InlineData("soak --all --cycles 0")]
    [InlineData("soak --all --until 25:00")]
    [InlineData("soak --all --cycles 1 --stop-on pass")]
    public async Task A_soak_that_cannot_be_meant_is_a_usage_error(string words)
    {
        ProcessEnd end = await _program.RunAsync(words.Split(' '));

        Assert.Equal(64, end.ExitCode);
        Assert.StartsWith("flashbench: ", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_says_what_and_when_and_begins_nothing()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "3", "--until", "07:00", "--dry-run");

        Assert.Equal(0, end.ExitCode);
        Assert.Contains("after 3 cycles, or by 2026-01-02 07:00", end.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_program.DataFolder, "flashbench", "evidence")));
    }

    [Fact]
    public async Task A_run_without_time_for_a_single_job_is_no_pass()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--until", "20:30"); // it begins at 20:00

        Assert.Equal(20, end.ExitCode);
        Assert.Contains("no further job would end by the deadline", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_only_image_is_quarantined_ends_at_once_and_is_no_pass()
    {
        File.WriteAllBytes(Path.Combine(_program.WorkingFolder, "small.bin"), SmallBench.Image);
        ProcessEnd added = await _program.RunAsync(
            "quarantine", "add", "--me", "8", "--reason", "dies at 30 minutes", "--for", "7d");
        Assert.True(added.ExitCode == 0, added.Error);

        ProcessEnd end = await _program.RunAsync("soak", "--bench", "a", "--image", "small.bin", "--until", "07:00");

        Assert.Equal(50, end.ExitCode);
        Assert.Contains("something speaks against every image", end.Output, StringComparison.Ordinal);
        IReadOnlyList<RunEvent> events = RunLog.Read(RunFolder(), out _);
        Assert.Contains("dies at 30 minutes", Assert.Single(events.OfType<RunEvent.Skipped>()).Why,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_bench_needs_the_serial_of_its_board_before_anything_begins()
    {
        File.WriteAllText(Path.Combine(_program.WorkingFolder, "bench-config.json"), """
            { "version": 1, "benches": [ { "id": "r", "dutProfile": "lenovo-x230",
              "programmer": { "kind": "ch341a", "port": "1-4" } } ] }
            """);

        ProcessEnd nameless = await _program.RunAsync("soak", "--all", "--cycles", "1");
        ProcessEnd named = await _program.RunAsync("soak", "--all", "--cycles", "1", "--dut", "r=X230-1", "--dry-run");

        Assert.Equal(64, nameless.ExitCode);
        Assert.Contains("--dut r=SERIAL", nameless.Error, StringComparison.Ordinal);
        Assert.True(named.ExitCode == 0, named.Error);
    }

    private async Task<string[]> TableOfAsync()
    {
        ProcessEnd end = await _program.RunAsync("soak", "--all", "--cycles", "2");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        return Table(end.Output);
    }

    private static string[] Table(string output) =>
    [
        .. output.Split('\n').SkipWhile(line => !line.StartsWith("bench  image", StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith("report  ", StringComparison.Ordinal)),
    ];

    private string RunFolder() => Assert.Single(Directory.GetDirectories(
        Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*"));

    // By another way than the digest: records and console, folded anew.
    private static IEnumerable<double> OsUpOf(string directory)
    {
        JobFacts facts = new EvidenceVerifier(directory, TrustedStations.Load(KeysOf(directory))).Verify().Facts;
        return from boot in facts.Boots
               where boot.Kind != "baseline" && boot.OsUpUs is not null
               select Math.Round((boot.OsUpUs!.Value - boot.PowerGoodUs!.Value) / 1e6, 3);
    }

    private static string KeysOf(string directory) =>
        Path.GetFullPath(Path.Combine(directory, "..", "..", "..", "keys"));
}
