using FlashBench.Bench.Journal;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Output;

/// <summary>Writes a file that the operator asked for: whole, or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes <paramref name="content"/>; on return it is on disk under <paramref name="path"/>.</summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="content">All of its new bytes.</param>
    /// <exception cref="CommandFailure">It cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, byte[] content) => WriteAll((path, content));

    /// <summary>Finds out whether a file could be written, before work begins whose result goes there.</summary>
    /// <exception cref="CommandFailure">It could not.</exception>
    public static void Try(string path) => Explained(path, () => Stage(path, [])).Dispose();

    /// <summary>Writes several files that belong together: all of them, or none.</summary>
    /// <param name="files">Paths with their new bytes; those without a path or without bytes are left out.</param>
    /// <exception cref="CommandFailure">One cannot be written; what was there before is untouched.</exception>
    public static void WriteAll(params IReadOnlyList<(string? Path, byte[]? Content)> files)
    {
        var staged = new List<StagedFile>();
        try
        {
            foreach ((string? path, byte[]? content) in files)
            {
                if (path is not null && content is not null)
                    staged.Add(Explained(path, () => Stage(path, content)));
            }

            foreach (StagedFile file in staged)
                Explained(file.Path, () => Publish(file));
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
        }
    }

    // A new file would take the place of a link, such as /dev/stdout, for everyone who uses it.
    private static StagedFile Stage(string path, byte[] content) => new FileInfo(path).LinkTarget is not null
        ? throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: is a link; name the file itself")
        : FileKinds.Of(path) is FileKind.None or FileKind.Regular
            ? StagedFile.Write(path, content)
            : throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: is there and is no ordinary file");

    private static StagedFile Publish(StagedFile file)
    {
        file.Publish();
        return file;
    }

    private static T Explained<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Permission, $"{path}: may not be written");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: no file can be made in that folder");
        }
        catch (IOException failure)
        {
            throw new CommandFailure(ExitCodes.CannotWrite,
                $"{path}: cannot be written ({failure.Message.TrimEnd('.')})");
        }
    }
}
