namespace FlashBench.Cli.Live;

/// <summary>Foreign text for a cell whose width counts: printable ASCII only, one character a column.</summary>
/// <remarks>Nothing that moves the cursor, turns the direction of writing, or takes no or two columns gets through.
/// </remarks>
internal static class CellText
{
    private const char Escape = '\x1B';

    /// <summary>The text, cut to a width; what is cut off is marked with "~".</summary>
    /// <param name="text">Any text.</param>
    /// <param name="width">Columns, at least 1.</param>
    public static string Of(string text, int width)
    {
        Span<char> shown = stackalloc char[width + 1];
        int length = 0;
        for (int i = 0; i < text.Length && length <= width; i++)
        {
            if (text[i] == Escape && SequenceLength(text, i) is int sequence and > 0)
                i += sequence - 1; // colours of a boot log: what they colour is shown
            else if (!char.IsLowSurrogate(text[i]) || i == 0 || !char.IsHighSurrogate(text[i - 1]))
                shown[length++] = text[i] is >= ' ' and <= '~' ? text[i] : '?';
        }

        if (length <= width)
            return shown[..length].ToString();
        shown[width - 1] = '~';
        return shown[..width].ToString();
    }

    // ESC [ parameters letter, without the escape if it is none; 0 if there is no such thing.
    private static int SequenceLength(string text, int at)
    {
        if (at + 1 >= text.Length || text[at + 1] != '[')
            return 0;
        int end = at + 2;
        while (end < text.Length && text[end] is >= ' ' and <= '?')
            end++;
        return end < text.Length && text[end] is >= '@' and <= '~' ? end - at + 1 : 0;
    }
}
