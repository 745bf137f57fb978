using FlashBench.Bench.Journal;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Fleet;

/// <summary>A small durable file that several processes change: each change sees the one before.</summary>
internal static class GuardedFile
{
    private const int BytesMax = 1 << 20;

    // Real time on every clock: another process is at it, for the time of one sync.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Reads it.</summary>
    /// <returns>Null if it is not there.</returns>
    /// <exception cref="IOException">It cannot be read, or is none of this program's.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[]? Read(string path)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.None:
                return null;
            case FileKind.Regular when new FileInfo(path).Length <= BytesMax:
                return File.ReadAllBytes(path);
            default:
                throw new IOException("it is none of this program's files");
        }
    }

    /// <summary>Changes it; on return that survives a power cut.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">Gets what is there, null for nothing; returns what shall be, null to leave it.</param>
    /// <exception cref="JournalWriteException">It cannot be read or written, or another process does not let go.
    /// </exception>
    public static void Change(string path, Func<byte[]?, byte[]?> change)
    {
        try
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream held = Hold(path);
            if (change(Read(path)) is not { } content)
                return;
            if (content.Length > BytesMax)
                throw new IOException($"it would be larger than {BytesMax} bytes, and nobody would read it");
            DurableFile.Write(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be changed: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static FileStream Hold(string path)
    {
        FileStream? held = null;
        bool free = SpinWait.SpinUntil(
            () => (held = SlotFiles.TryHold(path + ".lock")) is not null, Longest);
        return free ? held! : throw new IOException("another process keeps it");
    }
}
