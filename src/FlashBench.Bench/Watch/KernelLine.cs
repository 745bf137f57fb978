using System.Globalization;

namespace FlashBench.Bench.Watch;

/// <summary>Reads the time at the start of a kernel's log line: "[   12.345678] text".</summary>
internal static class KernelLine
{
    private const int SpacesMax = 4, SecondDigitsMax = 7, MicrosecondDigits = 6;

    /// <summary>True if a line begins as one of the kernel's log may.</summary>
    public static bool Begins(ReadOnlySpan<byte> line) => !line.IsEmpty && line[0] == '[';

    /// <returns>The kernel's uptime; null if it is no such line.</returns>
    public static TimeSpan? Uptime(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] != '[')
            return null;
        ReadOnlySpan<char> stamp = text[1..].TrimStart(' ');
        int dot = stamp.IndexOf('.');
        if (text.Length - 1 - stamp.Length > SpacesMax || dot is < 1 or > SecondDigitsMax
            || stamp.Length < dot + MicrosecondDigits + 4)
        {
            return null;
        }

        ReadOnlySpan<char> rest = stamp[(dot + 1 + MicrosecondDigits)..];
        return rest[0] == ']' && rest[1] == ' ' && rest[2] is >= ' ' and <= '~'
            && Number(stamp[..dot]) is long seconds
            && Number(stamp.Slice(dot + 1, MicrosecondDigits)) is long microseconds
            ? TimeSpan.FromMicroseconds(1_000_000 * seconds + microseconds)
            : null;
    }

    private static long? Number(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
