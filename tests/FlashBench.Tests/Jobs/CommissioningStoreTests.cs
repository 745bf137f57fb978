using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>Which commissioning records count, and why the others do not.</summary>
public sealed class CommissioningStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DutProfile _profile = DutProfiles.Load("virtual-me8");
    private readonly JournalData.Commissioned _record;
    private readonly StationKey _key;

    public CommissioningStoreTests()
    {
        _key = StationKey.LoadOrCreate(_folder.At("keys"));
        _record = CommissioningRecords.Of(_profile, "b01", 2) with { Simulated = false };
        Store.Save(_record, _key);
    }

    private CommissioningStore Store => new(_folder.At("state"));

    private CommissioningScope Scope => new("b01", _profile.Id, _profile.Sha256, Simulated: false);

    private string RecordPath => Store.PathOf("b01", _profile.Id);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_sound_record_is_found_whole_with_its_age()
    {
        FoundCommissioning found = Find(Scope);

        Assert.Equal((null, 10), (found.Fault, found.AgeDays));
        Assert.Equal(CommissioningStatement.Build(_record), CommissioningStatement.Build(found.Valid!.Record));
        Assert.Equal((CommissioningStatement.HashOf(_record), _key.KeyId), (found.Valid.Sha256, found.Valid.KeyId));
    }

    [Fact]
    public void The_jobs_behind_the_records_are_named_and_a_record_that_cannot_be_read_names_none()
    {
        Store.Save(CommissioningRecords.Of(_profile, "b02", 2), _key);
        File.WriteAllText(Store.PathOf("b03", "other").Replace("b03", "b02", StringComparison.Ordinal), "{");

        Assert.Equal(
            [
                .. _record.Runs.Select(run => ("b01", run.Job)),
                .. _record.Runs.Select(run => ("b02", run.Job)),
            ],
            Store.CitedJobs());
        Assert.Empty(new CommissioningStore(_folder.At("nowhere")).CitedJobs());
    }

    [Fact]
    public void Where_there_is_none_nothing_is_wrong() =>
        Assert.Equal(FoundCommissioning.None, Find(Scope with { Bench = "b02" }));

    [Fact]
    public void A_record_for_something_else_does_not_count()
    {
        Faulty("by another profile", Scope with { ProfileSha256 = new string('0', 64) });
        Faulty("on a real bench", Scope with { Simulated = true });
        Directory.CreateDirectory(Path.GetDirectoryName(Store.PathOf("b02", _profile.Id))!);
        File.Copy(RecordPath, Store.PathOf("b02", _profile.Id));
        Faulty("for bench b01", Scope with { Bench = "b02" });
    }

    [Fact]
    public void A_simulated_record_never_serves_a_real_bench()
    {
        Store.Save(_record with { Simulated = true }, _key);

        Faulty("it was made on a simulated bench", Scope);
    }

    [Fact]
    public void What_a_record_says_of_a_model_without_watchdog_is_known_for_ever_but_for_its_profile_only()
    {
        var stations = TrustedStations.Load(_folder.At("keys"));
        Assert.False(Store.SaysUptimeIsVoid(Scope, stations));

        Store.Save(
            CommissioningRecords.Saw(_record, "damaged-manifest", "FAIL, Alive, ME WatchdogArmed") with
            {
                ValidDays = 1,
            },
            _key);

        Assert.True(Store.SaysUptimeIsVoid(Scope, stations));
        Assert.False(Store.SaysUptimeIsVoid(Scope with { ProfileSha256 = new string('0', 64) }, stations));
        Assert.False(Store.SaysUptimeIsVoid(Scope with { Bench = "b02" }, stations));
        Assert.False(Store.SaysUptimeIsVoid(Scope, TrustedStations.Load(_folder.At("no keys"))));
    }

    [Theory]
    [InlineData(79, null)]
    [InlineData(80, null)]
    [InlineData(81, "it is 91 days old and was good for 90")]
    [InlineData(-11, "which is not past yet")]
    public void A_record_counts_for_its_days_only(int daysFromNow, string? fault)
    {
        FoundCommissioning found = Store.Find(
            Scope, TrustedStations.Load(_folder.At("keys")), CommissioningRecords.Now.AddDays(daysFromNow));

        Assert.Equal(fault is null, found.Valid is not null);
        if (fault is not null)
            Assert.Contains(fault, found.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_by_an_unknown_station_does_not_count()
    {
        FoundCommissioning found = Store.Find(
            Scope, TrustedStations.Load(_folder.At("nobody")), CommissioningRecords.Now);

        Assert.Null(found.Valid);
        Assert.Contains("is not trusted here", found.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void One_changed_bit_anywhere_and_it_does_not_count()
    {
        byte[] sound = File.ReadAllBytes(RecordPath);
        for (int i = 0; i < sound.Length; i += 13)
        {
            byte[] damaged = [.. sound];
            damaged[i] ^= (byte)(1 << i % 8);
            File.WriteAllBytes(RecordPath, damaged);

            FoundCommissioning found = Find(Scope);

            Assert.True(found is { Valid: null, Fault: not null }, $"byte {i}");
        }
    }

    [Fact]
    public void A_certificate_of_a_job_is_no_commissioning_record()
    {
        File.WriteAllBytes(RecordPath, Dsse.Sign("{\"predicate\":{}}"u8, _key));

        Faulty("it holds no commissioning record", Scope);
    }

    [Fact]
    public void What_is_no_file_or_too_large_does_not_count()
    {
        File.WriteAllBytes(RecordPath, new byte[300 << 10]);
        Faulty("none of this program", Scope);
        File.Delete(RecordPath);
        Directory.CreateDirectory(RecordPath);
        Faulty("none of this program", Scope);
    }

    [Fact]
    public void A_record_that_is_taken_away_is_gone()
    {
        Store.Remove("b01", _profile.Id);
        Store.Remove("b01", _profile.Id);

        Assert.False(Store.Has("b01", _profile.Id));
    }

    private FoundCommissioning Find(CommissioningScope scope) =>
        Store.Find(scope, TrustedStations.Load(_folder.At("keys")), CommissioningRecords.Now);

    private void Faulty(string why, CommissioningScope scope)
    {
        FoundCommissioning found = Find(scope);
        Assert.Null(found.Valid);
        Assert.Contains(why, found.Fault, StringComparison.Ordinal);
    }
}
