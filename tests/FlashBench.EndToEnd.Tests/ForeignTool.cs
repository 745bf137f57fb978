using System.ComponentModel;
using System.Diagnostics;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A program of somebody else as a judge. Tests skip, saying so, where it is not installed.</summary>
internal static class ForeignTool
{
    /// <summary>Runs it to its end, both outputs together; kills it with its children at the limit.</summary>
    /// <param name="name">Program, on PATH or in the folders of the system's administrator.</param>
    /// <param name="limit">What it may take.</param>
    /// <param name="args">Arguments.</param>
    public static async Task<(int ExitCode, string Text)> RunAsync(string name, TimeSpan limit, params string[] args)
    {
        using Process process = Start(name, args);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        over.CancelAfter(limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(over.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(over.Token);
            await process.WaitForExitAsync(over.Token);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} {string.Join(' ', args)} took longer than {limit}");
        }
    }

    private static Process Start(string name, string[] args)
    {
        string file = File.Exists($"/usr/sbin/{name}") ? $"/usr/sbin/{name}" : name;
        var start = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{name} is not installed");
            throw;
        }
    }
}
