using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace FlashBench.EndToEnd.Tests;

/// <summary>`console` in a terminal that another program makes (util-linux's script).</summary>
public sealed class ConsoleTests : IDisposable
{
    private const char CtrlC = '\u0003', ExitKey = '\u001d';

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly FlashBenchProcess _flashbench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ctrl_C_is_a_key_like_others_and_the_exit_key_leaves()
    {
        using Process terminal = StartInTerminal("console --bench me8");
        try
        {
            string head = await UntilAsync(terminal, "Ctrl-] leaves");
            await terminal.StandardInput.WriteAsync($"ls\r{CtrlC}");
            await terminal.StandardInput.FlushAsync(Cancel);
            await Task.Delay(1500, Cancel);
            bool goesOn = !terminal.HasExited;
            await terminal.StandardInput.WriteAsync(ExitKey);
            await terminal.StandardInput.FlushAsync(Cancel);
            string rest = await terminal.StandardOutput.ReadToEndAsync(Cancel).WaitAsync(Limit, Cancel);
            await terminal.WaitForExitAsync(Cancel).WaitAsync(Limit, Cancel);

            Assert.True(goesOn, rest);
            Assert.Contains("virtual console of bench me8 (simulated)", head, StringComparison.Ordinal);
            Assert.Contains("Keys go to the board", head, StringComparison.Ordinal);
            Assert.Contains("flashbench: left.", rest, StringComparison.Ordinal);
            Assert.Equal(0, terminal.ExitCode);
        }
        finally
        {
            if (!terminal.HasExited)
                terminal.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Without_a_terminal_it_watches_for_as_long_as_it_is_told()
    {
        ProcessEnd end = await _flashbench.RunAsync("console", "--bench", "me8", "--seconds", "1", "--json");

        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.EndsWith(
            "{\"event\":\"closed\",\"reason\":\"the time is over\",\"bytes\":0,\"overruns\":0,\"framingErrors\":0,"
            + "\"parityErrors\":0}\n", end.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _flashbench.Dispose();

    private Process StartInTerminal(string arguments)
    {
        (string name, string[] first) = FlashBenchProcess.Program;
        string command = string.Join(' ', [name, .. first, arguments]);
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = _flashbench.WorkingFolder,
        };
        start.Environment["XDG_STATE_HOME"] = _flashbench.StateFolder;
        start.Environment["XDG_DATA_HOME"] = _flashbench.DataFolder;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("script (util-linux) is not installed: there is no terminal");
            throw;
        }
    }

    private static async Task<string> UntilAsync(Process process, string expected)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        while (!text.ToString().Contains(expected, StringComparison.Ordinal))
        {
            int count = await process.StandardOutput.ReadAsync(buffer, Cancel).AsTask().WaitAsync(Limit, Cancel);
            Assert.True(count > 0, $"it ended: {text}");
            text.Append(buffer, 0, count);
        }

        return text.ToString();
    }
}
