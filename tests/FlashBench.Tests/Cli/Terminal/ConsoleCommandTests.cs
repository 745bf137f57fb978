using System.Text;
using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Cli;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Simulation;
using FlashBench.Tests.Hardware.Console;

namespace FlashBench.Tests.Cli.Terminal;

/// <summary>The verb on a real serial port of the kernel, and on a virtual bench.</summary>
public sealed class ConsoleCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly PseudoTerminal _board = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Socket => _folder.At("state/run/b01.console");

    [Fact]
    public async Task What_the_board_says_is_shown_as_it_comes_and_acts_on_nothing()
    {
        CommandLineRun run = await WhileOpenAsync(
            () => _board.WriteAsync("coreboot-24.02\r\n\u001b[31mred\u001b[0m Zürich\r\nlogin: "u8.ToArray()));

        Assert.Equal("coreboot-24.02\n\\x1B[31mred\\x1B[0m Zürich\nlogin: \n", run.Output);
        Assert.Equal(
            $"flashbench: bench b01: {_board.Slave}, 115200 baud 8N1, receive errors cannot be counted (simulated).\n"
            + "flashbench: Read only; Ctrl-C ends.\n"
            + "flashbench: the time is over.\n", run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Every_line_begins_with_its_time_if_that_is_wanted()
    {
        CommandLineRun run = await WhileOpenAsync(
            async () =>
            {
                await _board.WriteAsync("one\ntwo"u8.ToArray());
                await Task.Delay(100, Cancel);
                await _board.WriteAsync(" more\n\nthree"u8.ToArray());
            },
            "--timestamps", "--quiet");

        Assert.Matches(@"^(\d\d:\d\d:\d\d\.\d{3}) one\n\1 two more\n(\d\d:\d\d:\d\d\.\d{3}) \n\2 three\n$", run.Output);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task A_log_gets_every_byte_behind_what_it_held()
    {
        byte[] said = new byte[100_000];
        new Random(3).NextBytes(said);
        string log = _folder.Write("board.raw", "before\n");

        CommandLineRun run = await WhileOpenAsync(() => _board.WriteAsync(said), "--log", log);

        Assert.Equal(0, run.ExitCode);
        byte[] kept = await File.ReadAllBytesAsync(log, Cancel);
        Assert.Equal([.. "before\n"u8, .. said], kept);
    }

    [Fact]
    public async Task Programs_get_one_event_a_line()
    {
        CommandLineRun run = await WhileOpenAsync(
            () => _board.WriteAsync("one\ntwo\nlogin: "u8.ToArray()), "--json");

        JsonElement[] events =
            [.. run.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            ["opened", "line", "line", "partial", "closed"], events.Select(e => e.GetProperty("event").GetString()));
        Assert.Equal(["one", "two", "login: "], events[1..4].Select(e => e.GetProperty("text").GetString()));
        Assert.True(events[0].GetProperty("simulated").GetBoolean());
        Assert.Equal("the time is over", events[4].GetProperty("reason").GetString());
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Another_process_follows_a_console_that_is_held()
    {
        Task<CommandLineRun> owner = RunAsync("3", "--log", _folder.At("owner.raw"));
        await OpenedAsync(owner);
        Task<CommandLineRun> watcher = RunAsync("60", "--json", "--log", _folder.At("watcher.raw"));
        for (int i = 0; i < 15 && !watcher.IsCompleted; i++)
        {
            await _board.WriteAsync(Encoding.ASCII.GetBytes($"line {i}\n"));
            await Task.Delay(100, Cancel);
        }

        CommandLineRun held = await owner.WaitAsync(Limit, Cancel), seen = await watcher.WaitAsync(Limit, Cancel);

        Assert.Contains("\"shared\":true", seen.Output, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"the console was closed\"", seen.Output, StringComparison.Ordinal);
        string watched = await File.ReadAllTextAsync(_folder.At("watcher.raw"), Cancel);
        Assert.EndsWith("line 14\n", watched, StringComparison.Ordinal);
        string owned = await File.ReadAllTextAsync(_folder.At("owner.raw"), Cancel);
        Assert.EndsWith(watched, owned, StringComparison.Ordinal);
        Assert.Equal((0, 0), (held.ExitCode, seen.ExitCode));
    }

    [Fact]
    public async Task A_port_that_goes_away_is_waited_for()
    {
        CommandLineRun run = await WhileOpenAsync(async () =>
        {
            await _board.WriteAsync("half a li"u8.ToArray());
            await Task.Delay(200, Cancel);
            _board.Dispose();
        });

        Assert.Equal("half a li\n", run.Output);
        Assert.Contains("flashbench: the port is gone; waiting for it.\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData(64, "--send-break writes", "--bench", "b01", "--read-only", "--send-break")]
    [InlineData(64, "--seconds takes a number above 0", "--bench", "b01", "--seconds", "0")]
    [InlineData(66, "bench b02 has no \"console\" in the configuration", "--bench", "b02")]
    [InlineData(69, "/dev/no-such-tty is not there", "--bench", "b03")]
    [InlineData(73, "/dev/null: is there and is no ordinary file", "--bench", "b01", "--log", "/dev/null")]
    public async Task A_mistake_is_one_sentence_and_its_exit_code(int code, string sentence, params string[] args)
    {
        CommandLineRun run = await CommandLineRun.OfAsync(["console", "--config", Config(), .. args]);

        Assert.Equal((code, ""), (run.ExitCode, run.Output));
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_another_program_holds_is_busy()
    {
        Task<CommandLineRun> owner = RunAsync("2");
        await OpenedAsync(owner);
        File.Delete(Socket); // as if the other program did not share

        CommandLineRun run = await RunAsync("1");

        Assert.Equal(
            (69, $"flashbench: {_board.Slave} is in use by another program.\n"), (run.ExitCode, run.Error));
        await owner.WaitAsync(Limit, Cancel);
    }

    [Fact]
    public async Task A_virtual_bench_has_a_console_too()
    {
        CommandLineRun run = await CommandLineRun.OfAsync(
            "console", "--config", Config(), "--bench", "me8", "--seconds", "0.5", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(
            "{\"event\":\"opened\",\"bench\":\"me8\",\"port\":\"FlashBench virtual console of bench me8\","
            + "\"simulated\":true,\"mayWrite\":false,\"shared\":false}\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_board_goes_on_as_the_last_command_left_it()
    {
        BenchConfig config = BenchConfigFile.Load(Config());
        BenchEntry entry = config.Benches.Single(bench => bench.Id == "me8");
        var wishes = new WorldWishes(RealTime: true, Seed: 1, UsbPort: null, MayAsk: false);
        var world = new VirtualWorld(entry, ConfigSource.Paths(config), wishes);
        await using (VirtualBench bench = world.OpenBench(new BenchOpening(Fresh: true, Image: null, _ => { })))
        {
            await bench.PowerRelay.DriveAsync(active: true, Cancel);
            await Task.Delay(500, Cancel); // standby, rails, reset: then its firmware talks
        }

        CommandLineRun run = await CommandLineRun.OfAsync(
            "console", "--config", Config(), "--bench", "me8", "--seconds", "5", "--quiet");

        Assert.Contains("coreboot", run.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _board.Dispose();
        _folder.Dispose();
    }

    private async Task<CommandLineRun> WhileOpenAsync(Func<Task> act, params string[] args)
    {
        Task<CommandLineRun> run = RunAsync("2", args);
        await OpenedAsync(run);
        await Task.Delay(100, Cancel);
        await act();
        return await run.WaitAsync(Limit, Cancel);
    }

    private Task<CommandLineRun> RunAsync(string seconds, params string[] args)
    {
        string config = Config();
        return Task.Run(() => CommandLineRun.OfAsync(
            ["console", "--config", config, "--bench", "b01", "--seconds", seconds, .. args]));
    }

    private async Task OpenedAsync(Task run)
    {
        while (!File.Exists(Socket) && !run.IsCompleted)
            await Task.Delay(10, Cancel);
    }

    private string Config() => _folder.Write("bench-config.json", $$"""
        {
          "version": 1, "paths": { "state": "{{_folder.At("state")}}", "log": "{{_folder.At("log")}}" },
          "benches": [
            { "id": "b01", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a", "port": "1-4.1" },
              "console": { "tty": { "device": "{{_board.Slave}}" }, "baud": 115200 } },
            { "id": "b02", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a", "port": "1-4.2" } },
            { "id": "b03", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a", "port": "1-4.3" },
              "console": { "tty": { "device": "/dev/no-such-tty" }, "baud": 115200 } },
            { "id": "me8", "dutProfile": "virtual-me8",
              "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } }
          ]
        }
        """);
}
