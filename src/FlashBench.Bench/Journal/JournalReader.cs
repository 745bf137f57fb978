namespace FlashBench.Bench.Journal;

/// <summary>Reads journals: strictly for evidence, tolerantly for the state of an interrupted job.</summary>
public static class JournalReader
{
    /// <summary>Largest journal that is read, in bytes; a 130-minute watch of many boots stays far below.</summary>
    public const int BytesMax = 512 << 20;

    /// <summary>Longest line that is read, in bytes; the plan of a large image has some ten thousand.</summary>
    public const int LineBytesMax = 16 << 20;

    /// <summary>The fault of a last line that a crash has torn, or that is being written.</summary>
    public const string NoLineEnd = "has no line end";

    /// <summary>Reads a whole journal and checks every link of its chain.</summary>
    /// <param name="journal">The file's bytes.</param>
    /// <exception cref="EvidenceException">A record is damaged, missing, out of order, or torn.</exception>
    public static IReadOnlyList<JournalRecord> ReadStrict(ReadOnlyMemory<byte> journal)
    {
        IReadOnlyList<JournalRecord> records = ReadPrefix(journal, out long end, out string fault);
        return end == journal.Length ? records : throw Fault(end, records, fault);
    }

    /// <summary>Reads a whole journal line by line and checks every link of its chain; memory is that of the records
    /// and of one line.</summary>
    /// <param name="journal">The file, from here to its end.</param>
    /// <param name="line">Called with the bytes of every sound line, in order.</param>
    /// <exception cref="EvidenceException">A record is damaged, missing, out of order, or torn; or the file cannot be
    /// read.</exception>
    public static IReadOnlyList<JournalRecord> ReadStrict(Stream journal, Action<ReadOnlySpan<byte>> line)
    {
        var chain = new JournalChain();
        var lines = new JournalLines(journal);
        long end = 0;
        while (lines.Next() is { IsEmpty: false } next)
        {
            string fault = next.Span[^1] == '\n' ? chain.Add(next) : Unfinished(next.Length);
            if (fault.Length > 0)
                throw Fault(end, chain.Records, fault);
            line(next.Span);
            end += next.Length;
        }

        return chain.Records;
    }

    /// <summary>Reads the sound records at the start of a journal, which a crash may have cut.</summary>
    /// <param name="journal">The file's bytes.</param>
    /// <param name="end">Byte offset behind the last sound record.</param>
    /// <param name="fault">What is wrong at <paramref name="end"/>; empty if the file ends there.</param>
    public static IReadOnlyList<JournalRecord> ReadPrefix(
        ReadOnlyMemory<byte> journal, out long end, out string fault)
    {
        var chain = new JournalChain();
        int at = 0;
        fault = "";
        while (at < journal.Length)
        {
            int length = journal.Span[at..].IndexOf((byte)'\n');
            fault = length >= 0 ? chain.Add(journal.Slice(at, length + 1)) : Unfinished(journal.Length - at);
            if (fault.Length > 0)
                break;
            at += length + 1;
        }

        end = at;
        return chain.Records;
    }

    private static string Unfinished(int length) => length > LineBytesMax ? JournalChain.NoRecord : NoLineEnd;

    private static EvidenceException Fault(long end, IReadOnlyList<JournalRecord> records, string fault) =>
        new(JournalWriter.FileName, end, $"record {records.Count} {fault}");
}
