using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Results;

/// <summary>Each cell against the very lines that are named behind it, read here as plain JSON.</summary>
public sealed class CellSourcesTests : IDisposable
{
    private readonly SampleEvidence _evidence = new();
    private readonly string _directory;
    private readonly JobRow _row;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>> _sources;
    private readonly string[] _lines;

    public CellSourcesTests()
    {
        _directory = _evidence.Put("job", SampleEvidence.Pass);
        _row = JobRowReader.Read(_evidence.Folder, "job", null);
        _sources = CellSources.Of(_directory);
        _lines = File.ReadAllLines(Path.Combine(_directory, "journal.jsonl"));
    }

    public void Dispose() => _evidence.Dispose();

    [Theory]
    [InlineData("dut", "job.start", "dut")]
    [InlineData("bench", "job.start", "bench")]
    [InlineData("policy", "job.start", "policy")]
    [InlineData("programmer", "chip", "programmer.description")]
    [InlineData("backup", "backup", "sha256")]
    [InlineData("me_version", "audit", "version")]
    [InlineData("written", "plan", "plannedSha256")]
    [InlineData("level", "verdict", "level")]
    [InlineData("reason", "verdict", "reason")]
    public void A_cell_says_what_its_line_says(string column, string type, string member)
    {
        JsonNode line = Line(column, 0);

        JsonNode? value = line["data"];
        foreach (string name in member.Split('.'))
            value = value![name];
        Assert.Equal(type, (string?)line["type"]);
        Assert.Equal(Cell(column), (string?)value);
    }

    [Fact]
    public void The_verdict_is_that_of_the_last_line() =>
        Assert.Equal("PASS", ((string)Line("verdict", 0)["data"]!["verdict"]!).ToUpperInvariant());

    [Fact]
    public void The_duration_lies_between_its_two_lines() => Assert.Equal(
        _row.DurationUs, (long)Line("duration_us", 1)["mono"]! - (long)Line("duration_us", 0)["mono"]!);

    [Theory]
    [InlineData("power_min_mw")]
    [InlineData("power_max_mw")]
    public void A_power_is_one_of_the_samples_of_its_line(string column)
    {
        int[] series = [.. Line(column, 0)["data"]!["series"]!.AsArray().Select(number => (int)number!)];

        Assert.Contains(Cell(column), series.Chunk(3).Select(sample => (object)((long)sample[1] * sample[2] / 1000)));
    }

    [Fact]
    public void The_time_to_the_system_ends_with_an_arrival_of_the_named_chunk()
    {
        (JsonNode relay, JsonNode chunk) = (Line("os_up_us", 0), Line("os_up_us", 1));
        byte[] index = File.ReadAllBytes(Path.Combine(_directory, "console", "console.idx"));
        string arrivals = Encoding.ASCII.GetString(
            index, (int)chunk["data"]!["indexOffset"]!, (int)chunk["data"]!["indexLength"]!);

        Assert.Equal(("power.command", true), ((string?)relay["type"], (bool)relay["data"]!["on"]!));
        Assert.Contains(
            (long)relay["mono"]! + _row.OsUpUs!.Value,
            arrivals.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_longest_gap_lies_in_a_whole_boot()
    {
        JournalSpan span = _sources["longest_gap_us"][0];

        Assert.Equal("boot.begin", (string?)JsonNode.Parse(_lines[span.First - 1])!["type"]);
        Assert.Equal("boot.end", (string?)JsonNode.Parse(_lines[span.Last - 1])!["type"]);
    }

    [Fact]
    public void The_chain_head_is_the_hash_of_its_line_and_the_journals_hash_that_of_all()
    {
        string last = _lines[_sources["chain_head"][0].First - 1] + "\n";

        Assert.Equal(_row.ChainHead, Hash(Encoding.UTF8.GetBytes(last)));
        Assert.Equal(_row.JournalSha256, Hash(File.ReadAllBytes(Path.Combine(_directory, "journal.jsonl"))));
        Assert.Equal(new JournalSpan(1, _lines.Length), _sources["journal_sha256"][0]);
    }

    [Fact]
    public void Every_named_line_is_there_and_every_value_but_counters_and_places_has_one()
    {
        string[] without =
            ["directory", "state", "dirty", "resumes", "run", "cycle", "attempt", "flaky", "counted", "settled"];

        Assert.All(_sources.Values.SelectMany(spans => spans), span =>
            Assert.InRange(span.First, 1, Math.Min(span.Last, _lines.Length)));
        Assert.Equal(
            JobColumns.All.Select(column => column.Name).Except(without).Order(StringComparer.Ordinal),
            _sources.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_job_without_a_decision_has_the_lines_of_what_it_recorded()
    {
        string cut = _evidence.Put("cut", SampleEvidence.Pass, SampleEvidence.Pass["journal.jsonl"].Length / 2);

        IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>> sources = CellSources.Of(cut);

        Assert.Equal([new JournalSpan(1, 1)], sources["dut"]);
        Assert.DoesNotContain("verdict", sources.Keys);
    }

    [Fact]
    public void The_image_that_was_given_is_the_one_under_test_and_the_backup_is_the_boards()
    {
        using var bench = ImageBench.Of(
            "me8", ImageBench.Board("me8", 3), ImageBench.MeOf(ImageBench.Board("me8", 4)));
        bench.Run();
        string evidence = Path.GetDirectoryName(bench.Directory)!;

        JobRow row = JobRowReader.Read(evidence, Path.GetFileName(bench.Directory), null);
        IReadOnlyDictionary<string, IReadOnlyList<JournalSpan>> sources = CellSources.Of(bench.Directory);

        string[] lines = File.ReadAllLines(Path.Combine(bench.Directory, "journal.jsonl"));
        JsonNode image = JsonNode.Parse(lines[sources["image"][0].First - 1])!;
        JsonNode audit = JsonNode.Parse(lines[sources["me_version"][0].First - 1])!;
        Assert.Equal(("image", row.Image), ((string?)image["type"], (string?)image["data"]!["sha256"]));
        Assert.NotEqual(row.Image, row.Backup);
        Assert.Equal(row.MeVersion, (string?)audit["data"]!["content"]!["version"]);
    }

    private object? Cell(string column) => JobColumns.All.Single(item => item.Name == column).Get(_row);

    private JsonNode Line(string column, int which)
    {
        JournalSpan span = _sources[column][which];
        Assert.Equal(span.First, span.Last);
        return JsonNode.Parse(_lines[span.First - 1])!;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
