using System.Text;
using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Report;
using FlashBench.Cli;
using FlashBench.Tests.Cli;

namespace FlashBench.Tests.Evidence;

/// <summary>What a laboratory states is in record and report as stated, and nothing is made up for the rest.</summary>
public sealed class LaboratoryTests
{
    private static readonly string[] Members =
        ["name", "address", "location", "accreditation", "customer", "received", "condition", "approvedBy"];

    [Fact]
    public void What_nobody_stated_is_not_stated()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();

        JsonElement laboratory = Statement(facts, judgement);

        Assert.All(Members, name => Assert.Equal(JsonValueKind.Null, laboratory.GetProperty(name).ValueKind));
        Assert.Equal("2026-03-14T11:04:01Z", laboratory.GetProperty("issued").GetString());
        Assert.Equal(Members.Length, Occurrences(HtmlReport.Render(facts, judgement), ">not stated<"));
    }

    [Fact]
    public void What_was_stated_is_there()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();
        facts = facts with
        {
            Laboratory = new JournalData.Laboratory("a1", "a2", "a3", "a4", "a5", "2026-03-09", "a7", "a8"),
        };

        JsonElement laboratory = Statement(facts, judgement);
        string report = HtmlReport.Render(facts, judgement);

        Assert.Equal(
            ["a1", "a2", "a3", "a4", "a5", "2026-03-09", "a7", "a8"],
            Members.Select(name => laboratory.GetProperty(name).GetString()));
        Assert.All(Members, name => Assert.Contains(
            $">{laboratory.GetProperty(name).GetString()}<", report, StringComparison.Ordinal));
        Assert.Equal(0, Occurrences(report, ">not stated<"));
    }

    [Fact]
    public void The_configuration_states_what_is_the_same_for_every_job()
    {
        BenchConfig config = Parse("""{ "name": "Lab 2", "customer": "in-house" }""");

        Assert.Equal(new LabEntry("Lab 2", null, null, null, "in-house", null), config.Lab);
        Assert.Equal(LabEntry.NotStated, BenchConfigFile.Parse(Encoding.UTF8.GetBytes(Config("")), "file").Lab);
    }

    [Theory]
    [InlineData("""{ "name": "" }""")]
    [InlineData("""{ "name": "a\u0007" }""")]
    [InlineData("""{ "name": 1 }""")]
    [InlineData("""{ "phone": "1" }""")]
    [InlineData("[]")]
    public void Anything_else_in_its_place_is_refused(string lab) =>
        Assert.Throws<ConfigException>(() => Parse(lab));

    [Fact]
    public void A_text_longer_than_a_report_takes_is_refused() =>
        Assert.Throws<ConfigException>(() => Parse($$"""{ "name": "{{new string('x', LabEntry.LengthMax + 1)}}" }"""));

    [Theory]
    [InlineData("--customer", " ")]
    [InlineData("--condition", "a\u0007")]
    [InlineData("--received", "9.3.2026")]
    [InlineData("--received", "2026-02-30")]
    [InlineData("--approved-by", "")]
    public async Task What_cannot_be_printed_or_is_no_day_is_a_usage_error(string option, string value) =>
        Assert.Equal(ExitCodes.Usage, (await CommandLineRun.OfAsync("certify", option, value)).ExitCode);

    private static BenchConfig Parse(string lab) =>
        BenchConfigFile.Parse(Encoding.UTF8.GetBytes(Config($"\"lab\": {lab},")), "file");

    private static string Config(string lab) => $$"""
        { "version": 1, {{lab}} "benches": [ { "id": "a", "dutProfile": "virtual-me8",
          "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } } ] }
        """;

    private static JsonElement Statement(JobFacts facts, Judgement judgement) => JsonDocument
        .Parse(CertificateStatement.Build(facts, judgement, SampleJobs.Digest)).RootElement
        .GetProperty("predicate").GetProperty("laboratory");

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
