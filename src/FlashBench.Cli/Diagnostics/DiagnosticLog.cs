using System.Globalization;
using Serilog;
using Serilog.Core;

namespace FlashBench.Cli.Diagnostics;

/// <summary>The rolling diagnostic log of one process, for whoever repairs a bench or this program.</summary>
/// <remarks>
/// It holds addresses, hashes, times and stack traces, never image bytes, console bytes or keys. It is no evidence:
/// when it cannot be written, the job goes on and the operator reads one warning.
/// </remarks>
public sealed class DiagnosticLog : IDisposable
{
    private const long FileBytesMax = 2 << 20;
    private const int FilesMax = 10;
    private const string Line =
        "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} [{Level:u3}] {Process} {Message:lj}{NewLine}{Exception}";

    private readonly Logger? _logger;

    private DiagnosticLog(Logger? logger, string? warning)
    {
        _logger = logger;
        Warning = warning;
    }

    /// <summary>Where to log to; silent when the log could not be opened.</summary>
    public ILogger Log => _logger ?? Logger.None;

    /// <summary>Why there is no log, as a sentence for the operator; null when there is one.</summary>
    public string? Warning { get; }

    /// <summary>Opens the log of this process in <paramref name="folder"/>, which is made if it is not there.</summary>
    /// <param name="folder">Absolute; holds at most ten files of 2 MiB each.</param>
    public static DiagnosticLog Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            ProveWritable(folder);
            return new DiagnosticLog(Open(folder), warning: null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new DiagnosticLog(null, $"no diagnostic log: {fault.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Writes an unexpected exception to the log.</summary>
    /// <returns>Half a sentence that tells where the details are.</returns>
    public static string Keep(string folder, Exception bug)
    {
        using DiagnosticLog log = Create(folder);
        log.Log.Fatal(bug, "Unexpected exception");
        return log.Warning ?? $"the details are in the diagnostic log in {folder}";
    }

    /// <summary>Writes what is pending and closes the file.</summary>
    public void Dispose() => _logger?.Dispose();

    private static Logger Open(string folder) => new LoggerConfiguration()
        .MinimumLevel.Debug()
        .Enrich.WithProperty("Process", Environment.ProcessId)
        .WriteTo.File(
            Path.Combine(folder, "flashbench-.log"),
            outputTemplate: Line,
            formatProvider: CultureInfo.InvariantCulture,
            rollingInterval: RollingInterval.Day,
            fileSizeLimitBytes: FileBytesMax,
            rollOnFileSizeLimit: true,
            retainedFileCountLimit: FilesMax,
            shared: true) // several processes of one user log at once
        .CreateLogger();

    // The log opens its file at the first line and keeps quiet about failure; here failure still has a reader.
    private static void ProveWritable(string folder)
    {
        string probe = Path.Combine(folder, $".probe-{Environment.ProcessId}");
        File.WriteAllBytes(probe, []);
        File.Delete(probe);
    }
}
