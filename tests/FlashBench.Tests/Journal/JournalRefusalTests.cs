using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Journal;

/// <summary>A record has one form, bounds and a place; everything else is no record, whoever chained it.</summary>
public sealed class JournalRefusalTests
{
    private const string NoRecord = "is not a journal record", NoWatch = "asks for a watch that no bench runs";

    [Fact]
    public void A_record_of_every_type_reads_back()
    {
        byte[] journal = SampleJournal.Of(SampleJournal.Start, SampleJournal.Begin(1, "identify"));

        Assert.Equal(2, JournalReader.ReadStrict(journal).Count);
    }

    [Theory]
    [InlineData("\"mono\":0,", "\"mono\":-1,")]
    [InlineData("\"mono\":0,", "\"mono\":-9223372036854775808,")]
    [InlineData("\"mono\":0,", "\"mono\":316224000000001,")]
    [InlineData("\"mono\":0,", "\"mono\":0.0,")]
    [InlineData("\"mono\":0,", "\"mono\": 0,")]
    [InlineData("\"mono\":0,", "\"mono\":0,\"mono\":0,")]
    [InlineData("\"mono\":0,", "\"mono\":0,\"note\":\"x\",")]
    [InlineData("\"boot\":3600000000,", "\"boot\":-9223372036854775808,")]
    [InlineData("\"boot\":3600000000,", "\"boot\":9223372036854775807,")]
    [InlineData("\"boot\":3600000000,", "\"boot\":null,")]
    [InlineData("\"utc\":\"20", "\"utc\":\"00")]
    [InlineData("\"parts\":[", "\"parts\":[null,")]
    [InlineData("\"dut\":\"SN7\"", "\"dut\":null")]
    [InlineData("\"dut\":\"SN7\"", "\"dut\":\"\\u0053N7\"")]
    [InlineData("\"dut\":\"SN7\"", "\"dut\":\"SN7\",\"dut\":\"SN7\"")]
    [InlineData("\"dut\":\"SN7\"", "\"dut\":\"SN7\",\"color\":1")]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":1e999")]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":1e300")]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":\"NaN\"")]
    public void What_is_out_of_bounds_or_in_another_form_is_no_record(string sound, string altered) =>
        Refused(NoRecord, sound, altered);

    [Theory]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":1859.9")]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":1")]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":9200000000000")]
    [InlineData("\"minimumSeconds\":1860", "\"minimumSeconds\":-1860")]
    [InlineData("\"baselineSeconds\":1860", "\"baselineSeconds\":60")]
    [InlineData("\"baselineSeconds\":1860", "\"baselineSeconds\":9200000000000")]
    [InlineData("\"coldBoots\":2", "\"coldBoots\":0")]
    [InlineData("\"coldBoots\":2", "\"coldBoots\":1001")]
    [InlineData("\"warmBoots\":0", "\"warmBoots\":21")]
    [InlineData("\"warmBoots\":0", "\"warmBoots\":-1")]
    [InlineData("\"soakMinutes\":[]", "\"soakMinutes\":[31]")]
    [InlineData("\"soakMinutes\":[]", "\"soakMinutes\":[65,1441]")]
    [InlineData("\"soakMinutes\":[]", "\"soakMinutes\":[65,65,65,65,65,65,65,65,65,65,65]")]
    [InlineData("\"sleepMilliampsMin\":0", "\"sleepMilliampsMin\":1")]
    [InlineData("\"sleepMilliampsMax\":0", "\"sleepMilliampsMax\":100001")]
    [InlineData("\"gapMaxSeconds\":20", "\"gapMaxSeconds\":21")]
    [InlineData("\"gapMaxSeconds\":20", "\"gapMaxSeconds\":0")]
    [InlineData("\"graceSeconds\":120", "\"graceSeconds\":-1")]
    [InlineData("\"bootLimitSeconds\":180", "\"bootLimitSeconds\":100001")]
    [InlineData("\"sampleSeconds\":0.5", "\"sampleSeconds\":5.1")]
    [InlineData("\"sampleSeconds\":0.5", "\"sampleSeconds\":0.001")]
    [InlineData("\"offMillivolts\":300", "\"offMillivolts\":3000")]
    [InlineData("\"banner\":\"^coreboot\"", "\"banner\":\"\"")]
    [InlineData("\"banner\":\"^coreboot\"", "\"banner\":\"(\"")]
    [InlineData("\"banner\":\"^coreboot\"", "\"banner\":\"(a)\\\\1\"")]
    [InlineData("\"banner\":\"^coreboot\"", "\"banner\":\"((a{9999}){9999}){9999}\"")]
    public void A_watch_that_shows_nothing_cannot_be_asked_for(string sound, string altered) =>
        Refused(NoWatch, sound, altered);

    [Fact]
    public void A_banner_of_201_characters_is_refused() =>
        Refused(NoWatch, "^coreboot", new string('a', 201));

    [Fact]
    public void An_enum_is_a_name_and_not_a_number() =>
        RefusedIn(SampleJournal.End("identify"), "\"Pass\"", "0");

    [Theory]
    [InlineData("\"partitions\":[]", "\"partitions\":[null]")]
    [InlineData("\"refusals\":[]", "\"refusals\":[null]")]
    [InlineData("\"start\":1,\"end\":4", "\"start\":4,\"end\":1")]
    public void Nothing_of_an_audit_is_null_and_no_range_ends_before_it_starts(string sound, string altered) =>
        RefusedIn(Audit(), sound, altered);

    [Fact]
    public void Start_of_samples_is_a_time() =>
        RefusedIn(new JournalData.PowerSamples(1, 5, []), "\"startUs\":5", "\"startUs\":9223372036854775807");

    [Fact]
    public void A_second_start_is_refused() =>
        Misplaced("starts a second job", SampleJournal.Start, SampleJournal.Start);

    [Fact]
    public void Nothing_stands_behind_the_decision() => Misplaced(
        "stands behind the decision", SampleJournal.Start, SampleJournal.Decided(Verdict.Pass, "L3", ""),
        SampleJournal.Begin(1, "identify"));

    [Fact]
    public void Time_does_not_go_back()
    {
        byte[] first = JournalLine.Write(0, JournalLine.NoHash, At(2), SampleJournal.Begin(1, "identify"));
        byte[] second = JournalLine.Write(1, JournalLine.Hash(first), At(1), SampleJournal.End("identify"));

        var fault = Assert.Throws<EvidenceException>(() => JournalReader.ReadStrict((byte[])[.. first, .. second]));

        Assert.Contains("record 1 goes back in time", fault.Message, StringComparison.Ordinal);
    }

    private static JournalTime At(long monoUs) => new(monoUs, 0, "boot", DateTimeOffset.UnixEpoch);

    private static JournalData.Audit Audit() => new(
        2, "ME", "8.0", "SKU", true, "key", false, true, new JournalData.DisableBitState("HAP", 0, 0, false, 0),
        [new JournalData.NamedRange("me", 1, 4)], [], 0, [], []);

    private static void Refused(string why, string sound, string altered) =>
        RefusedIn(SampleJournal.Start, sound, altered, why);

    private static void RefusedIn(JournalData record, string sound, string altered, string why = NoRecord)
    {
        string text = Encoding.UTF8.GetString(SampleJournal.Of(record));
        Assert.Single(JournalReader.ReadStrict(Encoding.UTF8.GetBytes(text)));
        string changed = text.Replace(sound, altered, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);

        var fault = Assert.Throws<EvidenceException>(() => JournalReader.ReadStrict(Encoding.UTF8.GetBytes(changed)));

        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    private static void Misplaced(string why, params JournalData[] records)
    {
        var fault = Assert.Throws<EvidenceException>(() => JournalReader.ReadStrict(SampleJournal.Of(records)));

        Assert.Contains($"record {records.Length - 1} {why}", fault.Message, StringComparison.Ordinal);
    }
}
