namespace FlashBench.Cli.Output;

/// <summary>Columns of plain text that also read well in a pipe.</summary>
internal static class TextTable
{
    /// <summary>Writes the rows with every column as wide as its widest cell, two spaces apart.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="rows">Rows of equal length; the first is the heading.</param>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
