using FlashBench.Bench.Fleet;

namespace FlashBench.Tests.Fleet;

/// <summary>What is quarantined, for how long, and how the list survives.</summary>
public sealed class QuarantineTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly HostMoment Made = new(Noon, "boot-1", TimeSpan.FromHours(5));

    private readonly TemporaryFolder _folder = new();
    private readonly QuarantineStore _store;

    public QuarantineTests() => _store = new QuarantineStore(_folder.At(""));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(QuarantineKind.Bench, "b01", true)]
    [InlineData(QuarantineKind.Bench, "b0", false)]
    [InlineData(QuarantineKind.Dut, "X230-1", true)]
    [InlineData(QuarantineKind.Dut, "b01", false)]
    [InlineData(QuarantineKind.Profile, "lenovo-x230", true)]
    [InlineData(QuarantineKind.Me, "11", true)]
    [InlineData(QuarantineKind.Me, "11.8", true)]
    [InlineData(QuarantineKind.Me, "11.8.50.3399", true)]
    [InlineData(QuarantineKind.Me, "1", false)]
    [InlineData(QuarantineKind.Me, "11.8.5", false)]
    [InlineData(QuarantineKind.Me, "11.8.50.3399.1", false)]
    [InlineData(QuarantineKind.Image, "0123abcd", true)]
    [InlineData(QuarantineKind.Image, "0123", false)]
    public void An_entry_means_what_it_names(QuarantineKind kind, string value, bool meant)
    {
        var wanted = new QuarantineSubject("b01", "X230-1", "lenovo-x230", "11.8.50.3399", "0123abcd");

        Assert.Equal(meant, wanted.IsMeantBy(Entry(kind, value, null)));
    }

    [Fact]
    public void What_is_not_known_is_meant_by_nothing()
    {
        var unknown = new QuarantineSubject(null, null, null);

        Assert.All(Enum.GetValues<QuarantineKind>(), kind => Assert.False(unknown.IsMeantBy(Entry(kind, "1", null))));
    }

    [Fact]
    public void Without_an_end_it_lasts_until_it_is_lifted() =>
        Assert.True(Entry(QuarantineKind.Bench, "b01", null).CountsAt(At(hours: 1_000_000)));

    [Fact]
    public void It_ends_when_its_time_has_passed()
    {
        QuarantineEntry entry = Entry(QuarantineKind.Bench, "b01", TimeSpan.FromHours(2));

        Assert.True(entry.CountsAt(At(hours: 1.99)));
        Assert.False(entry.CountsAt(At(hours: 2)));
    }

    [Fact]
    public void Setting_the_calendar_forward_ends_nothing_early_and_setting_it_back_brings_it_back()
    {
        QuarantineEntry entry = Entry(QuarantineKind.Bench, "b01", TimeSpan.FromHours(2));

        Assert.True(entry.CountsAt(new HostMoment(Noon.AddYears(50), "boot-1", TimeSpan.FromHours(5.5))));
        Assert.False(entry.CountsAt(new HostMoment(Noon.AddYears(50), "boot-1", TimeSpan.FromHours(7))));
        Assert.True(entry.CountsAt(new HostMoment(Noon.AddYears(-50), "boot-1", TimeSpan.FromHours(700))));
    }

    [Fact]
    public void After_a_restart_of_the_host_the_calendar_decides_alone()
    {
        QuarantineEntry entry = Entry(QuarantineKind.Bench, "b01", TimeSpan.FromHours(2));

        Assert.True(entry.CountsAt(new HostMoment(Noon.AddHours(1), "boot-2", TimeSpan.FromDays(9))));
        Assert.False(entry.CountsAt(new HostMoment(Noon.AddHours(3), "boot-2", TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("90m", 1.5)]
    [InlineData("12h", 12)]
    [InlineData("7d", 168)]
    [InlineData("2w", 336)]
    [InlineData("3660d", 87840)]
    public void A_duration_counts_from_now(string text, double hours) =>
        Assert.Equal(Noon.AddHours(hours), QuarantineTerm.After(text, Noon));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("1.5d")]
    [InlineData("7")]
    [InlineData("7y")]
    [InlineData("3661d")]
    [InlineData("99999999999d")]
    [InlineData("2147483647w")]
    public void What_is_no_duration_is_none(string text) => Assert.Null(QuarantineTerm.After(text, Noon));

    [Theory]
    [InlineData("2026-03-09", "2026-03-09T23:00:00Z")] // through that day, in winter
    [InlineData("2026-06-09", "2026-06-09T22:00:00Z")] // in summer
    [InlineData("2026-03-09 07:00", "2026-03-09T06:00:00Z")]
    [InlineData("2026-06-09T07:00", "2026-06-09T05:00:00Z")]
    [InlineData("2026-03-29 02:30", "2026-03-29T01:30:00Z")] // skipped that night
    [InlineData("2026-10-25 02:30", "2026-10-25T01:30:00Z")] // twice that night: the later
    public void A_day_lasts_to_its_end_where_the_host_is(string text, string end) => Assert.Equal(
        DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture),
        QuarantineTerm.At(text, MiddleEurope()));

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2026-02-30")]
    [InlineData("2026-3-9")]
    [InlineData("9999-12-31")]
    [InlineData("2026-03-09 24:00")]
    public void What_is_no_day_is_none(string text) => Assert.Null(QuarantineTerm.At(text, TimeZoneInfo.Utc));

    [Fact]
    public void Entries_are_found_lifted_and_never_share_a_name()
    {
        QuarantineEntry one = _store.Add(Entry(QuarantineKind.Bench, "b01", null));
        QuarantineEntry two = _store.Add(Entry(QuarantineKind.Dut, "X230-1", TimeSpan.FromHours(1)));
        var wanted = new QuarantineSubject("b01", "X230-1", null);

        Assert.Equal([one, two], new QuarantineStore(_folder.At("")).Find(wanted, At(hours: 0)));
        Assert.Equal([one], _store.Find(wanted, At(hours: 2)));
        Assert.Equal(two, _store.Lift("q2"));
        Assert.Null(_store.Lift("q2"));
        Assert.Equal("q3", _store.Add(two).Id);
        Assert.Equal(
            "bench b01 is quarantined (q1): clip is worn (by ada)",
            Assert.Single(_store.Find(new QuarantineSubject("b01", null, null), At(hours: 0))).ToString());
    }

    [Fact]
    public void A_hostile_reason_comes_back_as_it_was()
    {
        string reason = "\u001b]0;x\u0007\u202e\"}],\n</script>";

        _store.Add(Entry(QuarantineKind.Bench, "b01", null) with
        {
            Reason = reason,
        });

        Assert.Equal(reason, Assert.Single(_store.Read()).Reason);
        Assert.DoesNotContain(File.ReadAllBytes(_store.FilePath), octet => octet < ' ');
    }

    [Fact]
    public void Every_truncation_and_every_foreign_file_is_an_error_and_never_an_empty_list()
    {
        _store.Add(Entry(QuarantineKind.Bench, "b01", null));
        byte[] whole = File.ReadAllBytes(_store.FilePath);

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_store.FilePath, whole[..length]);
            Assert.Throws<QuarantineException>(() => _store.Read());
        }

        foreach (string foreign in new[]
        {
            "null", "[]", "{}",
            """{"version":1,"next":1,"entries":null}""",
            """{"version":1,"next":1,"entries":[null]}""",
            """{"version":1,"next":1,"entries":[{}]}""", """{"version":9,"next":1,"entries":[]}""",
        })
        {
            File.WriteAllText(_store.FilePath, foreign);
            Assert.Throws<QuarantineException>(() => _store.Read());
            Assert.Throws<QuarantineException>(() => _store.Add(Entry(QuarantineKind.Bench, "b02", null)));
            Assert.Equal(foreign, File.ReadAllText(_store.FilePath));
        }
    }

    [Fact]
    public void A_thousand_entries_are_enough()
    {
        for (int i = 0; i < 3; i++)
            _store.Add(Entry(QuarantineKind.Bench, $"b{i}", null));
        string list = File.ReadAllText(_store.FilePath);
        string entry = list[list.IndexOf("{\"id\"", StringComparison.Ordinal)..list.LastIndexOf(']')];
        File.WriteAllText(_store.FilePath, list.Replace(
            entry, string.Join(',', Enumerable.Repeat(entry, 334)), StringComparison.Ordinal));

        var full = Assert.Throws<QuarantineException>(() => _store.Add(Entry(QuarantineKind.Bench, "b", null)));

        Assert.Contains("has 1000 entries", full.Message, StringComparison.Ordinal);
    }

    private static QuarantineEntry Entry(QuarantineKind kind, string value, TimeSpan? lasts) =>
        new("q1", kind, value, "clip is worn", "ada", Made, Noon + lasts);

    private static HostMoment At(double hours) => new(
        Noon.AddHours(hours), "boot-1", TimeSpan.FromHours(5 + hours));

    // No zone of the machine: it may have none.
    private static TimeZoneInfo MiddleEurope() => TimeZoneInfo.CreateCustomTimeZone(
        "test", TimeSpan.FromHours(1), "test", "test", "test summer",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
                    new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
                    new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);
}
