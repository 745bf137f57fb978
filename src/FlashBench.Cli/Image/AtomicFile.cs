namespace FlashBench.Cli.Image;

/// <summary>Writes a file so that its name shows either the old content or all of the new one.</summary>
internal static class AtomicFile
{
    /// <summary>Writes <paramref name="content"/>; when this returns, it is on disk under <paramref name="path"/>.
    /// </summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="content">All of its new bytes.</param>
    /// <exception cref="CommandFailure">It cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        // In the same folder: a rename across file systems would not be atomic.
        string full = Path.GetFullPath(path);
        string partial = $"{full}.{Environment.ProcessId}.partial";
        try
        {
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, full, overwrite: true);
        }
        catch (UnauthorizedAccessException)
        {
            Discard(partial);
            throw new CommandFailure(
                Directory.Exists(full) ? ExitCode.CannotWrite : ExitCode.Permission, $"{path}: cannot be written here");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailure(ExitCode.CannotWrite, $"{path}: no file can be made in that folder");
        }
        catch (IOException failure)
        {
            Discard(partial);
            throw new CommandFailure(
                ExitCode.CannotWrite, $"{path}: cannot be written ({failure.Message.TrimEnd('.')})");
        }
    }

    private static void Discard(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The folder is unusable; the failure that led here says so.
        }
    }
}
