using FlashBench.Cli.Output;
using FlashBench.Firmware;

namespace FlashBench.Cli.Image;

/// <summary>What `image check` says.</summary>
internal static class CheckText
{
    private static readonly string[] Heading =
        ["file", "kind", "firmware", "signature", "bit", "neutralized", "verdict"];

    /// <summary>One file with all its findings.</summary>
    public static void WriteOne(TextWriter output, CheckRow row)
    {
        foreach (Finding finding in row.Findings)
        {
            string severity = finding.Severity.ToString().ToLowerInvariant();
            output.WriteLine($"{severity} at 0x{finding.Offset:X6}: {PlainText.Of(finding.Text)}");
        }

        string[] facts = [row.Firmware, row.Signature, row.DisableBit, row.IsNeutralized ? "neutralized" : ""];
        string known = string.Join(", ", facts.Where(fact => fact.Length > 0));
        output.WriteLine($"{PlainText.Of(row.Path)}: {Verdict(row)}{(known.Length > 0 ? $" ({known})" : "")}");
    }

    /// <summary>A row for each file, and the totals.</summary>
    public static void WriteTable(TextWriter output, CheckRow[] rows)
    {
        TextTable.Write(output,
        [
            Heading,
            .. rows.Select(row => (string[])
            [
                PlainText.Of(row.Path), row.Kind, row.Firmware, row.Signature, row.DisableBit,
                row.IsNeutralized ? "yes" : "", Verdict(row),
            ]),
        ]);
        output.WriteLine();
        output.WriteLine($"{rows.Length:N0} files: {Totals(rows, row => Word(row.Verdict))}");
        string lines = Totals(rows.Where(row => row.Line.Length > 0), row => row.Line);
        if (lines.Length > 0)
            output.WriteLine($"firmware: {lines}");
    }

    /// <summary>One JSON object for each file, in the order of the files.</summary>
    public static void WriteJson(TextWriter output, CheckRow[] rows)
    {
        foreach (CheckRow row in rows)
        {
            JsonLine.Write(output, "checked", line =>
            {
                line.WriteString("file", row.Path);
                line.WriteString("verdict", Word(row.Verdict));
                line.WriteString("reason", row.Reason);
                line.WriteString("kind", row.Kind);
                line.WriteString("firmware", row.Firmware);
                line.WriteString("signature", row.Signature);
                line.WriteString("disableBit", row.DisableBit);
                line.WriteBoolean("neutralized", row.IsNeutralized);
                line.WriteString("sha256", row.Sha256);
                line.WriteStartArray("findings");
                foreach (Finding finding in row.Findings)
                    line.WriteStringValue(finding.ToString());
                line.WriteEndArray();
            });
        }
    }

    private static string Verdict(CheckRow row) =>
        row.Reason.Length == 0 ? Word(row.Verdict) : $"{Word(row.Verdict)}: {PlainText.Of(row.Reason)}";

    private static string Word(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Sound => "sound",
        CheckVerdict.Unsound => "NOT SOUND",
        CheckVerdict.NoImage => "no image",
        _ => "unreadable",
    };

    private static string Totals(IEnumerable<CheckRow> rows, Func<CheckRow, string> key) => string.Join(
        ", ", rows.GroupBy(key).OrderBy(g => g.Key, NaturalOrder).Select(g => $"{g.Count():N0} {g.Key}"));

    // "ME 8" before "ME 10".
    private static readonly Comparer<string> NaturalOrder = Comparer<string>.Create((first, second) =>
    {
        int space = first.IndexOf(' ', StringComparison.Ordinal);
        bool sameFamily = space > 0 && second.StartsWith(first[..(space + 1)], StringComparison.Ordinal);
        return sameFamily && int.TryParse(first[space..], out int one) && int.TryParse(second[space..], out int two)
            ? one.CompareTo(two)
            : string.CompareOrdinal(first, second);
    });
}
