using System.Text.Json;
using System.Text.Json.Nodes;
using FlashBench.Bench;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>What the station's own key signed is still refused if no job can have written it.</summary>
public sealed class ForgedRecordTests(ForgedRecordTests.FinishedJob job) : IClassFixture<ForgedRecordTests.FinishedJob>
{
    [Fact]
    public void An_unaltered_record_that_was_sealed_again_still_passes()
    {
        using var forged = new ForgedRecord(job.Bench);

        Assert.Equal(Verdict.Pass, forged.Verify().Judgement.Verdict);
    }

    [Fact]
    public void A_harmless_change_is_sealed_as_the_product_would_have_written_it()
    {
        using var forged = new ForgedRecord(job.Bench);
        forged.Lines[0]["data"]!["operator"] = "somebody else";

        Assert.Equal("somebody else", forged.Verify().Facts.Start.Operator);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void One_cold_boot_is_enough_for_a_simulated_board_only(bool simulated, bool told)
    {
        using var forged = new ForgedRecord(job.Bench);
        JsonObject start = forged.Lines[0]["data"]!.AsObject();
        (start["simulated"], start["watch"]!["coldBoots"]) = (simulated, 1);

        Assert.Equal(told, forged.Verify().Facts.CourseFaults.Any(
            fault => fault.Contains("fewer than 2 cold boots", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_second_job_start_is_refused() => Refused(
        "starts a second job", forged => forged.Lines.Insert(5, After(forged.Lines[0], forged.Lines[4])));

    [Fact]
    public void A_verdict_amid_the_journal_is_refused() => Refused(
        "stands behind the decision", forged => forged.Lines.Insert(5, After(forged.Lines[^1], forged.Lines[4])));

    [Fact]
    public void A_journal_without_its_verdict_is_refused() => Refused(
        "ends without a decision", forged => forged.Lines.RemoveAt(forged.Lines.Count - 1));

    [Fact]
    public void An_empty_journal_is_refused() => Refused("ends without a decision", forged =>
    {
        forged.Lines.Clear();
        (forged.Raw, forged.Index) = ([], []);
    });

    [Theory]
    [InlineData("phase.end", "\"verdict\":\"Pass\"", "\"verdict\":0")]
    [InlineData("phase.end", "\"verdict\":\"Pass\"", "\"verdict\":\"pass\"")]
    [InlineData("job.start", "\"seq\":0,", "\"seq\":0,\"seq\":0,")]
    [InlineData("job.start", "\"seq\":0,", "\"seq\":0,\"extra\":1,")]
    [InlineData("job.start", "\"seq\":0,", "\"seq\": 0,")]
    [InlineData("boot.begin", "\"kind\":", "\"kind\":\"watch\",\"kind\":")]
    [InlineData("boot.begin", "\"kind\":", "\"color\":\"red\",\"kind\":")]
    [InlineData("job.start", "\"minimumSeconds\":1860", "\"minimumSeconds\":1e999")]
    public void A_record_in_any_other_form_is_refused(string type, string sound, string altered) => Refused(
        "is not a journal record", forged => forged.EditText = (of, text) =>
            of == type ? text.Replace(sound, altered, StringComparison.Ordinal) : text);

    [Theory]
    [InlineData("minimumSeconds", "1")]
    [InlineData("minimumSeconds", "1859")]
    [InlineData("minimumSeconds", "9200000000000")]
    [InlineData("minimumSeconds", "-1860")]
    [InlineData("baselineSeconds", "1")]
    [InlineData("coldBoots", "0")]
    [InlineData("coldBoots", "-1")]
    [InlineData("gapMaxSeconds", "9200000")]
    [InlineData("banner", "\"(\"")]
    [InlineData("banner", "\"(a)\\\\1\"")]
    [InlineData("banner", "\"a{2000000000}\"")]
    public void A_watch_that_shows_nothing_is_refused(string member, string value) => Refused(
        "asks for a watch that no bench runs",
        forged => forged.Data("job.start").Single()["watch"]![member] = JsonNode.Parse(value));

    [Theory]
    [InlineData("job.start", "parts")]
    [InlineData("plan", "kept")]
    [InlineData("plan", "changes")]
    [InlineData("audit", "regions")]
    [InlineData("audit", "findings")]
    [InlineData("verdict", "checks")]
    public void A_null_among_the_items_of_an_array_is_refused(string type, string member) => Refused(
        "is not a journal record", forged => forged.Data(type).First()[member]!.AsArray().Add(null));

    [Theory]
    [InlineData("power.command", "mono", "-9223372036854775808")]
    [InlineData("phase.begin", "mono", "-9223372036854775808")]
    [InlineData("phase.begin", "mono", "9223372036854775807")]
    [InlineData("boot.begin", "boot", "-9223372036854775808")]
    [InlineData("boot.end", "boot", "9223372036854775807")]
    public void A_clock_beyond_all_times_is_refused(string type, string clock, string value) => Refused(
        "is not a journal record",
        forged => forged.Lines.Last(line => (string?)line["type"] == type)[clock] = JsonNode.Parse(value));

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    public void Samples_that_start_beyond_all_times_are_refused(string value) => Refused(
        "is not a journal record",
        forged => forged.Data("power.samples").First()["startUs"] = JsonNode.Parse(value));

    [Fact]
    public void Samples_that_start_before_the_job_are_refused() => Refused(
        "goes back in time", forged => forged.Data("power.samples").First()["startUs"] = -1);

    [Fact]
    public void A_time_index_beyond_all_times_is_refused() => Refused("a line of this chunk is not sound", forged =>
    {
        forged.Index = [.. "9223372036854775807 "u8, .. forged.Index[(forged.Index.AsSpan().IndexOf((byte)' ') + 1)..]];
        int longer = forged.Index.Length - (int)forged.Data("console.chunk").Sum(chunk => (long)chunk["indexLength"]!);
        forged.Data("console.chunk").First()["indexLength"] =
            (long)forged.Data("console.chunk").First()["indexLength"]! + longer;
        foreach (JsonObject chunk in forged.Data("console.chunk").Skip(1))
            chunk["indexOffset"] = (long)chunk["indexOffset"]! + longer;
    });

    [Fact]
    public void Time_that_goes_backwards_is_refused() => Refused("goes back in time", forged =>
        forged.Lines[10]["mono"] = (long)forged.Lines[9]["mono"]! - 1);

    [Fact]
    public void A_verdict_that_does_not_follow_is_refused() => Refused("does not follow from the records", forged =>
    {
        forged.KeepDecision = true;
        forged.Data("read-back").Last()["differingBytes"] = 1;
    });

    [Fact]
    public void A_failed_read_back_decided_anew_passes_nothing()
    {
        using var forged = new ForgedRecord(job.Bench);
        forged.Data("read-back").Last()["differingBytes"] = 1;

        Assert.NotEmpty(forged.MustNotPass());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_number_is_put_in_place_of_another_nothing_but_a_verdict_or_a_complaint_comes_out(int seed)
    {
        var random = new Random(seed);
        string[] values = ["0", "-1", "1", "2147483647", "-2147483648", "4294967295", "300000000000000", "1E+300"];
        for (int i = 0; i < 12; i++)
        {
            using var forged = new ForgedRecord(job.Bench);
            List<JsonValue> numbers = [.. forged.Lines.SelectMany(Numbers)];
            numbers[random.Next(numbers.Count)].ReplaceWith(JsonNode.Parse(values[random.Next(values.Length)]));
            Assert.True(Record.Exception(() => forged.Verify()) is null or EvidenceException, $"change {i}");
        }
    }

    // A copy that fits in by its time: only its place is wrong.
    private static JsonObject After(JsonObject line, JsonObject before)
    {
        JsonObject copy = line.DeepClone().AsObject();
        copy["mono"] = before["mono"]!.DeepClone();
        return copy;
    }

    private static IEnumerable<JsonValue> Numbers(JsonNode node) => node switch
    {
        JsonObject many => many.SelectMany(member => member.Value is null ? [] : Numbers(member.Value)),
        JsonArray many => many.SelectMany(item => item is null ? [] : Numbers(item)),
        JsonValue one when one.GetValueKind() == JsonValueKind.Number => [one],
        _ => [],
    };

    private void Refused(string why, Action<ForgedRecord> edit)
    {
        using var forged = new ForgedRecord(job.Bench);
        edit(forged);

        var fault = Assert.Throws<EvidenceException>(forged.Verify);

        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>One PASS, of which every test forges a copy.</summary>
    public sealed class FinishedJob : IDisposable
    {
        public FinishedJob() => Assert.Equal(0, Bench.Run().ExitCode);

        internal JobBench Bench { get; } = new();

        public void Dispose() => Bench.Dispose();
    }
}
