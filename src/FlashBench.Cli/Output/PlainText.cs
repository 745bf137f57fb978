using System.Text;
using FlashBench.Bench.Report;

namespace FlashBench.Cli.Output;

/// <summary>Makes foreign text (console lines, file names, arguments) safe to show on a terminal.</summary>
public static class PlainText
{
    /// <summary>One line of printable characters; what is none stands as <see cref="VisibleText"/> shows it.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="lengthMax">Characters of <paramref name="text"/> that are shown; "..." marks the rest.</param>
    public static string Of(string text, int lengthMax = 400)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= lengthMax && text.All(c => c is >= ' ' and <= '~'))
            return text;

        var shown = new StringBuilder();
        foreach (Rune rune in text.AsSpan(0, Math.Min(text.Length, lengthMax)).EnumerateRunes())
            VisibleText.Append(shown, rune);
        return text.Length > lengthMax ? shown.Append("...").ToString() : shown.ToString();
    }
}
