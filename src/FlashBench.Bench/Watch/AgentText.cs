using System.Globalization;

namespace FlashBench.Bench.Watch;

/// <summary>The fields of which the agent's lines are made; each reader gives null for anything else.</summary>
/// <remarks>Source: docs/console-protocol.md.</remarks>
internal static class AgentText
{
    private const int HexDigits = 8, NumberDigitsMax = 10;

    /// <summary>True if a byte stands in the line that no agent sends.</summary>
    public static bool HasForeignBytes(ReadOnlySpan<byte> line) =>
        line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0;

    /// <summary>Eight lower-case hex digits.</summary>
    public static uint? Hex(string text) =>
        text.Length == HexDigits && text.All(IsHexDigit)
            ? uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : null;

    /// <summary>A count from 1 on, without leading zeros.</summary>
    public static long? Count(string text) =>
        text.Length is > 0 and <= NumberDigitsMax && text.All(char.IsAsciiDigit) && text[0] != '0'
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Digits, a dot, two digits.</summary>
    public static TimeSpan? Seconds(string text) =>
        text.Length is >= 4 and <= NumberDigitsMax && text[^3] == '.' && text.Remove(text.Length - 3, 1)
            .All(char.IsAsciiDigit)
            ? TimeSpan.FromMilliseconds(10 * long.Parse(text.Remove(text.Length - 3, 1), CultureInfo.InvariantCulture))
            : null;

    /// <summary>0 to 9, a to f.</summary>
    public static bool IsHexDigit(char c) => c is >= '0' and <= '9' or >= 'a' and <= 'f';
}
