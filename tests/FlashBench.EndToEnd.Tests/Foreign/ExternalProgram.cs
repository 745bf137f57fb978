using System.Diagnostics;

namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>A program that is not ours, run to its end under a time limit, with a bare environment.</summary>
internal static class ExternalProgram
{
    /// <summary>Runs it; standard input is closed.</summary>
    /// <param name="program">Path of the executable.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Added to PATH, LANG, TMPDIR and what .NET needs.</param>
    /// <param name="limit">After this long it is killed with its children.</param>
    /// <exception cref="TimeoutException">It took longer; the message holds what it had said by then.</exception>
    public static async Task<ProcessEnd> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        TimeSpan limit)
    {
        using Process process = Process.Start(StartInfo(program, arguments, environment))!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} took longer than {limit}:\n{await output}{await error}");
        }

        return new ProcessEnd(process.ExitCode, await output, await error);
    }

    /// <summary>Describes a start with redirected streams and a bare environment.</summary>
    public static ProcessStartInfo StartInfo(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => !IsNeeded(name)).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return start;
    }

    private static bool IsNeeded(string name) =>
        name is "PATH" or "LANG" or "TMPDIR" || name.StartsWith("DOTNET_", StringComparison.Ordinal);
}
