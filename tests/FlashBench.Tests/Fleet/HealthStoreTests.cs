using System.Text;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;

namespace FlashBench.Tests.Fleet;

/// <summary>The health of a bench outlives the program, and damage.</summary>
public sealed class HealthStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HealthStore _store;

    public HealthStoreTests() => _store = new HealthStore(_folder.At(""), new VirtualTime());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_bench_of_which_nothing_was_noted_is_unknown_and_takes_jobs()
    {
        HealthRecord health = _store.Read("b01");

        Assert.Equal((BenchHealth.Unknown, true), (health.Health, health.TakesJobs));
        Assert.Equal("unknown: nothing is known of it yet", health.ToString());
    }

    [Fact]
    public void What_was_noted_is_there_for_the_next_process()
    {
        _store.Note("b01", HealthEvent.SetMaintenance, "clip is worn", "ada", 3);

        HealthRecord health = new HealthStore(_folder.At(""), new VirtualTime()).Read("b01");

        Assert.Equal("maintenance since 2026-01-01 00:00:00Z: clip is worn (by ada)", health.ToString());
        Assert.Equal(BenchHealth.Unknown, _store.Read("b02").Health);
    }

    [Fact]
    public void Nothing_new_is_not_written()
    {
        _store.Note("b01", HealthEvent.JobWorked, "", null, 3);

        Assert.False(File.Exists(_folder.At("health/b01.json")));
    }

    [Fact]
    public void A_half_written_chip_is_maintenance_until_it_is_whole_and_changes_nothing_noted()
    {
        _store.Note("b01", HealthEvent.SetGood, "checked", "ada", 3);

        HealthRecord dirty = _store.Read("b01", "FBJ-7");

        Assert.Equal((BenchHealth.Maintenance, false), (dirty.Health, dirty.TakesJobs));
        Assert.Contains("job FBJ-7 left its chip half-written", dirty.Reason, StringComparison.Ordinal);
        Assert.Equal(BenchHealth.Good, _store.Read("b01").Health);
        _store.Note("b01", HealthEvent.SetRetired, "scrapped", "ada", 3);
        Assert.Equal(BenchHealth.Retired, _store.Read("b01", "FBJ-7").Health);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"health":"Good","reason":"x","since":"2026-01-01T00:00:00Z","by":"","failures":0}""")]
    [InlineData("""{"version":1,"health":"Fine","reason":"x","since":"2026-01-01T00:00:00Z","by":"","failures":0}""")]
    [InlineData("""{"version":1,"health":0,"reason":"x","since":"2026-01-01T00:00:00Z","by":"","failures":0}""")]
    [InlineData("""{"version":1,"health":"Good","reason":null,"since":"2026-01-01T00:00:00Z","by":"","failures":0}""")]
    [InlineData("""{"version":1,"health":"Good","reason":"x","since":"yesterday","by":"","failures":0}""")]
    [InlineData("""{"version":1,"health":"Good","reason":"x","since":"2026-01-01T00:00:00Z","by":null,"failures":0}""")]
    [InlineData("""{"version":1,"health":"Good","reason":"x","since":"2026-01-01T00:00:00Z","by":"","failures":-1}""")]
    public void A_damaged_file_keeps_the_bench_out_until_somebody_says_how_it_is(string content)
    {
        Directory.CreateDirectory(_folder.At("health"));
        File.WriteAllText(_folder.At("health/b01.json"), content);

        HealthRecord health = _store.Read("b01");

        Assert.Equal(BenchHealth.Maintenance, health.Health);
        Assert.Contains("its health file cannot be used", health.Reason, StringComparison.Ordinal);
        _store.Note("b01", HealthEvent.SetUnknown, "looked at it", "ada", 3);
        Assert.Equal(BenchHealth.Unknown, _store.Read("b01").Health);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_damage_and_never_another_health()
    {
        _store.Note("b01", HealthEvent.SetMaintenance, "clip is worn", "ada", 3);
        byte[] whole = File.ReadAllBytes(_folder.At("health/b01.json"));

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder.At("health/b01.json"), whole[..length]);
            Assert.Equal(BenchHealth.Maintenance, _store.Read("b01").Health);
        }
    }

    [Fact]
    public void A_folder_or_a_huge_file_in_its_place_is_damage()
    {
        Directory.CreateDirectory(_folder.At("health/b01.json"));
        File.WriteAllBytes(_folder.At("health/b02.json"), new byte[2 << 20]);

        Assert.Equal(BenchHealth.Maintenance, _store.Read("b01").Health);
        Assert.Equal(BenchHealth.Maintenance, _store.Read("b02").Health);
        Assert.Throws<JournalWriteException>(() => _store.Note("b01", HealthEvent.SetGood, "x", "ada", 3));
    }

    [Fact]
    public void A_hostile_reason_is_kept_as_it_is_up_to_its_limit()
    {
        string reason = "\u001b[2J\u202e\"}\n" + new string('x', 10_000);

        _store.Note("b01", HealthEvent.SetMaintenance, reason, "a\u001bda", 3);

        HealthRecord health = _store.Read("b01");
        Assert.Equal(reason[..HealthStore.ReasonLengthMax], health.Reason);
        Assert.Equal("a\u001bda", health.By);
        Assert.DoesNotContain('\u001b', Encoding.UTF8.GetString(File.ReadAllBytes(_folder.At("health/b01.json"))));
    }

    [Fact]
    public async Task Changes_of_many_threads_all_count()
    {
        Task[] failing =
        [
            .. Enumerable.Range(0, 8).Select(_ => Task.Run(
                () =>
                {
                    for (int i = 0; i < 10; i++)
                    {
                        new HealthStore(_folder.At(""), new VirtualTime()).Note(
                            "b01", HealthEvent.JobFailed, "no answer", null, breakerFailures: 1000);
                    }
                },
                TestContext.Current.CancellationToken)),
        ];
        await Task.WhenAll(failing).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(80, _store.Read("b01").Failures);
    }
}
