using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;

namespace FlashBench.Cli.Soak;

/// <summary>The folders of runs below an evidence folder.</summary>
internal static class RunFolders
{
    private const int TailBytes = 4096;

    /// <summary>True if a folder is that of a run.</summary>
    public static bool IsRun(string folder) => File.Exists(Path.Combine(folder, RunLog.FileName));

    /// <summary>True if a run is a regression; false for a soak, and for a log that is damaged.</summary>
    public static bool IsRegress(string folder)
    {
        try
        {
            return RunLog.ReadStart(folder).Regress is not null;
        }
        catch (EvidenceException)
        {
            return false;
        }
    }

    /// <summary>The run's folder, if a folder or the name of one in the evidence folder is that of a run.</summary>
    public static string? Named(string evidence, string name) =>
        new[] { name, Path.Combine(evidence, name) }.FirstOrDefault(IsRun);

    /// <summary>The folder of the run to which a job directory belongs; null if it belongs to none.</summary>
    public static string? Of(string jobDirectory) =>
        Path.GetDirectoryName(Path.GetFullPath(jobDirectory)) is { } folder && IsRun(folder) ? folder : null;

    /// <summary>The latest runs below an evidence folder, the one written last first.</summary>
    /// <param name="evidence">Evidence folder; it may be missing.</param>
    /// <param name="most">So many at most.</param>
    public static IReadOnlyList<string> Latest(string evidence, int most) => !Directory.Exists(evidence) ? [] :
    [
        .. Directory.EnumerateDirectories(evidence).Where(IsRun)
            .OrderByDescending(folder => File.GetLastWriteTimeUtc(Path.Combine(folder, RunLog.FileName)))
            .ThenBy(folder => folder, StringComparer.Ordinal).Take(most).Select(Path.GetFullPath),
    ];

    /// <summary>Runs that did not come to their end, and that no process plays now.</summary>
    public static IReadOnlyList<string> Waiting(string evidence)
    {
        if (!Directory.Exists(evidence))
            return [];
        return
        [
            .. Directory.EnumerateDirectories(evidence).Where(IsRun).Where(IsOpen)
                .Where(folder => BenchLock.OwnerOfRun(folder) is null).Order(StringComparer.Ordinal),
        ];
    }

    // By the log's last line: a folder may hold many runs, and their logs may be long. A run that was killed before its
    // first line was whole began nothing, and there is nothing to go on with.
    private static bool IsOpen(string folder)
    {
        using FileStream file = File.OpenRead(Path.Combine(folder, RunLog.FileName));
        if (!HasLine(file))
            return false;
        file.Seek(-Math.Min(TailBytes, file.Length), SeekOrigin.End);
        byte[] tail = new byte[TailBytes];
        int length = file.ReadAtLeast(tail, TailBytes, throwOnEndOfStream: false);
        string text = Encoding.UTF8.GetString(tail, 0, length);
        string last = text.TrimEnd('\n');
        last = last[(last.LastIndexOf('\n') + 1)..];
        return !(text.EndsWith('\n') && last.StartsWith("{\"type\":\"run.end\"", StringComparison.Ordinal));
    }

    private static bool HasLine(Stream log)
    {
        byte[] block = new byte[TailBytes];
        for (int read = log.Read(block); read > 0; read = log.Read(block))
        {
            if (block.AsSpan(0, read).Contains((byte)'\n'))
                return true;
        }

        return false;
    }
}
