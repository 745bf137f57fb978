using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>Blocks that several sections are made of.</summary>
internal static class ReportBlocks
{
    /// <summary>A section's heading.</summary>
    public static void Heading(this MarkupWriter page, string text)
    {
        page.Line();
        page.Element("h2", text);
    }

    /// <summary>Says what of a run is simulated, and on paper across every page.</summary>
    public static void Simulated(this MarkupWriter page, string which)
    {
        page.Element("div", "SIMULATED", ("class", "watermark"), ("aria-hidden", "true"));
        page.Element("p", which, ("class", "simulated"), ("role", "note"));
    }

    /// <summary>Two columns: what, and its value.</summary>
    public static void Pairs(this MarkupWriter page, IEnumerable<(string Name, string Value)> pairs)
    {
        using (page.In("table"))
        using (page.In("tbody"))
        {
            foreach ((string name, string value) in pairs)
            {
                using (page.In("tr"))
                {
                    page.Element("th", name, ("scope", "row"));
                    page.Element("td", value.Length == 0 ? "–" : value);
                }
            }
        }
    }

    /// <summary>A table's head; an entry that begins with '#' is a column of numbers.</summary>
    public static void TableHead(this MarkupWriter page, params ReadOnlySpan<string> columns)
    {
        using (page.In("thead"))
        using (page.In("tr"))
        {
            foreach (string column in columns)
            {
                if (column.StartsWith('#'))
                    page.Element("th", column[1..], ("class", "num"));
                else
                    page.Element("th", column);
            }
        }
    }

    /// <summary>A list of sentences.</summary>
    public static void List(this MarkupWriter page, IEnumerable<string> texts)
    {
        using (page.In("ul"))
        {
            foreach (string text in texts)
                page.Element("li", text);
        }
    }

    /// <summary>The coloured word for an outcome.</summary>
    public static void Mark(this MarkupWriter page, Verdict outcome) =>
        page.Element("span", CertificateText.Name(outcome), ("class", $"mark {Tone(outcome)}"));

    /// <summary>The class that gives an element the colour of an outcome.</summary>
    public static string Tone(Verdict outcome) => outcome switch
    {
        Verdict.Pass => "tone-pass",
        Verdict.Fail => "tone-fail",
        Verdict.Inconclusive => "tone-inconclusive",
        _ => "tone-error",
    };

    /// <summary>A list that is mostly short: its first entries in sight, the others folded, none left out.</summary>
    /// <param name="page">The page.</param>
    /// <param name="items">The entries.</param>
    /// <param name="shown">How many stay in sight.</param>
    /// <param name="write">Writes a table of the entries that it is given.</param>
    public static void Folded<T>(
        this MarkupWriter page, IReadOnlyList<T> items, int shown, Action<IEnumerable<T>> write)
    {
        if (items.Count > 0)
            write(items.Take(shown));
        if (items.Count <= shown)
            return;
        using (page.In("details"))
        {
            page.Element("summary", $"{Figures.Count(items.Count - shown)} more of {Figures.Count(items.Count)}");
            write(items.Skip(shown));
        }
    }
}
