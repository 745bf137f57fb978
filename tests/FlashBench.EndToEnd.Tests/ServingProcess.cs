using System.Diagnostics;
using System.Globalization;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A `flashbench` that serves until it is told to stop, as a user does with Ctrl-C.</summary>
internal sealed class ServingProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;

    private ServingProcess(Process process, Task<string> error, string announcement) =>
        (_process, _error, Announcement) = (process, error, announcement);

    /// <summary>The first line that it printed.</summary>
    public string Announcement { get; }

    /// <summary>Starts it and waits for the line that says where it serves.</summary>
    public static async Task<ServingProcess> StartAsync(ProcessStartInfo start)
    {
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Limit);
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            return new ServingProcess(process, error, line ?? throw new InvalidOperationException(await error));
        }
        catch (Exception)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>The port behind a word of the announcement: "usbip", "serprog" or "control".</summary>
    public int PortOf(string word)
    {
        string[] words = Announcement.Split(' ');
        string address = words[Array.IndexOf(words, word) + 1];
        return int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Sends SIGINT and waits for the end.</summary>
    public async Task<ProcessEnd> StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(Limit);
        string output = await _process.StandardOutput.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        return new ProcessEnd(_process.ExitCode, output, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
