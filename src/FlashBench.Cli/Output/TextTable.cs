namespace FlashBench.Cli.Output;

/// <summary>Columns of plain text that also read well in a pipe.</summary>
internal static class TextTable
{
    private const int Gap = 2;

    /// <summary>Writes the rows with every column as wide as its widest cell, two spaces apart.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="rows">Rows of equal length; the first is the heading.</param>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows)
    {
        int[] widths = Widths(rows);
        foreach (string[] row in rows)
        {
            output.WriteLine(string.Join(
                new string(' ', Gap), row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }

    /// <summary>Columns that the table takes at most.</summary>
    public static int WidthOf(IReadOnlyList<string[]> rows) => Widths(rows).Sum() + Gap * (rows[0].Length - 1);

    private static int[] Widths(IReadOnlyList<string[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length))];
}
