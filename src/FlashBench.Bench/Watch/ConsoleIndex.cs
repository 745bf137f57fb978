using System.Buffers.Text;

namespace FlashBench.Bench.Watch;

/// <summary>The lines of a console's time index: "microseconds length", one per arrival.</summary>
internal static class ConsoleIndex
{
    private const int DigitsMax = 18; // never more than a long holds

    /// <summary>Reads the first line of a piece of the index.</summary>
    /// <returns>Its length with line end, and what it says; null if no sound line begins here.</returns>
    public static (int Bytes, (long AtUs, long Length) Line)? Read(ReadOnlySpan<byte> lines)
    {
        if (Number(lines, out long atUs) is not (> 0 and var space) || Next(lines, space) != ' '
            || Number(lines[(space + 1)..], out long length) is not (> 0 and var digits)
            || Next(lines, space + 1 + digits) != '\n')
        {
            return null;
        }

        return (space + digits + 2, (atUs, length));
    }

    private static int Next(ReadOnlySpan<byte> lines, int at) => at < lines.Length ? lines[at] : -1;

    // Digits as they are written: no sign, no leading zero.
    private static int Number(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || !char.IsAsciiDigit((char)text[0]) || !Utf8Parser.TryParse(text, out value, out int digits))
            return 0;
        return digits <= DigitsMax && (digits == 1 || text[0] != '0') ? digits : 0;
    }
}
