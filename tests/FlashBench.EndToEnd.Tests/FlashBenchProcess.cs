using System.Diagnostics;

namespace FlashBench.EndToEnd.Tests;

/// <summary>One run of the built program in a process of its own, with folders of its own.</summary>
/// <remarks>
/// Standard input is closed, the environment is bare but for what .NET needs, and a run that takes longer than its
/// limit is killed with its children and fails the test.
/// </remarks>
internal sealed class FlashBenchProcess : IDisposable
{
    // The published program; scripts/test sets it. Without it the tests run what was built beside them.
    private static readonly string? Shipped = Environment.GetEnvironmentVariable("FLASHBENCH_PROGRAM");

    private readonly Dictionary<string, string> _environment = [];

    /// <summary>What is started, and the arguments that come before those of `flashbench`.</summary>
    public static (string Name, string[] First) Program => Shipped is { Length: > 0 }
        ? (Shipped, [])
        : ("dotnet", [Path.Combine(AppContext.BaseDirectory, "flashbench.dll")]);

    public FlashBenchProcess()
    {
        Folder = Directory.CreateTempSubdirectory("flashbench-e2e-").FullName;
        WorkingFolder = Path.Combine(Folder, "work");
        Directory.CreateDirectory(WorkingFolder);
        _environment["HOME"] = Path.Combine(Folder, "home");
        _environment["XDG_DATA_HOME"] = DataFolder;
        _environment["XDG_STATE_HOME"] = StateFolder;
    }

    /// <summary>How long one command may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Everything of this run lies below it; gone with this object.</summary>
    public string Folder { get; }

    /// <summary>The program's working folder; empty at first.</summary>
    public string WorkingFolder { get; }

    /// <summary>XDG_DATA_HOME of the program.</summary>
    public string DataFolder => Path.Combine(Folder, "data");

    /// <summary>XDG_STATE_HOME of the program.</summary>
    public string StateFolder => Path.Combine(Folder, "state");

    /// <summary>Sets a variable of the program's environment.</summary>
    public FlashBenchProcess With(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    /// <summary>Runs `flashbench` with these arguments to its end.</summary>
    public async Task<ProcessEnd> RunAsync(params string[] args)
    {
        using Process process = Process.Start(StartInfo(args))!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProcessEnd(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"flashbench {string.Join(' ', args)} took longer than {Limit}");
        }
    }

    /// <summary>Starts `flashbench` with these arguments; its input is closed and its output is read by the caller,
    /// who disposes it.</summary>
    public RunningProcess Start(params string[] args) => new(Process.Start(StartInfo(args))!, Limit);

    /// <summary>Starts `flashbench` with these arguments and waits until it says where it serves.</summary>
    public Task<ServingProcess> ServeAsync(params string[] args) => ServingProcess.StartAsync(StartInfo(args));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private ProcessStartInfo StartInfo(string[] args)
    {
        ProcessStartInfo start = new(Program.Name, [.. Program.First, .. args]);
        start.WorkingDirectory = WorkingFolder;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (string name in start.Environment.Keys.Where(name => !IsNeeded(name)).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in _environment)
            start.Environment[name] = value;
        return start;
    }

    private static bool IsNeeded(string name) =>
        name is "PATH" or "LANG" or "TMPDIR" || name.StartsWith("DOTNET_", StringComparison.Ordinal);
}

/// <summary>How a process ended and what it said.</summary>
internal sealed record ProcessEnd(int ExitCode, string Output, string Error);
