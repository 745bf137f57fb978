using System.Globalization;
using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Firmware;

namespace FlashBench.Bench.Programming;

/// <summary>A layout file as flashrom reads it: one "start:end name" a line, hexadecimal, end included.</summary>
public static class LayoutFile
{
    private const int BytesMax = 64 * 1024, LinesMax = 256, NameLengthMax = 64;

    /// <summary>Reads a layout file.</summary>
    /// <param name="path">The file; messages name it as given here.</param>
    /// <exception cref="ConfigException">It is missing, unreadable or too large.</exception>
    /// <exception cref="FlashRefusedException">As <see cref="Parse"/>.</exception>
    public static IReadOnlyDictionary<string, FlashRange> Load(string path) =>
        Parse(Encoding.UTF8.GetString(BoundedFile.Read(path, BytesMax)), path);

    /// <summary>Reads a layout.</summary>
    /// <param name="text">The file. Blank lines and lines that begin with # are skipped.</param>
    /// <param name="name">What messages call it.</param>
    /// <returns>Named ranges, in the order of the file; names are unique.</returns>
    /// <exception cref="FlashRefusedException">A line is no range, or a name comes twice; the message names the line.
    /// </exception>
    public static IReadOnlyDictionary<string, FlashRange> Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ranges = new Dictionary<string, FlashRange>(StringComparer.OrdinalIgnoreCase);
        string[] lines = text.Split('\n');
        if (lines.Length > LinesMax)
            throw new FlashRefusedException($"{name} has more than {LinesMax} lines");
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2 || words[1].Length > NameLengthMax || ParseRange(words[0]) is not { } range)
            {
                throw new FlashRefusedException(
                    $"{name}, line {i + 1}: no \"start:end name\" with start and end in hexadecimal");
            }

            if (!ranges.TryAdd(words[1], range))
                throw new FlashRefusedException($"{name}, line {i + 1}: the region {words[1]} comes twice");
        }

        return ranges;
    }

    /// <summary>Reads "start:end" or "start-end" with both ends included, hexadecimal with or without 0x.</summary>
    /// <returns>Null if the text is no range, or its end lies before its start.</returns>
    public static FlashRange? ParseRange(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] ends = text.Split((char[])[':', '-']);
        return ends.Length == 2 && Hex(ends[0]) is { } start && Hex(ends[1]) is { } last && last >= start
            ? new FlashRange(start, last + 1L)
            : null;
    }

    private static uint? Hex(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            ? value
            : null;
    }
}
