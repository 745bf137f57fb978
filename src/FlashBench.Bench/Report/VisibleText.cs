using System.Globalization;
using System.Text;

namespace FlashBench.Bench.Report;

/// <summary>Foreign text made safe to look at, on a terminal and in files for other programs.</summary>
/// <remarks>Control characters would let a board's console move the cursor, change colours or hide a verdict;
/// direction marks would let a file name show itself reversed.</remarks>
public static class VisibleText
{
    /// <summary>Longest foreign text that is shown, in UTF-16 units; the journal has the whole.</summary>
    public const int LengthMax = 2000;

    /// <summary>Replaces every character that would not show, or that would change how others show, by its number:
    /// "\x1B" or "\u{202E}". What is left is legal in XML 1.0.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengthMax">What is longer is cut off, and its length said.</param>
    public static string Of(string text, int lengthMax = LengthMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= lengthMax && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        string shown = text.Length <= lengthMax ? text : text[..lengthMax];
        var result = new StringBuilder(shown.Length);
        foreach (Rune rune in shown.EnumerateRunes()) // a lone surrogate comes as U+FFFD
            Append(result, rune);
        if (shown.Length < text.Length)
            result.Append(CultureInfo.InvariantCulture, $" … and {text.Length - shown.Length} characters more");
        return result.ToString();
    }

    /// <summary>The whole text in one line, as <see cref="Of"/>.</summary>
    public static string Line(string text) => Of(text, int.MaxValue);

    /// <summary>True for a character that does nothing but stand where it is.</summary>
    public static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    /// <summary>Writes a character, or its number in place of one that is not printable.</summary>
    public static void Append(StringBuilder shown, Rune rune)
    {
        ArgumentNullException.ThrowIfNull(shown);
        if (IsPrintable(rune))
            shown.Append(rune);
        else if (rune.Value < 0x100)
            shown.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:X2}");
        else
            shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
    }
}
