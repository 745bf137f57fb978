using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>The chip's content before and after: drawing, regions, changed ranges, and what the reads say.</summary>
internal static class FlashSection
{
    private const int ChangesShown = 10;

    public static void Write(MarkupWriter page, JobFacts facts)
    {
        page.Heading("Flash before and after");
        if (facts.Audit is not { } audit)
        {
            page.Element("p", "The content of the chip was not examined: the job ended before.");
            WriteReads(page, facts);
            return;
        }

        IReadOnlyList<FlashChange> changes = FlashChange.Of(facts);
        JournalData.Audit source = facts.Source ?? audit;
        FlashMap.Write(page, facts, audit, changes);
        WriteRegions(page, source, changes);
        WriteChanges(page, facts, changes);
        WriteReads(page, facts);
        WriteFindings(page, "Remarks of the audit", audit);
        if (facts.ImageAudit is { } image)
            WriteFindings(page, "Remarks of the image's audit", image.Content);
    }

    private static void WriteRegions(
        MarkupWriter page, JournalData.Audit audit, IReadOnlyList<FlashChange> changes)
    {
        using (page.In("table"))
        {
            page.TableHead("Region or partition", "Addresses", "#Size", "#Erased to 0xFF", "#Changed otherwise");
            using (page.In("tbody"))
            {
                foreach (JournalData.NamedRange region in audit.Regions.OrderBy(region => region.Start))
                    WriteRange(page, region, "region ", changes);
                foreach (JournalData.NamedRange partition in audit.Partitions.OrderBy(partition => partition.Start))
                    WriteRange(page, partition, "ME partition ", changes);
            }
        }
    }

    private static void WriteRange(
        MarkupWriter page, JournalData.NamedRange range, string kind, IReadOnlyList<FlashChange> changes)
    {
        long size = Math.Max(0L, (long)range.End - range.Start);
        long removed = Overlap(range, changes, FlashFate.Erased), changed = Overlap(range, changes, FlashFate.Changed);
        using (page.In("tr"))
        {
            page.Element("td", kind + range.Name);
            page.Element("td", Figures.Range(range.Start, range.End), ("class", "mono fit"));
            page.Element("td", Figures.Count(size), ("class", "num"));
            page.Element("td", removed == 0 ? "–" : Figures.Count(removed), ("class", "num"));
            page.Element("td", changed == 0 ? "–" : Figures.Count(changed), ("class", "num"));
        }
    }

    private static long Overlap(JournalData.NamedRange range, IReadOnlyList<FlashChange> changes, FlashFate fate) =>
        changes.Where(change => change.Fate == fate)
            .Sum(change => Math.Max(0L, (long)Math.Min(range.End, change.End) - Math.Max(range.Start, change.Start)));

    private static void WriteChanges(MarkupWriter page, JobFacts facts, IReadOnlyList<FlashChange> changes)
    {
        if (facts.Plan is not { } plan)
        {
            page.Element("p", "No plan was made.");
            return;
        }

        page.Element("h3", plan.Changes.Length == 0
            ? "Changed ranges: none, the image is already as the policy wants it"
            : $"Changed ranges: {Figures.Count(plan.Changes.Length)}, {Figures.Bytes(plan.ChangedBytes)} differ, "
                + $"{Figures.Count(facts.BlocksWritten)} blocks written");
        FlashFate[] fates = [.. changes.Skip(plan.Kept.Length).Select(change => change.Fate)];
        page.Folded([.. plan.Changes.Zip(fates)], ChangesShown, rows => WriteChangeTable(page, rows));
    }

    private static void WriteChangeTable(
        MarkupWriter page, IEnumerable<(JournalData.PlanChange Change, FlashFate Fate)> rows)
    {
        using (page.In("table"))
        {
            page.TableHead("Addresses", "#Bytes", "Becomes", "Rule", "Why");
            using (page.In("tbody"))
            {
                foreach ((JournalData.PlanChange change, FlashFate fate) in rows)
                {
                    using (page.In("tr"))
                    {
                        page.Element("td", Figures.Range(change.Start, change.End), ("class", "mono fit"));
                        page.Element("td", Figures.Count((long)change.End - change.Start), ("class", "num"));
                        page.Element("td", fate == FlashFate.Erased ? "0xFF" : "other bytes");
                        page.Element("td", change.Rule);
                        page.Element("td", change.Text);
                    }
                }
            }
        }
    }

    private static void WriteReads(MarkupWriter page, JobFacts facts)
    {
        page.Element("h3", "Whole reads of the chip");
        var rows = new List<(string, string)>();
        foreach (JournalData.BackupPass pass in facts.BackupPasses)
        {
            rows.Add(($"Backup, read {pass.Number}", $"{pass.Sha256}, {Figures.Bytes(pass.SizeBytes)}"
                + (pass.Diagnosis ? ", diagnosis only" : "")));
        }

        if (facts.Backup is { Agree: false } backup)
        {
            rows.Add(("Backup", $"the reads DISAGREE in {Figures.Bytes(backup.DifferingBytes)}, first at "
                + $"0x{backup.FirstDifference:X6}"));
        }

        foreach (string purpose in CertificateText.InOrder(facts.ReadBacks.Keys))
            rows.Add(($"Read-back, {purpose}", Describe(facts.ReadBacks[purpose])));
        if (rows.Count == 0)
            page.Element("p", "The chip was not read whole.");
        else
            page.Pairs(rows);
    }

    private static string Describe(JournalData.ReadBack read)
    {
        string opened = read.Reopened ? "programmer re-opened" : "programmer not re-opened";
        if (read.DifferingBytes == 0 && read.Sha256 == read.ExpectedSha256)
            return $"{read.Sha256}, as expected; {opened}";
        string drift = read.Drift.Length == 0
            ? ""
            : "; in " + string.Join(", ", read.Drift.Select(d => $"{d.Name} {Figures.Range(d.Start, d.End)}"));
        return $"{read.Sha256}, DIFFERS from {read.ExpectedSha256} in {Figures.Bytes(read.DifferingBytes)}, first at "
            + $"0x{read.FirstDifference:X6}{drift}; {opened}";
    }

    private static void WriteFindings(MarkupWriter page, string title, JournalData.Audit audit)
    {
        if (audit.Findings.Length + audit.Refusals.Length == 0)
            return;
        page.Element("h3", title);
        string[] texts =
        [
            .. audit.Refusals.Select(text => $"refusal: {text}"),
            .. audit.Findings.Select(finding => $"{finding.Severity} at 0x{finding.Offset:X6}: {finding.Text}"),
        ];
        page.Folded(texts, ChangesShown, page.List);
    }
}
