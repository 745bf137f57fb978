namespace FlashBench.Bench.Live;

/// <summary>The file of a stream, ready for the next line.</summary>
/// <param name="Stream">Open at its end; null if it could not be opened.</param>
/// <param name="Fault">Why; null if it could.</param>
/// <param name="Seq">Number of the last event.</param>
/// <param name="Bytes">Length.</param>
/// <param name="RunLines">Lines of `run.jsonl` that stand in it, the first ones.</param>
internal sealed record EventFile(Stream? Stream, string? Fault, long Seq, long Bytes, int RunLines)
{
    /// <summary>Opens or makes it. A torn last line is cut off; a file with anything else that is no event is begun
    /// anew, since it can be derived again.</summary>
    public static EventFile Open(string path)
    {
        try
        {
            (long seq, long bytes, int runLines) = File.Exists(path) ? Survey(path) : default;
            // A reader may have the old one open: it keeps what it has.
            if (bytes == 0)
                File.Delete(path);
            var stream = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
            stream.SetLength(bytes);
            stream.Seek(0, SeekOrigin.End);
            return new EventFile(stream, null, seq, bytes, runLines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new EventFile(null, e.Message, 0, 0, 0);
        }
    }

    private static (long Seq, long Bytes, int RunLines) Survey(string path)
    {
        using var tail = new EventTail(Path.GetDirectoryName(path)!);
        long seq = 0, bytes = 0;
        int runLines = 0;
        tail.Read((happened, line) =>
        {
            seq = happened.Seq;
            bytes += line.Length + 1;
            runLines += happened is LiveEvent.RunLine ? 1 : 0;
        });
        return tail.Lost > 0 ? default : (seq, bytes, runLines);
    }
}
