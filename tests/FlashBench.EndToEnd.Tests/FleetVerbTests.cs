using FlashBench.Bench.Journal;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Processes that share a host: what is quarantined, and groups that two of them race for.</summary>
public sealed class FleetVerbTests : IDisposable
{
    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(5) };

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task An_operator_who_insists_gets_a_job_whose_record_says_so()
    {
        using var bench = new SmallBench();
        await bench.RunAsync("quarantine", "add", "--bench", "me8", "--reason", "clip is worn", "--operator", "ada");
        await bench.RunAsync("bench", "retire", "me8", "--reason", "scrapped", "--operator", "ada");

        ProcessEnd refused = await bench.CertifyAsync("--dry-run");
        string? before = bench.Directory;
        ProcessEnd insisted = await bench.CertifyAsync("--dry-run", "--despite-quarantine");

        Assert.Equal((69, null), (refused.ExitCode, before));
        Assert.True(insisted.ExitCode == 0, insisted.Output + insisted.Error);
        string[] deviations =
        [
            .. bench.Records.Select(record => record.Data).OfType<JournalData.Deviation>().Select(said => said.Text),
        ];
        Assert.Contains(
            "the operator insisted although bench me8 is quarantined (q1): clip is worn (by ada)", deviations);
        Assert.Contains(deviations, said => said.StartsWith(
            "the operator insisted although bench me8 is retired since", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_health_check_that_passes_makes_a_bad_bench_good_and_an_unfit_image_says_nothing_of_it()
    {
        string health = Path.Combine(_program.StateFolder, "flashbench", "health", "me8.json");
        Directory.CreateDirectory(Path.GetDirectoryName(health)!);
        await File.WriteAllTextAsync(
            health, """
            { "version": 1, "health": "Bad", "reason": "3 jobs in a row", "since": "2026-01-01T00:00:00Z",
              "by": "flashbench", "failures": 3 }
            """,
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_program.WorkingFolder, "junk.bin"), "junk", TestContext.Current.CancellationToken);

        ProcessEnd unfit = await _program.RunAsync("bench", "check", "me8", "--image", "junk.bin");
        ProcessEnd certify = await _program.RunAsync("certify", "--bench", "me8");
        ProcessEnd passed = await _program.RunAsync("bench", "check", "me8", "--quiet");
        await _program.RunAsync("bench", "maintenance", "me8", "--reason", "fuse");
        ProcessEnd refused = await _program.RunAsync("bench", "check", "me8");

        Assert.Equal((65, 69), (unfit.ExitCode, certify.ExitCode));
        Assert.Contains("bench me8 is bad since", certify.Error, StringComparison.Ordinal);
        Assert.True(passed.ExitCode == 0, passed.Output + passed.Error);
        Assert.Matches("me8: good since .*: health check FBJ-.* passed .by flashbench.; was bad", passed.Output);
        Assert.Equal(69, refused.ExitCode);
        Assert.Contains("takes no health check before", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_on_one_host_never_flash_or_boot_together_when_a_group_allows_one()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_program.WorkingFolder, "bench-config.json"), """
            { "version": 1, "policy": { "maxParallelFlash": 1 },
              "powerGroups": [ { "id": "psu1", "staggerMs": 50, "maxOnAtOnce": 1 } ],
              "benches": [
                { "id": "a", "dutProfile": "virtual-me8", "powerGroup": "psu1",
                  "virtual": { "image": "me8", "chip": "W25Q80", "seed": 1, "programmer": "ft2232h" } },
                { "id": "b", "dutProfile": "virtual-me8", "powerGroup": "psu1",
                  "virtual": { "image": "me8", "chip": "W25Q80", "seed": 2, "programmer": "ft2232h" } } ] }
            """,
            TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            Path.Combine(_program.WorkingFolder, "small.bin"), SmallBench.Image, TestContext.Current.CancellationToken);

        ProcessEnd[] ends = await Task.WhenAll(CertifyAsync("a"), CertifyAsync("b"));

        Assert.All(ends, end => Assert.True(end.ExitCode is 0 or 20 or 30, end.Output + end.Error));
        Span[] a = Spans("a"), b = Spans("b");
        Assert.Equal(["identify", "backup", "baseline"], a.Select(span => span.Phase));
        Assert.Equal(["identify", "backup", "baseline"], b.Select(span => span.Phase));
        Assert.DoesNotContain(
            a.SelectMany(_ => b, (one, other) => (one, other)),
            pair => pair.one.NeedsPower == pair.other.NeedsPower
                && pair.one.From < pair.other.To && pair.other.From < pair.one.To);
        Assert.Contains("waits for", string.Concat(ends.Select(end => end.Output)), StringComparison.Ordinal);
    }

    private Task<ProcessEnd> CertifyAsync(string bench) => _program.RunAsync(
        "certify", "--bench", bench, "--virtual-flash", "small.bin", "--real-time", "--shorten-watch", "10",
        "--dry-run", "--evidence", Path.Combine(_program.WorkingFolder, bench));

    private Span[] Spans(string bench)
    {
        string folder = Path.Combine(_program.WorkingFolder, bench);
        JournalRecord[] records = [.. JournalReader.ReadStrict(File.ReadAllBytes(
            Directory.GetFiles(folder, JournalWriter.FileName, SearchOption.AllDirectories).Single()))];
        return
        [
            .. from begin in records
               where begin.Data is JournalData.PhaseBegin { Name: "identify" or "backup" or "baseline" }
               let name = ((JournalData.PhaseBegin)begin.Data).Name
               let end = records.First(record => record.Data is JournalData.PhaseEnd ended && ended.Name == name)
               select new Span(name, begin.Time.Utc, end.Time.Utc),
        ];
    }

    private sealed record Span(string Phase, DateTimeOffset From, DateTimeOffset To)
    {
        public bool NeedsPower => Phase == "baseline";
    }
}
