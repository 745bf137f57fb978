namespace FlashBench.Cli.Output;

/// <summary>Breaks text into lines.</summary>
internal static class TextLines
{
    /// <summary>The lines of <paramref name="text"/>, broken at spaces; a longer word has a line of its own.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="columns">Longest line, in characters.</param>
    public static IEnumerable<string> Wrap(string text, int columns)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > columns)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
