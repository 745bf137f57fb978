using System.Globalization;
using FlashBench.Firmware;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>A folder that `image split` wrote: a file for each part, and layout.txt, which says where each lies.
/// </summary>
/// <remarks>The layout is flashrom's: first and last byte in hex, and a name. It is as foreign as any other file.
/// </remarks>
internal static class SplitFolder
{
    /// <summary>Name of the layout file.</summary>
    public const string LayoutName = "layout.txt";

    private const int PartsMax = 256, LayoutLengthMax = 64 * 1024;
    private const long ImageLengthMax = 64 * 1024 * 1024;

    /// <summary>Reads all parts back into one image.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CommandFailure">The layout is damaged, has a hole or an overlap, or a part is missing or has
    /// another length.</exception>
    public static byte[] Join(string folder)
    {
        string layout = Path.Combine(folder, LayoutName);
        Part[] parts = ReadLayout(layout);
        byte[] image = new byte[parts[^1].Range.End];
        foreach (Part part in parts)
        {
            byte[] content = ImageFile.Load(Path.Combine(folder, part.FileName)).Bytes;
            if (content.Length != part.Range.Length)
            {
                throw Broken(Path.Combine(folder, part.FileName),
                    $"has {content.Length:N0} bytes, but {LayoutName} says {part.Range.Length:N0}");
            }

            content.CopyTo(image, part.Range.Start);
        }

        string[] known = [LayoutName, .. parts.Select(p => p.FileName)];
        string? surplus = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName)
            .Order(StringComparer.Ordinal).FirstOrDefault(name => !known.Contains(name));
        return surplus is null ? image : throw Broken(Path.Combine(folder, surplus), $"is not in {LayoutName}");
    }

    private static Part[] ReadLayout(string path)
    {
        if (FileKinds.Of(path) != FileKind.Regular || new FileInfo(path).Length > LayoutLengthMax)
            throw Broken(path, "is missing, or is no layout");
        string[] lines = [.. File.ReadAllLines(path).Where(line => line.Length > 0)];
        if (lines.Length is 0 or > PartsMax)
            throw Broken(path, $"has {lines.Length} parts; 1 to {PartsMax} are possible");

        var parts = new Part[lines.Length];
        long end = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            parts[i] = Parse(lines[i]) ?? throw Broken(path, $"line {i + 1} is not \"first:last name\"");
            if (parts[i].Range.Start != end)
                throw Broken(path, $"line {i + 1} begins at 0x{parts[i].Range.Start:X}, and should at 0x{end:X}");
            end = parts[i].Range.End;
        }

        return parts.DistinctBy(p => p.FileName).Count() == parts.Length
            ? parts
            : throw Broken(path, "names one part twice");
    }

    private static Part? Parse(string line)
    {
        string[] words = line.Split(' ');
        string[] bounds = words[0].Split(':');
        bool isSound = words.Length == 2 && bounds.Length == 2 && IsPlainName(words[1]);
        return isSound && TryHex(bounds[0], out long first) && TryHex(bounds[1], out long last) && first <= last &&
            last < ImageLengthMax
                ? new Part(new FlashRange(first, last + 1), words[1] + ".bin")
                : null;
    }

    private static bool TryHex(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;

    // A name from a file must not lead out of the folder.
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static CommandFailure Broken(string path, string reason) => new(ExitCodes.BadInput, $"{path}: {reason}");

    private sealed record Part(FlashRange Range, string FileName);
}
