using System.Buffers;
using System.Text;

namespace FlashBench.Firmware.States;

/// <summary>Takes off what programs put around a line: colours, log levels, time stamps.</summary>
internal static class MeLineText
{
    private static readonly SearchValues<char> TimeStamp = SearchValues.Create("0123456789.:-+TZ,");

    /// <summary>The line without them.</summary>
    public static string Bare(string raw)
    {
        string text = raw.Contains('\x1B', StringComparison.Ordinal) ? WithoutEscapes(raw) : raw;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        for (int i = 0; i < 3 && Prefix(rest) is > 0 and var length; i++) // e.g. time, level, time
            rest = rest[length..].TrimStart();
        return rest.Length == text.Length ? text : rest.ToString();
    }

    // "[DEBUG]", "[   12.345678]", "12.345" or "2026-01-02T03:04:05Z", when more follows.
    private static int Prefix(ReadOnlySpan<char> text)
    {
        const int LengthMax = 40;
        ReadOnlySpan<char> head = text.Length > LengthMax ? text[..LengthMax] : text;
        if (head.StartsWith("["))
            return head.IndexOf(']') + 1;
        int end = head.IndexOf(' ');
        if (end <= 0 || head[..end].ContainsAnyExcept(TimeStamp) || !char.IsAsciiDigit(head[0]))
            return 0;
        return head[..end].ContainsAny('.', '-') ? end : 0;
    }

    private static string WithoutEscapes(string raw)
    {
        var kept = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\x1B' || i + 1 >= raw.Length || raw[i + 1] != '[')
            {
                kept.Append(raw[i]);
                continue;
            }

            i += 2; // ECMA-48: parameters 0x20-0x3F, then one final character
            while (i < raw.Length && raw[i] is >= ' ' and <= '?')
                i++;
        }

        return kept.ToString();
    }
}
