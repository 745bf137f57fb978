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
        using FileStream file = Open(directory, name);
        byte[] bytes = new byte[file.Length]; // a running job may append: what was there at the start counts
        int length = Fill(file, bytes, name);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Opens one file of a job directory, which may come from a stranger.</summary>
    /// <inheritdoc cref="ReadFile"/>
    public static FileStream Open(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        FileKind kind = FileKinds.Of(path);
        if (kind != FileKind.Regular)
        {
            throw new EvidenceException(name, 0, kind == FileKind.None
                ? "the file is missing"
                : "it is a folder, a pipe or a device, not a file");
        }

        FileStream? file = null;
        try
        {
            file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > BytesMax(name))
                throw new EvidenceException(name, BytesMax(name), "the file is larger than any job makes it");
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EvidenceException)
        {
            file?.Dispose();
            throw e as EvidenceException ?? Unreadable(name, e);
        }
    }

    /// <summary>Reads as many bytes as there are, up to the length of <paramref name="buffer"/>.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="EvidenceException">The file cannot be read.</exception>
    internal static int Fill(Stream file, Span<byte> buffer, string name)
    {
        try
        {
            return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (IOException e)
        {
            throw Unreadable(name, e);
        }
    }

    private static EvidenceException Unreadable(string name, Exception e) =>
        new(name, 0, $"the file cannot be read ({e.Message})");

    private static long BytesMax(string name) => name switch
    {
        JournalWriter.FileName => JournalReader.BytesMax,
        ConsoleLog.RawName => ConsoleLog.BytesMax,
        ConsoleLog.IndexName => ConsoleLog.BytesMax + (64 << 20), // lines of very short arrivals are longer than those
        StationPublicKey.FileName => KeyBytesMax,
        _ => DerivedBytesMax,
    };
}
