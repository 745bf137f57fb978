namespace FlashBench.Cli.Regress;

/// <summary>Cuts names to the width of a column, so that they still tell their files apart.</summary>
internal static class CutNames
{
    private const string Gap = "...";
    private const int HeadKept = 4, DepthMax = 8;

    /// <summary>Cuts them.</summary>
    /// <param name="names">The names; equal ones stay equal.</param>
    /// <param name="width">Columns; 16 or more.</param>
    /// <returns>In the same order. A name that is too long loses its middle, since names of images differ at both ends;
    /// those that would look the same then show the place where they differ instead.</returns>
    public static string[] To(IReadOnlyList<string> names, int width)
    {
        string[] cut = [.. names.Select(name => WithoutMiddle(name, width))];
        for (int depth = 0; depth < DepthMax; depth++)
        {
            List<int[]> alike =
            [
                .. Enumerable.Range(0, names.Count).GroupBy(i => cut[i]).Select(group => group.ToArray())
                    .Where(group => group.Select(i => names[i]).Distinct().Count() > 1),
            ];
            if (alike.Count == 0)
                break;
            foreach (int[] group in alike)
            {
                int same = group.Where(i => names[i] != names[group[0]])
                    .Min(i => names[i].AsSpan().CommonPrefixLength(names[group[0]]));
                foreach (int i in group)
                    cut[i] = From(names[i], same, width);
            }
        }

        return cut;
    }

    private static string WithoutMiddle(string name, int width)
    {
        if (name.Length <= width)
            return name;
        int end = (width - Gap.Length) / 2;
        return $"{name[..(width - Gap.Length - end)]}{Gap}{name[^end..]}";
    }

    private static string From(string name, int at, int width)
    {
        string text = at <= HeadKept + Gap.Length ? name : $"{name[..HeadKept]}{Gap}{name[at..]}";
        return text.Length <= width ? text : text[..(width - Gap.Length)] + Gap;
    }
}
