using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.EndToEnd.Tests;

/// <summary>`commission` as a process: its record, and the job that relies on it.</summary>
public sealed class CommissionTests : IDisposable
{
    private readonly FlashBenchProcess _flashbench = new() { Limit = TimeSpan.FromMinutes(5) };

    public void Dispose() => _flashbench.Dispose();

    [Fact]
    public async Task All_nine_controls_of_a_virtual_bench_end_as_they_must_and_a_job_cites_them()
    {
        ProcessEnd commission = await _flashbench.RunAsync("commission", "--days", "30", "--quiet", "--json");
        ProcessEnd show = await _flashbench.RunAsync("bench", "show", "me8");
        ProcessEnd certify = await _flashbench.RunAsync("certify", "--quiet", "--json");

        Assert.True(commission.ExitCode == 0, commission.Output + commission.Error);
        JsonElement told = Last(commission, "commissioning");
        Assert.Equal(10, told.GetProperty("runs").GetArrayLength());
        Assert.Empty(told.GetProperty("notRun").EnumerateArray());
        Assert.Matches("commission +FBC-[0-9A-F]{8}, 0 of 30 days old", show.Output);
        Assert.True(certify.ExitCode == 0, certify.Output + certify.Error);
        string directory = Last(certify, "result").GetProperty("directory").GetString()!;
        var journal = JournalReader.ReadStrict(await File.ReadAllBytesAsync(
            Path.Combine(directory, JournalWriter.FileName), TestContext.Current.CancellationToken));
        var cited = Assert.IsType<JournalData.Commissioning>(journal[1].Data);
        Assert.Equal((30, 2100), (cited.Record.ValidDays, cited.Record.BaselineSeconds));
        Assert.True(((JournalData.JobStart)journal[0].Data).Watch.BaselineShort);
        ProcessEnd verify = await _flashbench.RunAsync("certificate", "verify", "--allow-simulated", directory);
        Assert.True(verify.ExitCode == 0, verify.Output + verify.Error);
    }

    [Fact]
    public async Task A_bench_that_cannot_tell_boards_apart_loses_its_record()
    {
        string path = Path.Combine(
            _flashbench.StateFolder, "flashbench", "commissioning", "me11-hidden", "virtual-me11.dsse.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "an older record", TestContext.Current.CancellationToken);

        ProcessEnd end = await _flashbench.RunAsync(
            "commission", "--bench", "me11-hidden", "--controls", "stock", "--quiet");

        Assert.Equal(20, end.ExitCode);
        Assert.Contains("is not commissioned", end.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task That_a_model_stays_on_without_its_engine_is_not_forgotten_by_leaving_the_control_out()
    {
        var store = new CommissioningStore(Path.Combine(_flashbench.StateFolder, "flashbench"));
        DutProfile profile = DutProfiles.Load("virtual-me8");
        const string control = "damaged-manifest";
        var record = new JournalData.Commissioned(
            "me8", profile.Id, profile.Sha256, true, "ada", "host", "flashbench", "2025-01-01T00:00:00Z", 1, 2, "8.1.0",
            2100, "yes",
            [
                Run(CommissioningChecks.Baseline, CommissioningChecks.BaselineExpected),
                Run(control, "FAIL, Alive, ME WatchdogArmed"),
            ],
            []);
        using (StationKey key = StationKey.LoadOrCreate(Path.Combine(_flashbench.DataFolder, "flashbench", "keys")))
            store.Save(record, key);

        ProcessEnd end = await _flashbench.RunAsync("commission", "--bench", "me8", "--controls", "none", "--quiet");

        Assert.Equal(64, end.ExitCode);
        Assert.Contains("stay on without their ME", end.Error, StringComparison.Ordinal);
        Assert.True(store.Has("me8", profile.Id));

        static JournalData.CommissionedRun Run(string name, string seen) =>
            new(name, $"FBJ-1-{name}", new string('b', 64), CommissioningChecks.Expected(name, 2)!, seen);
    }

    private static JsonElement Last(ProcessEnd end, string kind) => end.Output.Split('\n')
        .Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)
        .Last(line => line.GetProperty("event").GetString() == kind);
}
