using System.Text.Json;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli.Fleet;

/// <summary>`quarantine add|list|lift`, and `certify` on what is quarantined.</summary>
public sealed class QuarantineCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public QuarantineCommandTests() => _config = _folder.Write("c.json", """
        { "version": 1, "paths": { "state": "state", "log": "log", "evidence": "evidence" },
          "benches": [
            { "id": "a", "default": true, "dutProfile": "virtual-me8",
              "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } } ] }
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_added_is_listed_and_lifted()
    {
        CommandLineRun add = await RunAsync(
            "quarantine", "add", "--bench", "a", "--reason", "clip is worn", "--for", "7d", "--operator", "ada");
        CommandLineRun list = await RunAsync("quarantine", "list");
        CommandLineRun lift = await RunAsync("quarantine", "lift", "q1");
        CommandLineRun empty = await RunAsync("quarantine", "list", "--all");
        CommandLineRun twice = await RunAsync("quarantine", "lift", "q1");

        Assert.Equal((ExitCodes.Ok, ""), (add.ExitCode, add.Error));
        Assert.Equal(add.Output, list.Output);
        Assert.Matches(@"(?m)^q1 +bench +a +20..-..-.. ..:..Z +20..-..-.. ..:..Z +ada +clip is worn$", list.Output);
        Assert.Matches(@"^lifted: bench a is quarantined \(q1\) until 20.*Z: clip is worn \(by ada\)\n\z", lift.Output);
        Assert.Equal("Nothing is quarantined.\n", empty.Output);
        Assert.Equal(ExitCodes.Usage, twice.ExitCode);
    }

    [Theory]
    [InlineData("dut", "--dut", "X230-0417", "X230-0417")]
    [InlineData("profile", "--profile", "lenovo-x230", "lenovo-x230")]
    [InlineData("me", "--me", "11.8", "11.8")]
    [InlineData("image", "--image", "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789",
        "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789")]
    public async Task Everything_can_be_quarantined_by_its_name(string kind, string option, string value, string kept)
    {
        CommandLineRun run = await RunAsync("quarantine", "add", option, value, "--reason", "odd", "--json");

        JsonElement entry = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((kind, kept, true), (entry.GetProperty("what").GetString(),
            entry.GetProperty("which").GetString(), entry.GetProperty("counts").GetBoolean()));
        Assert.False(entry.TryGetProperty("until", out _));
    }

    [Fact]
    public async Task An_image_is_named_by_its_content()
    {
        string file = _folder.Write("bad.bin", "an image");

        CommandLineRun run = await RunAsync("quarantine", "add", "--image", file, "--reason", "odd", "--json");

        string which = JsonDocument.Parse(run.Output).RootElement.GetProperty("which").GetString()!;
        Assert.StartsWith("a5df3fde7b200c3fa2791144c7e05c5c", which, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("say what is quarantined")]
    [InlineData("say what is quarantined", "--bench", "a", "--dut", "x")]
    [InlineData("unknown bench", "--bench", "z")]
    [InlineData("unknown profile", "--profile", "z")]
    [InlineData("is no version", "--me", "11.x")]
    [InlineData("is no version", "--me", "1.2.3.4.5")]
    [InlineData("is blank or has control characters", "--dut", "\u001b[0m")]
    [InlineData("contradict each other", "--bench", "a", "--for", "1d", "--until", "2999-01-01")]
    [InlineData("is over already", "--bench", "a", "--until", "2001-01-01")]
    [InlineData("is no day", "--bench", "a", "--until", "next week")]
    [InlineData("is no time", "--bench", "a", "--for", "1x")]
    public async Task What_makes_no_sense_is_a_usage_error(string complaint, params string[] args)
    {
        CommandLineRun run = await RunAsync(["quarantine", "add", "--reason", "odd", .. args]);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("state/quarantine.json")));
    }

    [Theory]
    [InlineData("--bench", "a")]
    [InlineData("--dut", "X230-0417")]
    [InlineData("--profile", "virtual-me8")]
    public async Task Certify_refuses_what_is_quarantined_and_says_why(string option, string value)
    {
        await RunAsync("quarantine", "add", option, value, "--reason", "clip is worn", "--operator", "ada");

        CommandLineRun run = await RunAsync("certify", "--dut", "X230-0417");

        Assert.Equal((ExitCodes.Unavailable, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            $"flashbench: {option[2..]} {value} is quarantined (q1): clip is worn (by ada); --despite-quarantine "
            + "overrules that, and the record says so.\n", run.Error);
        Assert.False(Directory.Exists(_folder.At("evidence")));
    }

    [Fact]
    public async Task Certify_refuses_a_bench_that_takes_no_jobs()
    {
        await RunAsync("bench", "maintenance", "a", "--reason", "fuse", "--operator", "ada");

        CommandLineRun run = await RunAsync("certify");

        Assert.Equal(ExitCodes.Unavailable, run.ExitCode);
        Assert.Contains("bench a is maintenance since", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_lets_nothing_begin()
    {
        Directory.CreateDirectory(_folder.At("state"));
        await File.WriteAllTextAsync(
            _folder.At("state/quarantine.json"), "{", TestContext.Current.CancellationToken);

        CommandLineRun certify = await RunAsync("certify", "--despite-quarantine");
        CommandLineRun list = await RunAsync("quarantine", "list");
        CommandLineRun doctor = await RunAsync("doctor");

        Assert.Equal((ExitCodes.BadInput, ExitCodes.BadInput), (certify.ExitCode, list.ExitCode));
        Assert.Contains("quarantine.json is damaged", certify.Error, StringComparison.Ordinal);
        Assert.Contains("no job begins while nobody knows", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_names_benches_that_take_no_jobs()
    {
        CommandLineRun sound = await RunAsync("doctor", "--json");
        await RunAsync("bench", "maintenance", "a", "--reason", "fuse");
        CommandLineRun sick = await RunAsync("doctor", "--json");

        Assert.Contains("every bench takes jobs", sound.Output, StringComparison.Ordinal);
        Assert.Contains("nothing is quarantined", sound.Output, StringComparison.Ordinal);
        Assert.Contains("takes no jobs: maintenance since", sick.Output, StringComparison.Ordinal);
        Assert.Contains("flashbench bench good a --reason TEXT", sick.Output, StringComparison.Ordinal);
    }

    private Task<CommandLineRun> RunAsync(params string[] args) =>
        CommandLineRun.OfAsync([.. args, "--config", _config]);
}
