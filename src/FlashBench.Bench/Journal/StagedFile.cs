namespace FlashBench.Bench.Journal;

/// <summary>New content of a file, on disk beside it and not yet under its name. Disposing takes it away again unless
/// it was published.</summary>
public sealed class StagedFile : IDisposable
{
    private readonly string _temporary;

    private StagedFile(string path, string temporary) => (Path, _temporary) = (path, temporary);

    /// <summary>The name that the content is for.</summary>
    public string Path { get; }

    /// <summary>Writes and syncs the content.</summary>
    /// <param name="path">The name that it is for, in the same folder.</param>
    /// <param name="content">The new content.</param>
    /// <param name="ownerOnly">True for mode 0600.</param>
    /// <exception cref="IOException">It could not be written; nothing is left of it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be changed.</exception>
    public static StagedFile Write(string path, ReadOnlySpan<byte> content, bool ownerOnly = false)
    {
        string temporary = System.IO.Path.Combine(
            FolderOf(path), $".{System.IO.Path.GetFileName(path)}.{System.IO.Path.GetRandomFileName()}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            PreallocationSize = content.Length, // a full disk is known at once, and the blocks are found in one go
        };
        if (ownerOnly)
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var staged = new StagedFile(path, temporary);
        try
        {
            DiskFaults.ChangeName(path);
            using var file = new FileStream(temporary, options);
            DiskFaults.Write(file, content);
            DiskFaults.Sync(file);
            return staged;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    /// <summary>Puts the content under its name; on return that survives a power cut.</summary>
    /// <exception cref="IOException">It could not be done; the old file is untouched, or its new name not synced.
    /// </exception>
    public void Publish()
    {
        DiskFaults.ChangeName(Path);
        File.Move(_temporary, Path, overwrite: true);
        DurableFile.Synced.Value?.Invoke(Path);
        DurableFile.SyncDirectory(FolderOf(Path));
    }

    /// <summary>Removes what was not published.</summary>
    public void Dispose()
    {
        if (File.Exists(_temporary))
            File.Delete(_temporary);
    }

    private static string FolderOf(string path) => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
}
