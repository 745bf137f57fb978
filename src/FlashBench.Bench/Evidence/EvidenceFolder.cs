using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>The files of a job directory.</summary>
public static class EvidenceFolder
{
    /// <summary>The report for people.</summary>
    public const string ReportName = "report.html";

    /// <summary>The result for CI systems.</summary>
    public const string JUnitName = "junit.xml";

    private const long FileBytesMax = (1L << 30) + (64 << 20); // the console's limit and room for its index

    /// <summary>Reads one file of a job directory.</summary>
    /// <param name="directory">The job directory.</param>
    /// <param name="name">Name relative to it.</param>
    /// <exception cref="EvidenceException">It is missing, unreadable or larger than any job makes it.</exception>
    public static byte[] ReadFile(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        try
        {
            long length = new FileInfo(path).Length;
            return length <= FileBytesMax
                ? File.ReadAllBytes(path)
                : throw new EvidenceException(name, FileBytesMax, "the file is larger than any job makes it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvidenceException(name, 0, $"the file cannot be read ({e.Message})");
        }
    }
}
