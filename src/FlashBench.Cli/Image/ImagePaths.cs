using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>The files that a list of files and folders means.</summary>
internal static class ImagePaths
{
    private const int DepthMax = 64; // folders within folders; more is a loop of mounts

    /// <summary>Every named file, and every entry below every named folder that is no folder, sorted within its
    /// folder.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <returns>Paths that begin as they were given. What cannot be opened, or is no file, is there too: the one who
    /// reads it says why not. Links to folders are not followed.</returns>
    public static IEnumerable<string> Expand(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            if (FileKinds.Of(path) == FileKind.Folder)
            {
                foreach (string file in Below(path, DepthMax))
                    yield return file;
            }
            else
            {
                yield return path;
            }
        }
    }

    private static IEnumerable<string> Below(string folder, int depth)
    {
        if (depth == 0 || Entries(folder) is not { } entries)
        {
            yield return folder; // reading it will say that it is no image
            yield break;
        }

        foreach (string entry in entries)
        {
            if (FileKinds.Of(entry) != FileKind.Folder)
            {
                yield return entry;
            }
            else if (new FileInfo(entry).LinkTarget is null)
            {
                foreach (string file in Below(entry, depth - 1))
                    yield return file;
            }
        }
    }

    private static string[]? Entries(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal)];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
