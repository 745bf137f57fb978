using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Evidence;

/// <summary>The files of a job directory.</summary>
public static class EvidenceFolder
{
    /// <summary>The report for people.</summary>
    public const string ReportName = "report.html";

    /// <summary>The result for CI systems.</summary>
    public const string JUnitName = "junit.xml";

    private const long DerivedBytesMax = 64 << 20; // report, JUnit and statement of the longest job have a tenth of it
    private const long KeyBytesMax = 64 << 10;

    /// <summary>Reads one file of a job directory, which may come from a stranger.</summary>
    /// <param name="directory">The job directory.</param>
    /// <param name="name">Name relative to it.</param>
    /// <exception cref="EvidenceException">It is missing, unreadable, no regular file, or larger than any job makes
    /// it.</exception>
    public static byte[] ReadFile(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        FileKind kind = FileKinds.Of(path);
        if (kind != FileKind.Regular)
        {
            throw new EvidenceException(name, 0, kind == FileKind.None
                ? "the file is missing"
                : "it is a folder, a pipe or a device, not a file");
        }

        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return ReadAll(file, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvidenceException(name, 0, $"the file cannot be read ({e.Message})");
        }
    }

    // A running job may append meanwhile: what was there at the start counts.
    private static byte[] ReadAll(FileStream file, string name)
    {
        if (file.Length > BytesMax(name))
            throw new EvidenceException(name, BytesMax(name), "the file is larger than any job makes it");
        byte[] bytes = new byte[file.Length];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    private static long BytesMax(string name) => name switch
    {
        JournalWriter.FileName => JournalReader.BytesMax,
        ConsoleLog.RawName => ConsoleLog.BytesMax,
        ConsoleLog.IndexName => ConsoleLog.BytesMax + (64 << 20), // lines of very short arrivals are longer than those
        StationPublicKey.FileName => KeyBytesMax,
        _ => DerivedBytesMax,
    };
}
