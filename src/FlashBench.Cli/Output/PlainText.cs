using System.Globalization;
using System.Text;

namespace FlashBench.Cli.Output;

/// <summary>Makes foreign text (console lines, file names, arguments) safe to show on a terminal.</summary>
/// <remarks>
/// Control characters would let a board's console move the cursor, change colours or hide a verdict; direction marks
/// would let a file name show itself reversed.
/// </remarks>
public static class PlainText
{
    /// <summary>One line of printable characters: everything else stands as an escape, \x1B or \u202E.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="lengthMax">Characters of <paramref name="text"/> that are shown; "..." marks the rest.</param>
    public static string Of(string text, int lengthMax = 400)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= lengthMax && text.All(c => c is >= ' ' and <= '~'))
            return text;

        var shown = new StringBuilder();
        foreach (Rune rune in text.AsSpan(0, Math.Min(text.Length, lengthMax)).EnumerateRunes())
            Append(shown, rune);
        return text.Length > lengthMax ? shown.Append("...").ToString() : shown.ToString();
    }

    /// <summary>True for a character that does nothing to a terminal but stand on it.</summary>
    internal static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    /// <summary>Writes a character, or an escape in place of one that is not printable.</summary>
    internal static void Append(StringBuilder shown, Rune rune)
    {
        if (IsPrintable(rune))
            shown.Append(rune);
        else
            shown.Append(CultureInfo.InvariantCulture, $"{(rune.Value < 0x100 ? "\\x" : "\\u")}{rune.Value:X2}");
    }
}
