using System.Text;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Host;

/// <summary>Small files of a host (sysfs, procfs, /etc, /run) below a root folder, read within bounds.</summary>
/// <remarks>
/// What is missing, unreadable or no regular file reads as null or empty: whoever judges says what that means. Text is
/// cut, lists are cut, links are followed by hand and inside the root only, so that neither a huge file nor a loop of
/// links keeps a reader busy.
/// </remarks>
/// <param name="root">Folder that stands for "/".</param>
public sealed class HostTree(string root = "/")
{
    /// <summary>Names that are read of one folder.</summary>
    public const int NamesMax = 4096;

    /// <summary>Bytes that are read of one file unless the caller says otherwise.</summary>
    public const int TextMax = 4096;

    private const int LinksMax = 40; // as the kernel's own limit, path_resolution(7)

    /// <summary>Where a path of the host lies on this machine.</summary>
    /// <param name="path">Absolute path on the host.</param>
    public string PathOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.Join(root, path.TrimStart('/'));
    }

    /// <summary>True if something is there, links followed.</summary>
    public bool Has(string path) => Real(path) is { } real && FileKinds.Of(PathOf(real)) != FileKind.None;

    /// <summary>Text of a regular file, cut at <paramref name="bytesMax"/>, bytes that are no UTF-8 replaced.</summary>
    /// <returns>Null if there is no such file or it cannot be read.</returns>
    public string? Text(string path, int bytesMax = TextMax)
    {
        if (Real(path) is not { } real || FileKinds.Of(PathOf(real)) != FileKind.Regular)
            return null;
        try
        {
            using FileStream file = File.OpenRead(PathOf(real));
            byte[] buffer = new byte[bytesMax];
            int length = file.ReadAtLeast(buffer, bytesMax, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>First line of a small file without its end and without characters that steer a terminal.</summary>
    /// <returns>Null if there is no such file; empty if it is empty.</returns>
    public string? Line(string path)
    {
        string? text = Text(path);
        if (text is null)
            return null;
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        string line = (end < 0 ? text : text[..end]).Trim();
        return string.Concat(line.Take(256).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }

    /// <summary>Names in a folder, sorted; empty if there is none.</summary>
    public IReadOnlyList<string> Names(string folder)
    {
        if (Real(folder) is not { } real)
            return [];
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(PathOf(real)).Take(NamesMax).Select(Path.GetFileName)
                    .OfType<string>().Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What a link says, as it says it; null if the path is no link.</summary>
    public string? Link(string path)
    {
        try
        {
            return new FileInfo(PathOf(path)).LinkTarget;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The path without links; its last part need not exist.</summary>
    /// <returns>Null if the links go in a circle.</returns>
    public string? Real(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var ahead = new Stack<string>(Parts(path).Reverse());
        var behind = new List<string>();
        int links = 0;
        while (ahead.TryPop(out string? part))
        {
            if (part == "..")
            {
                if (behind.Count > 0)
                    behind.RemoveAt(behind.Count - 1);
                continue;
            }

            behind.Add(part);
            if (Link("/" + string.Join('/', behind)) is not { } target)
                continue;
            if (++links > LinksMax)
                return null;
            behind.RemoveAt(behind.Count - 1);
            if (target is ['/', ..])
                behind.Clear();
            foreach (string next in Parts(target).Reverse())
                ahead.Push(next);
        }

        return "/" + string.Join('/', behind);
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
