namespace FlashBench.Bench.Journal;

/// <summary>A piece of the disk that is kept free for the moment when it is full: given back, it lets a job still say
/// why it ended.</summary>
/// <param name="path">A file beside the job directories; all jobs of the folder share it.</param>
public sealed class DiskReserve(string path)
{
    /// <summary>Name of the file in the evidence folder.</summary>
    public const string FileName = ".reserve";

    /// <summary>How much is kept, in bytes: a hundred times what the last records of a job need.</summary>
    public const long Bytes = 1 << 20;

    private const int NoSpace = 28; // errno ENOSPC, as .NET reports it

    /// <summary>Takes the reserve unless it is there.</summary>
    /// <exception cref="IOException">The disk has no room for it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Take()
    {
        if (File.Exists(path) && new FileInfo(path).Length == Bytes)
            return;
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            PreallocationSize = Bytes,
        });
        file.SetLength(Bytes);
        file.Flush(flushToDisk: true);
    }

    /// <summary>True if this is what a full disk reports.</summary>
    public static bool IsNoSpace(Exception fault) => fault is IOException { HResult: NoSpace };

    /// <summary>Gives it back to the disk.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Release()
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        DiskFaults.GiveBack(Bytes);
    }
}
