using System.Globalization;
using System.Text;

namespace FlashBench.Bench.Report;

/// <summary>Foreign text made safe to look at.</summary>
internal static class VisibleText
{
    /// <summary>Longest foreign text that is shown, in UTF-16 units; the journal has the whole.</summary>
    public const int LengthMax = 2000;

    /// <summary>Replaces every character that would not show, or that would change how others show, by its number:
    /// "\x1B" or "\u{202E}". What is left is legal in XML 1.0.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengthMax">What is longer is cut off, and its length said.</param>
    public static string Of(string text, int lengthMax = LengthMax)
    {
        if (text.Length <= lengthMax && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        string shown = text.Length <= lengthMax ? text : text[..lengthMax];
        var result = new StringBuilder(shown.Length);
        foreach (Rune rune in shown.EnumerateRunes()) // a lone surrogate comes as U+FFFD
        {
            if (!IsHidden(rune))
                result.Append(rune);
            else if (rune.Value < 0x100)
                result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:X2}");
            else
                result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }

        if (shown.Length < text.Length)
            result.Append(CultureInfo.InvariantCulture, $" … and {text.Length - shown.Length} characters more");
        return result.ToString();
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;
}
