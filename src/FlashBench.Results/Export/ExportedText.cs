using System.Globalization;
using System.Text;

namespace FlashBench.Results.Export;

/// <summary>Foreign text made legal and harmless in a file for other programs.</summary>
internal static class ExportedText
{
    /// <summary>One line: control, format and unassigned characters stand as "\x1B" or "\u{202E}".</summary>
    /// <remarks>What is left is legal in XML 1.0 and does nothing to a terminal.</remarks>
    public static string Line(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var line = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) // a lone surrogate comes as U+FFFD
        {
            if (!IsHidden(rune))
                line.Append(rune);
            else if (rune.Value < 0x100)
                line.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:X2}");
            else
                line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }

        return line.ToString();
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse || rune.Value is 0xFFFE or 0xFFFF;
}
