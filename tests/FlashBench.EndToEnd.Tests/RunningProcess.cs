using System.Diagnostics;
using System.Globalization;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A `flashbench` that runs, is listened to line by line, and gets signals; killed when disposed.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly CancellationTokenSource _limit;

    public RunningProcess(Process process, TimeSpan limit)
    {
        _process = process;
        _process.StandardInput.Close();
        _error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _limit.CancelAfter(limit);
    }

    public int Id => _process.Id;

    /// <summary>Every line of its standard output, to the end.</summary>
    public async IAsyncEnumerable<string> LinesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(_limit.Token) is { } line)
            yield return line;
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Nobody reads its standard output any more: what it writes now ends with EPIPE.</summary>
    public void CloseOutput() => _process.StandardOutput.Close();

    /// <summary>Sends a signal.</summary>
    /// <param name="name">As kill(1) spells it: "INT", "STOP", "CONT", "KILL".</param>
    public async Task SignalAsync(string name)
    {
        string id = Id.ToString(CultureInfo.InvariantCulture);
        using Process kill = Process.Start("kill", [$"-{name}", id]);
        await kill.WaitForExitAsync(_limit.Token);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code, and what it said on standard error.</returns>
    public async Task<(int ExitCode, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(_limit.Token);
        return (_process.ExitCode, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _limit.Dispose();
    }
}
