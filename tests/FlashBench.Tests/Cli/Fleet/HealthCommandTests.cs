using System.Text.Json;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli.Fleet;

/// <summary>`bench good|unknown|loop|maintenance|retire`, and where health is shown.</summary>
public sealed class HealthCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public HealthCommandTests() => _config = _folder.Write("c.json", """
        { "version": 1, "paths": { "state": "state", "log": "log" },
          "powerGroups": [ { "id": "psu1", "staggerMs": 750, "maxOnAtOnce": 2 } ],
          "usbGroups": [ { "id": "hub1", "maxParallelFlash": 1 } ],
          "benches": [
            { "id": "a", "dutProfile": "virtual-me8", "powerGroup": "psu1", "usbGroup": "hub1",
              "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } },
            { "id": "b", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q64", "seed": 2 } } ] }
        """);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("good", "good", true)]
    [InlineData("unknown", "unknown", true)]
    [InlineData("loop", "looping", false)]
    [InlineData("maintenance", "maintenance", false)]
    [InlineData("retire", "retired", false)]
    public async Task A_person_says_how_a_bench_is_and_every_place_shows_it(string verb, string health, bool takesJobs)
    {
        CommandLineRun set = await RunAsync("bench", verb, "a", "--reason", "new clip.", "--operator", "ada");
        CommandLineRun list = await RunAsync("bench", "list");
        CommandLineRun show = await RunAsync("bench", "show", "a");
        CommandLineRun json = await RunAsync("bench", "show", "a", "--json");

        Assert.Equal((ExitCodes.Ok, ""), (set.ExitCode, set.Error));
        Assert.Matches($@"^a: {health} since 20..-..-.. ..:..:..Z: new clip \(by ada\); was unknown\n\z", set.Output);
        Assert.Matches($@"(?m)^a +{health} +virtual ", list.Output);
        Assert.Matches("(?m)^b +unknown +virtual ", list.Output);
        Assert.Matches($@"(?m)^health +{health} since .*: new clip \(by ada\)$", show.Output);
        Assert.Matches("(?m)^supply shared +psu1$", show.Output);
        Assert.Matches("(?m)^USB shared +hub1$", show.Output);
        JsonElement bench = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(health, bench.GetProperty("health").GetString());
        Assert.Equal(takesJobs, bench.GetProperty("takesJobs").GetBoolean());
        Assert.Equal("new clip", bench.GetProperty("healthReason").GetString());
        Assert.Equal("psu1", bench.GetProperty("powerGroup").GetString());
    }

    [Fact]
    public async Task Several_benches_are_set_at_once_or_none()
    {
        CommandLineRun faulty = await RunAsync("bench", "retire", "a", "c", "--reason", "scrapped");
        CommandLineRun both = await RunAsync("bench", "maintenance", "a", "b", "a", "--reason", "clip", "--json");

        Assert.Equal(ExitCodes.Usage, faulty.ExitCode);
        string[] lines = both.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line =>
        {
            JsonElement said = JsonDocument.Parse(line).RootElement;
            Assert.Equal(("health", "unknown", "maintenance"), (said.GetProperty("event").GetString(),
                said.GetProperty("was").GetString(), said.GetProperty("health").GetString()));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("...")]
    [InlineData("red\u001b[31m")]
    [InlineData("two\nlines")]
    public async Task A_reason_is_one_line_of_text(string reason)
    {
        CommandLineRun run = await RunAsync("bench", "maintenance", "a", "--reason", reason);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.False(Directory.Exists(_folder.At("state/health")));
    }

    [Fact]
    public async Task Without_a_reason_nothing_is_set()
    {
        CommandLineRun run = await RunAsync("bench", "maintenance", "a");

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--reason", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hostile_file_is_shown_without_its_control_characters()
    {
        Directory.CreateDirectory(_folder.At("state/health"));
        await File.WriteAllTextAsync(
            _folder.At("state/health/a.json"), """
            { "version": 1, "health": "Bad", "reason": "\u001b[2J\u202Egood", "since": "2026-01-01T00:00:00Z",
              "by": "\u0007", "failures": 3 }
            """,
            TestContext.Current.CancellationToken);

        CommandLineRun show = await RunAsync("bench", "show", "a");
        CommandLineRun again = await RunAsync("bench", "retire", "a", "--reason", "odd");

        Assert.Contains(@"bad since 2026-01-01 00:00:00Z: \x1B[2J\u{202E}good (by \x07)", show.Output,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', show.Output + again.Output);
        Assert.EndsWith("was bad\n", again.Output, StringComparison.Ordinal);
    }

    private Task<CommandLineRun> RunAsync(params string[] args) =>
        CommandLineRun.OfAsync([.. args, "--config", _config]);
}
