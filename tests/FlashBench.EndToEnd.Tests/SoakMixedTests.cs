using System.Diagnostics;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A soak of a virtual bench and of a wired one of foreign parts: a serprog programmer in another process,
/// hooks that switch and measure, a console on a terminal of the kernel. Everything runs in real time then.</summary>
/// <remarks>Whole jobs take an hour and a half here, and a wired bench refuses test-signed images: what is shown is
/// that both begin, each on its own parts, and that the death of one stops nothing of the other.</remarks>
public sealed class SoakMixedTests : IDisposable
{
    private const int Resumable = 75, Dirty = 60;
    private const string Python = "/usr/bin/python3";

    // Opens a terminal, says its name, and stays until its input ends.
    private const string Terminal =
        "import os,pty,sys; m,s=pty.openpty(); print(os.ttyname(s),flush=True); sys.stdin.read()";

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(3) };

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_wired_bench_that_dies_in_the_middle_needs_hands_and_the_virtual_one_goes_on()
    {
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed");
        using Process terminal = Process.Start(new ProcessStartInfo(Python, ["-c", Terminal])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        string tty = (await terminal.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
        bool unplugged = false;
        ServingProcess chip = await _program.ServeAsync("serprog", "--bench", "me8", "--port", "0");
        try
        {
            WriteConfig(tty, chip.PortOf("serprog"));
            await using RunningProcess soak = _program.Start(
                "soak", "--all", "--dut", "desk1=X230-0417", "--cycles", "5", "--non-interactive");
            string? hands = null;
            var begun = new List<string>();
            await foreach (string line in soak.LinesAsync())
            {
                if (line.Contains("job 1 begins", StringComparison.Ordinal))
                    begun.Add(line.Split(' ')[0]);
                if (begun.Count == 2 && !unplugged)
                {
                    await BackupBeganAsync();
                    await chip.DisposeAsync(); // unplugged for good
                    unplugged = true;
                }

                hands = line.Contains("NEEDS HANDS", StringComparison.Ordinal) ? line : hands;
                if (hands is not null)
                    break;
            }

            Assert.StartsWith("desk1", hands, StringComparison.Ordinal);
            Assert.Null(RunSummary.Of(Events()).Course["v"].HasLeft); // it goes on
            await soak.SignalAsync("TERM");
            (int code, string error) = await soak.EndAsync();
            bool amidWrite = error.Contains("bench v is half-written", StringComparison.Ordinal);
            Assert.True(code == (amidWrite ? Dirty : Resumable), $"exit {code} {error}");
            Assert.Equal((BenchHealth.Bad, 3), (HealthOf("desk1").Health, HealthOf("desk1").Failures));
            Assert.Equal(0, HealthOf("v").Failures);
        }
        finally
        {
            if (!unplugged)
                await chip.DisposeAsync();
            terminal.StandardInput.Close();
            await terminal.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task BackupBeganAsync()
    {
        for (int i = 0; i < 300; i++)
        {
            bool began = Directory.GetFiles(_program.DataFolder, "journal.jsonl", SearchOption.AllDirectories)
                .Where(file => file.Contains(".desk1.", StringComparison.Ordinal))
                .Any(file => Read(file).Contains("\"name\":\"backup\"", StringComparison.Ordinal));
            if (began)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }

        Assert.Fail("the wired bench never came to its backup");
    }

    private static string Read(string file)
    {
        using var reader = new StreamReader(new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private HealthRecord HealthOf(string bench) =>
        new HealthStore(Path.Combine(_program.StateFolder, "flashbench"), TimeProvider.System).Read(bench);

    private IReadOnlyList<RunEvent> Events() => RunLog.Read(
        Assert.Single(Directory.GetDirectories(Path.Combine(_program.DataFolder, "flashbench", "evidence"), "SOAK-*")),
        out _);

    private string At(string name) => Path.Combine(_program.WorkingFolder, name);

    private void WriteConfig(string tty, int port)
    {
        string Switch(string line, int level) => $"[\"/bin/sh\", \"-c\", \"echo {level} > '{At(line)}'\"]";

        string Hook(string line) => $$"""
            { "kind": "hook", "on": {{Switch(line, 1)}}, "off": {{Switch(line, 0)}}, "timeoutSeconds": 20 }
            """;

        string Measure(int millis) => $$"""
            { "kind": "hook", "timeoutSeconds": 20,
              "command": ["/bin/sh", "-c", "read on < '{{At("power")}}'; echo $((on * {{millis}}))"] }
            """;

        File.WriteAllText(At("power"), "1\n");
        File.WriteAllText(At("bench-config.json"), $$"""
            { "version": 1, "benches": [
              { "id": "v", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } },
              { "id": "desk1", "dutProfile": "qemu-me8",
                "programmer": { "kind": "serprog", "address": "127.0.0.1:{{port}}" },
                "relays": { "power": {{Hook("power")}}, "spi": {{Hook("spi")}} },
                "powerSensor": { "rail": {{Measure(3300)}}, "supply": {{Measure(800)}} },
                "console": { "tty": { "device": "{{tty}}" }, "baud": 115200 } } ] }
            """);
    }
}
