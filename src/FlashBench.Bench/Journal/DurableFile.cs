using System.Text;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Journal;

/// <summary>Files that are whole or absent, whatever happens meanwhile.</summary>
public static class DurableFile
{
    /// <summary>Told every file and folder of this call chain that was synced; for tests, null in ordinary runs.
    /// </summary>
    internal static AsyncLocal<Action<string>?> Synced { get; } = new();

    /// <summary>Creates a folder and what is missing above it; on return their names survive a power cut.</summary>
    /// <param name="path">Folder; nothing happens if it exists.</param>
    /// <param name="mode">Permissions of what is created; null for the user's default.</param>
    /// <exception cref="IOException">It could not be created or synced.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder above it may not be changed.</exception>
    public static void CreateDirectory(string path, UnixFileMode? mode = null)
    {
        var missing = new Stack<string>();
        string? at = Path.GetFullPath(path);
        for (; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            missing.Push(at);
        foreach (string directory in missing)
        {
            DiskFaults.ChangeName(directory);
            if (mode is { } permissions)
                Directory.CreateDirectory(directory, permissions);
            else
                Directory.CreateDirectory(directory);
            SyncDirectory(Path.GetDirectoryName(directory)!); // the root always exists
        }
    }

    /// <summary>Syncs a file that is there already, and its name, as if it had just been written.</summary>
    /// <param name="path">File; its content is not changed.</param>
    /// <exception cref="IOException">It could not be synced.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void SyncExisting(string path)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0))
            DiskFaults.Sync(file);
        Synced.Value?.Invoke(path);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Syncs the names in a folder.</summary>
    /// <param name="path">Folder.</param>
    /// <exception cref="IOException">It could not be synced.</exception>
    public static void SyncDirectory(string path)
    {
        DiskFaults.SyncName(path);
        DirectorySync.Flush(path);
        Synced.Value?.Invoke(path);
    }

    /// <summary>Takes a file away; on return that survives a power cut.</summary>
    /// <param name="path">File; nothing happens if it is not there.</param>
    /// <exception cref="IOException">It could not be deleted, or that could not be synced.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder may not be changed.</exception>
    public static void Delete(string path)
    {
        if (!File.Exists(path))
            return;
        DiskFaults.TakeName(path);
        File.Delete(path);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Writes a file so that after a crash either the old or the new content is there, never a part.</summary>
    /// <param name="path">Where; an existing file is replaced.</param>
    /// <param name="content">The new content.</param>
    /// <param name="ownerOnly">True for mode 0600.</param>
    /// <exception cref="IOException">It could not be written; the old file is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool ownerOnly = false)
    {
        using StagedFile file = StagedFile.Write(path, content, ownerOnly);
        file.Publish();
    }

    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte}, bool)"/>
    public static void WriteText(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));
}
