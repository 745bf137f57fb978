using System.Diagnostics;
using FlashBench.Bench.Journal;
using FlashBench.EndToEnd.Tests.Foreign;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A wired bench of foreign parts: a serprog programmer in the network, hooks that switch and measure, a
/// console on a terminal of the kernel. No part of it is in the process that runs the job.</summary>
public sealed class WiredBenchTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    // Opens a terminal, says its name, and stays until its input ends.
    private const string Terminal =
        "import os,pty,sys; m,s=pty.openpty(); print(os.ttyname(s),flush=True); sys.stdin.read()";

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(4) };

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_test_signed_image_on_a_wired_bench_is_refused_and_every_part_was_used()
    {
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed");
        using Process terminal = StartTerminal();
        try
        {
            string tty = (await terminal.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
            await using ServingProcess chip = await _program.ServeAsync("serprog", "--bench", "me8", "--port", "0");
            WriteConfig(tty, $$"""{ "kind": "serprog", "address": "127.0.0.1:{{chip.PortOf("serprog")}}" }""");

            ProcessEnd check = await _program.RunAsync("config", "check");
            ProcessEnd nameless = await _program.RunAsync("certify", "--bench", "desk1");
            ProcessEnd end = await _program.RunAsync(
                "certify", "--bench", "desk1", "--dut", "X230-0417", "--non-interactive", "--evidence", "evidence");
            ProcessEnd status = await _program.RunAsync("power", "status", "--bench", "desk1", "--json");

            Assert.True(check.ExitCode == 0, check.Error);
            Assert.Equal(64, nameless.ExitCode);
            Assert.Contains("name its board with --dut", nameless.Error, StringComparison.Ordinal);
            Assert.True(end.ExitCode == 65, end.Output + end.Error);
            Assert.Contains("[2/9] backup: PASS", end.Output, StringComparison.Ordinal);
            string[] steps = [.. File.ReadAllLines(At("steps")).Where(step => step != "power 0")];
            Assert.Equal(steps.Select((_, i) => i % 2 == 0 ? "spi 1" : "spi 0"), steps); // never power
            Assert.True(steps.Length % 2 == 0 && steps.Length > 0, "the chip was left connected, or never was");
            Assert.Contains("\"state\":\"Off\"", status.Output, StringComparison.Ordinal);
        }
        finally
        {
            terminal.StandardInput.Close();
            await terminal.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_job_that_is_killed_over_virtual_USB_goes_on_there_to_the_same_end()
    {
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed");
        ForeignJudges.Require();
        using Process terminal = StartTerminal();
        try
        {
            string tty = (await terminal.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
            await using VirtualUsb usb = await VirtualUsb.StartAsync("ch341a", "W25Q64", 8 << 20);
            foreach ((string name, string value) in usb.Environment)
                _program.With(name, value);
            WriteConfig(tty, """{ "kind": "ch341a" }""");
            string[] certify = ["certify", "--bench", "desk1", "--dut", "X230-0417", "--non-interactive"];
            ProcessEnd undisturbed = await _program.RunAsync([.. certify, "--evidence", "first"]);

            ProcessEnd killed = await _program.With("FLASHBENCH_KILL_AT", "AfterSync:backup.pass:1")
                .RunAsync([.. certify, "--evidence", "second"]);
            ProcessEnd resumed = await _program.With("FLASHBENCH_KILL_AT", "").RunAsync("resume", "--bench", "desk1");

            Assert.Equal(128 + 9, killed.ExitCode);
            Assert.Contains("backup: PASS", undisturbed.Output, StringComparison.Ordinal);
            Assert.True(undisturbed.ExitCode == resumed.ExitCode, resumed.Output + resumed.Error);
            Assert.Contains("backup: PASS", resumed.Output, StringComparison.Ordinal);
            string[] types = [.. Records("second").Select(record => JournalJson.NameOf(record.Data))];
            Assert.Contains("chip.again", types);
            Assert.Equal(2, types.Count(type => type == "backup.pass") - 1); // both whole reads anew
            JournalData.Backup[] backups = [.. Records("first").Concat(Records("second"))
                .Select(record => record.Data).OfType<JournalData.Backup>()];
            Assert.Equal(backups[0].Sha256, backups[1].Sha256);
        }
        finally
        {
            terminal.StandardInput.Close();
            await terminal.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private IReadOnlyList<JournalRecord> Records(string evidence) => JournalReader.ReadStrict(File.ReadAllBytes(
        Directory.GetFiles(At(evidence), JournalWriter.FileName, SearchOption.AllDirectories).Single()));

    private string At(string name) => Path.Combine(_program.WorkingFolder, name);

    private static Process StartTerminal() => Process.Start(new ProcessStartInfo(Python, ["-c", Terminal])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private void WriteConfig(string tty, string programmer)
    {
        string Switch(string line, int level) =>
            $"[\"/bin/sh\", \"-c\", \"echo {line} {level} >> '{At("steps")}'; echo {level} > '{At(line)}'\"]";

        string Hook(string line) => $$"""
            { "kind": "hook", "on": {{Switch(line, 1)}}, "off": {{Switch(line, 0)}}, "timeoutSeconds": 20 }
            """;

        string Measure(int millis) => $$"""
            {
              "kind": "hook", "timeoutSeconds": 20,
              "command": ["/bin/sh", "-c", "read on < '{{At("power")}}'; echo $((on * {{millis}}))"]
            }
            """;

        File.WriteAllText(At("power"), "1\n");
        File.WriteAllText(At("bench-config.json"), $$"""
            {
              "version": 1,
              "benches": [{
                "id": "desk1", "dutProfile": "qemu-me8",
                "programmer": {{programmer}},
                "relays": { "power": {{Hook("power")}}, "spi": {{Hook("spi")}} },
                "powerSensor": { "rail": {{Measure(3300)}}, "supply": {{Measure(800)}} },
                "console": { "tty": { "device": "{{tty}}" }, "baud": 115200 }
              }]
            }
            """);
    }
}
