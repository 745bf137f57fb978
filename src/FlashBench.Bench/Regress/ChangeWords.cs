namespace FlashBench.Bench.Regress;

/// <summary>What changed, in words.</summary>
public static class ChangeWords
{
    private const int HashShown = 12, TextShown = 160;

    /// <summary>The word for a kind of change.</summary>
    public static string Of(CellChangeKind kind) => kind switch
    {
        CellChangeKind.NewFailure => "new failure",
        CellChangeKind.Worse => "worse",
        CellChangeKind.Fixed => "fixed",
        CellChangeKind.Better => "better",
        CellChangeKind.New => "new",
        CellChangeKind.Gone => "gone",
        _ => "changed",
    };

    /// <summary>A line for each cell that is not as it was; what all cells of a file have in common stands once before
    /// them.</summary>
    public static IEnumerable<string> Lines(RegressComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        Dictionary<string, string> came = FilesOf(comparison, CellChangeKind.New);
        Dictionary<string, string> went = FilesOf(comparison, CellChangeKind.Gone);
        foreach (var file in comparison.Changes.GroupBy(change => change.Cell.File))
        {
            List<CellChange> changes = [.. file];
            if (changes.TrueForAll(change => change.Kind == CellChangeKind.New))
            {
                string from = went.TryGetValue(changes[0].Cell.Image, out string? old) ? $" (it was {old})" : "";
                yield return $"{file.Key}: new{from}: {Ends(changes)}";
                continue;
            }

            if (changes.TrueForAll(change => change.Kind == CellChangeKind.Gone))
            {
                string to = came.TryGetValue(changes[0].Cell.Image, out string? now) ? $" (it is {now} now)" : "";
                yield return $"{file.Key}: gone{to}; it was {Ends(changes)}";
                continue;
            }

            CellDifference[] common = Common(changes);
            if (common.Length > 0)
                yield return $"{file.Key}: {string.Join("; ", common.Select(Words))}";
            foreach (CellChange change in changes)
                yield return LineOf(change, common);
        }
    }

    // The first file of every content that came, or went: one that did both has another name.
    private static Dictionary<string, string> FilesOf(RegressComparison comparison, CellChangeKind kind) =>
        comparison.Changes.Where(change => change.Kind == kind && change.Cell.Image.Length > 0)
            .GroupBy(change => change.Cell.Image)
            .ToDictionary(content => content.Key, content => content.First().Cell.File);

    private static string LineOf(CellChange change, CellDifference[] common)
    {
        CellResult cell = change.Cell;
        string place = string.Join(
            ' ', new[] { cell.File, cell.Policy, cell.Bench.Length > 0 ? cell.Bench : cell.Profile }
                .Where(part => part.Length > 0));
        if (change.Kind is CellChangeKind.New or CellChangeKind.Gone)
            return $"{place}: {Of(change.Kind)}: {cell.Outcome.Word()}";
        string own = string.Join("; ", change.Differences.Except(common).Select(Words));
        return $"{place}: {Of(change.Kind)}: {(own.Length == 0 ? $"still {cell.Outcome.Word()}" : own)}";
    }

    private static CellDifference[] Common(List<CellChange> changes) => changes.Count < 2 ? [] :
    [
        .. changes[0].Differences.Where(difference => changes.TrueForAll(
            change => change.Differences.Contains(difference))),
    ];

    private static string Ends(List<CellChange> changes) => string.Join(", ", changes.Select(change =>
        change.Cell.Policy.Length == 0 ? change.Cell.Outcome.Word()
            : $"{change.Cell.Policy} {change.Cell.Outcome.Word()}"));

    private static string Words(CellDifference difference) =>
        $"{difference.What}: {Shown(difference, difference.Before)} -> {Shown(difference, difference.After)}";

    private static string Shown(CellDifference difference, string text)
    {
        int most = difference.What is "image" or "result" ? HashShown : TextShown;
        return text.Length <= most ? text : text[..most] + "...";
    }
}
