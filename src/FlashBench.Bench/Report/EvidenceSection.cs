using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>Hashes by which everything above can be recomputed, and the limits of what they prove.</summary>
internal static class EvidenceSection
{
    private const int ChunksShown = 4;

    public static void Write(MarkupWriter page, JobFacts facts, RecordDigest? record)
    {
        page.Heading("Evidence");
        using (page.In("table"))
        {
            page.TableHead("What", "SHA-256", "#Size");
            using (page.In("tbody"))
            {
                foreach ((string what, string sha256, string size) in Hashes(facts, record))
                    WriteHash(page, what, sha256, size);
            }
        }

        page.Element("h3", $"Console: {Figures.Count(facts.Console.Count)} chunks, "
            + Figures.Bytes(facts.Console.Sum(chunk => chunk.Length)));
        page.Folded(facts.Console, ChunksShown, chunks => WriteChunks(page, chunks));
        WriteLimits(page, facts);
    }

    private static IEnumerable<(string What, string Sha256, string Size)> Hashes(JobFacts facts, RecordDigest? record)
    {
        if (facts.Backup is { } backup)
            yield return ("Backup of the chip", backup.Sha256, Figures.Bytes(backup.SizeBytes));
        if (facts.Plan is { } plan)
            yield return ("Planned image", plan.PlannedSha256, "");
        foreach (string purpose in CertificateText.InOrder(facts.ReadBacks.Keys))
            yield return ($"Full read of the chip, {purpose}", facts.ReadBacks[purpose].Sha256, "");
        if (record is null)
            yield break;
        yield return ("Journal", record.Journal.Sha256, Figures.Bytes(record.Journal.Bytes));
        yield return ("Journal, last record", record.ChainHead, $"{Figures.Count(record.Records)} records");
        yield return ("Console bytes", record.Console.Sha256, Figures.Bytes(record.Console.Bytes));
        yield return ("Console time index", record.Index.Sha256, Figures.Bytes(record.Index.Bytes));
    }

    private static void WriteHash(MarkupWriter page, string what, string sha256, string size)
    {
        using (page.In("tr"))
        {
            page.Element("td", what);
            page.Element("td", sha256, ("class", "mono"));
            page.Element("td", size, ("class", "num"));
        }
    }

    private static void WriteChunks(MarkupWriter page, IEnumerable<JournalData.ConsoleChunk> chunks)
    {
        using (page.In("table"))
        {
            page.TableHead("#Offset", "#Bytes", "SHA-256 of the bytes", "SHA-256 of their time index");
            using (page.In("tbody"))
            {
                foreach (JournalData.ConsoleChunk chunk in chunks)
                {
                    using (page.In("tr"))
                    {
                        page.Element("td", Figures.Count(chunk.Offset), ("class", "num"));
                        page.Element("td", Figures.Count(chunk.Length), ("class", "num"));
                        page.Element("td", chunk.Sha256, ("class", "mono"));
                        page.Element("td", chunk.IndexSha256, ("class", "mono"));
                    }
                }
            }
        }
    }

    private static void WriteLimits(MarkupWriter page, JobFacts facts)
    {
        page.Heading("Limits");
        using (page.In("ul"))
        {
            page.Element("li", CertificateText.Identified);
            page.Element("li", CertificateText.Limits);
            if (facts.IsSimulated)
                page.Element("li", CertificateText.SimulatedLimit);
            page.Element("li", "This page is derived from the journal and the console bytes; the signed statement is "
                + $"{DsseEnvelope.FileName} beside it. 'flashbench certificate verify' recomputes both.");
            page.Element("li", "The BIOS region is never judged. Neutralized, disabled and soft-disabled are different "
                + "states of the ME; nothing here says that the ME was removed from the board.");
        }
    }
}
