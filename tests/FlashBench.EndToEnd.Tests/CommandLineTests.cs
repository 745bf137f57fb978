namespace FlashBench.EndToEnd.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly FlashBenchProcess _flashbench = new();

    [Theory]
    [InlineData("help.txt", "--help")]
    [InlineData("help-bench.txt", "bench", "--help")]
    [InlineData("help-bench-show.txt", "bench", "show", "--help")]
    [InlineData("help-config-check.txt", "config", "check", "-h")]
    [InlineData("help-status.txt", "status", "--help")]
    [InlineData("help-regress.txt", "regress", "--help")]
    [InlineData("help-bench-check.txt", "bench", "check", "--help")]
    [InlineData("help-bench-maintenance.txt", "bench", "maintenance", "--help")]
    [InlineData("help-quarantine.txt", "quarantine", "--help")]
    [InlineData("help-quarantine-add.txt", "quarantine", "add", "--help")]
    [InlineData("help-quarantine-list.txt", "quarantine", "list", "--help")]
    [InlineData("help-quarantine-lift.txt", "quarantine", "lift", "--help")]
    [InlineData("version.txt", "--version")]
    [InlineData("bench-list.txt", "bench", "list")]
    [InlineData("bench-list.jsonl", "bench", "list", "--json")]
    public async Task Output_is_the_golden_one(string file, params string[] args)
    {
        ProcessEnd end = await _flashbench.RunAsync(args);

        Assert.Equal("", end.Error);
        Assert.Equal(0, end.ExitCode);
        GoldenFile.Check(file, end.Output);
    }

    [Fact]
    public async Task The_configuration_of_the_working_folder_comes_before_the_shipped_one()
    {
        Write("bench-config.json", """
            { "version": 1, "benches": [ { "id": "mine", "default": true, "dutProfile": "virtual-me8",
              "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } } ] }
            """);

        ProcessEnd mine = await _flashbench.RunAsync("config", "check");
        ProcessEnd shipped = await _flashbench.RunAsync("config", "check", "--config", ShippedConfig);

        Assert.Equal("bench-config.json: sound: 1 bench (default: mine), 1 DUT profile.\n", mine.Output);
        Assert.Equal($"{ShippedConfig}: sound: 5 benches (default: me8), 4 DUT profiles.\n", shipped.Output);
    }

    [Theory]
    [InlineData("\"seed\"", "\"sed\"", "bench.json:6: $.benches[0].virtual.sed: unknown key")]
    [InlineData("\"me10\", \"dut", "\"me8\", \"dut", "bench.json:9: $.benches[1].id: the id \"me8\" is taken")]
    [InlineData("\"seed\": 8", "\"seed\": \"8\"", "bench.json:6: $.benches[0].virtual.seed: must be a number")]
    [InlineData("\"version\": 1,", "", "bench.json:1: $: the key \"version\" is missing")]
    [InlineData("\"version\": 1,", "\"version\": 1", "bench.json:3: $.version: not JSON")]
    public async Task A_faulty_configuration_ends_with_66_and_names_the_place(string right, string wrong, string place)
    {
        string shipped = File.ReadAllText(ShippedConfig);
        string faulty = shipped.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(shipped, faulty);
        Write("bench.json", faulty);

        ProcessEnd end = await _flashbench.RunAsync("config", "check", "bench.json");

        Assert.Equal((66, ""), (end.ExitCode, end.Output));
        Assert.StartsWith($"flashbench: {place}", end.Error, StringComparison.Ordinal);
        Assert.Equal(1, end.Error.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData(64, "flashbench: unknown bench \"nope\"; the configuration has me8, me10, me11, me11-hidden, qemu.\n",
        "bench", "show", "nope")]
    [InlineData(64, "flashbench: \"lits\" is not known here.\nTry: flashbench bench --help\n", "bench", "lits")]
    [InlineData(64, "flashbench: a verb is missing.\nTry: flashbench --help\n")]
    [InlineData(66, "flashbench: nope.json: no such file.\n", "bench", "list", "--config", "nope.json")]
    [InlineData(64,
        "flashbench: --control and --soak contradict each other: a control is shown by plain boots.\n",
        "certify", "--control", "stock", "--soak", "65")]
    public async Task A_mistake_is_one_sentence_and_its_exit_code(int exitCode, string error, params string[] args) =>
        Assert.Equal(new ProcessEnd(exitCode, "", error), await _flashbench.RunAsync(args));

    [Fact]
    public async Task A_bench_is_shown_with_the_folders_of_this_user()
    {
        ProcessEnd end = await _flashbench.RunAsync("bench", "show", "me11-hidden");

        Assert.Equal(0, end.ExitCode);
        string[] lines = end.Output.Split('\n');
        Assert.Contains($"vault        {_flashbench.DataFolder}/flashbench/vault", lines);
        Assert.Contains($"log          {_flashbench.StateFolder}/flashbench/log", lines);
    }

    [Fact]
    public async Task Looking_around_writes_nothing()
    {
        await _flashbench.RunAsync("bench", "list");
        await _flashbench.RunAsync("status");

        Assert.Equal([_flashbench.WorkingFolder], Directory.GetFileSystemEntries(_flashbench.Folder));
    }

    public void Dispose() => _flashbench.Dispose();

    private static string ShippedConfig => Path.Combine(AppContext.BaseDirectory, "bench-config.json");

    private void Write(string name, string text) =>
        File.WriteAllText(Path.Combine(_flashbench.WorkingFolder, name), text);
}
