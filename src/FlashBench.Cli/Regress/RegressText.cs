using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Regress;

/// <summary>The end of a regression for people: the matrix, what stands behind it, and what changed; within 80 columns.
/// </summary>
internal static class RegressText
{
    private const int Columns = 80, NameMin = 20, NameMax = 70, MeMax = 15, ChangesMax = 40;
    private const string Earlier = "=";

    /// <summary>Writes all of it.</summary>
    public static void Write(
        DisplaySettings settings, RegressTable table, RegressComparison? comparison, string folder)
    {
        WriteTable(settings, table);
        WriteComparison(settings.Output, table.Order, comparison);
        WritePlace(settings.Output, folder);
    }

    /// <summary>Writes what there is of a run that this process did not play.</summary>
    public static void WriteSeen(DisplaySettings settings, RegressTable table, string folder)
    {
        WriteTable(settings, table);
        if (table is { IsEnded: true, Order.Baseline: null })
            WriteComparison(settings.Output, table.Order, PreviousRuns.Compared(table, folder));
        if (table.IsEnded)
            WritePlace(settings.Output, folder);
    }

    private static void WriteTable(DisplaySettings settings, RegressTable table)
    {
        int earlier = table.Cells.Count(table.IsEarlier);
        if (!settings.Quiet && earlier > 0)
            settings.Output.WriteLine($"{earlier} cells have not changed since an earlier run: not run again");
        if (!settings.Quiet)
            settings.Output.WriteLine();
        WriteMatrix(settings.Output, table);
        WriteReasons(settings.Output, table);
        WriteHands(settings.Output, table);
        WriteTotals(settings.Output, table);
    }

    private static void WritePlace(TextWriter output, string folder) =>
        output.WriteLine($"matrix  {Path.Combine(folder, RegressPage.FileName)}");

    private static void WriteMatrix(TextWriter output, RegressTable table)
    {
        bool manyBoards = table.Cells.GroupBy(cell => (cell.File, cell.Policy)).Any(group => group.Count() > 1);
        var rows = table.Cells.GroupBy(cell => (cell.File, cell.Profile, cell.Bench)).ToList();
        string[] policies = [.. table.Order.Policies];
        HashSet<string> ambiguous =
        [
            .. table.Cells.Select(cell => cell.File).Distinct().GroupBy(Short)
                .Where(group => group.Count() > 1).SelectMany(group => group),
        ];
        List<string[]> lines = [["image", .. manyBoards ? ["board"] : Array.Empty<string>(), "ME", .. policies]];
        foreach (var row in rows)
        {
            CellResult first = row.First();
            lines.Add(
            [
                PlainText.Of(ambiguous.Contains(first.File) ? first.File : Short(first.File), 200),
                .. manyBoards ? [first.Bench.Length > 0 ? first.Bench : first.Profile] : Array.Empty<string>(),
                first.Me.Length == 0 ? "-" : Cut(first.Me, MeMax),
                .. policies.Select((policy, i) => row.FirstOrDefault(cell => cell.Policy == policy) is { } cell
                    ? cell.Outcome.Word() + (table.IsEarlier(cell) ? Earlier : "")
                    : i == 0 ? first.Outcome.Word() : ""),
            ]);
        }

        int others = Enumerable.Range(1, lines[0].Length - 1)
            .Sum(i => lines.Max(line => line[i].Length) + 2);
        int name = Math.Max(NameMin, Columns - others);
        string[] cut = CutNames.To([.. lines.Select(line => line[0])], name);
        for (int i = 0; i < cut.Length; i++)
            lines[i][0] = cut[i];
        TextTable.Write(output, lines);
        if (table.Cells.Any(cell => cell.Outcome == CellOutcome.Holds))
            output.WriteLine("HOLDS: all that the policy claims, which is less than a PASS needs");
        if (table.Simulated is { } simulated)
            output.WriteLine(simulated);
        if (table.HasEarlier)
            output.WriteLine($"{Earlier} unchanged: from {string.Join(", ", EarlierRuns(table))}");
    }

    // Cells that ended for the same reason stand together.
    private static void WriteReasons(TextWriter output, RegressTable table)
    {
        var told = table.Cells.Where(cell => cell.Reason.Length > 0 && cell.Outcome != CellOutcome.Holds).GroupBy(
            cell => (cell.File, cell.Outcome, cell.Reason)).ToList();
        foreach (var group in told.GroupBy(reason => reason.Key.Outcome).OrderByDescending(group => group.Key))
        {
            output.WriteLine();
            output.WriteLine($"{group.Key.Word()}:");
            foreach (var reason in group)
            {
                string policies = string.Join(", ", reason.Select(cell => cell.Policy).Distinct());
                bool all = policies.Length == 0 || reason.Count() >= table.Order.Policies.Length;
                Wrap(output, $"{PlainText.Of(reason.Key.File, NameMax)}{(all ? "" : $" ({policies})")}: "
                    + PlainText.Of(reason.Key.Reason), "  ");
            }
        }
    }

    private static void WriteHands(TextWriter output, RegressTable table)
    {
        List<RunEvent.Left> left = [.. table.NeedHands];
        if (left.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("needs hands:");
        foreach (RunEvent.Left bench in left)
            Wrap(output, $"{bench.Bench}: {PlainText.Of(bench.Why, 1000)}", "  ");
    }

    private static void WriteTotals(TextWriter output, RegressTable table)
    {
        output.WriteLine();
        Wrap(output, $"{table.Cells.Count} cells: " + string.Join(", ", table.Cells.GroupBy(cell => cell.Outcome)
            .OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.Word()}")), "");
        output.WriteLine($"PASS {RunWords.Required(table.Start)}");
    }

    private static void WriteComparison(TextWriter output, RegressOrder order, RegressComparison? comparison)
    {
        if (comparison is null)
        {
            output.WriteLine("nothing to compare with: " + (order.Previous is { } previous
                ? $"{PlainText.Of(previous)}, the run before, is not there any more"
                : "this is the first such run over this folder"));
            return;
        }

        string with = PlainText.Of(comparison.With, 200);
        if (comparison.IsOtherBuild)
            output.WriteLine($"another build of the program than {with}");
        if (comparison.IsSame)
        {
            Wrap(output, $"no change since {with}", "");
            return;
        }

        Wrap(output, $"since {with}: " + string.Join(", ", Enum.GetValues<CellChangeKind>()
            .Where(kind => comparison.Count(kind) > 0)
            .Select(kind => $"{comparison.Count(kind)} {ChangeWords.Of(kind)}")), "");
        foreach (string line in ChangeWords.Lines(comparison).Take(ChangesMax))
            Wrap(output, PlainText.Of(line, 1000), "  ");
        int more = ChangeWords.Lines(comparison).Count() - ChangesMax;
        if (more > 0)
            output.WriteLine($"  and {more} more, all of them in the matrix file");
    }

    private static IEnumerable<string> EarlierRuns(RegressTable table) =>
        table.Cells.Where(table.IsEarlier).Select(cell => cell.Run).Distinct().Order(StringComparer.Ordinal);

    private static void Wrap(TextWriter output, string text, string indent)
    {
        bool first = true;
        foreach (string line in TextLines.Wrap(text, Columns - indent.Length - 2))
        {
            output.WriteLine((first ? indent : indent + "  ") + line);
            first = false;
        }
    }

    // What every image ends with tells nothing.
    private static string Short(string name)
    {
        foreach (string ending in (string[])[".gz", ".bin", ".rom"])
        {
            if (name.EndsWith(ending, StringComparison.Ordinal) && name.Length > ending.Length)
                name = name[..^ending.Length];
        }

        return name;
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 3)] + "...";
}
