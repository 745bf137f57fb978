using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Report;

namespace FlashBench.Bench.Runs;

/// <summary>The part of a run's page that names the journal lines behind every cell of its table and every point of its
/// charts.</summary>
internal static class RunSources
{
    /// <summary>Writes it: folded up, one table for each row.</summary>
    /// <param name="page">Where.</param>
    /// <param name="rows">The rows, in the order of the table.</param>
    public static void Write(MarkupWriter page, IReadOnlyList<RunRow> rows)
    {
        if (rows.All(row => row.Attempts.Count == 0))
            return;
        page.Heading("Where the numbers are from");
        page.Element(
            "p", "Each job has a directory beside this page, and each number is derived from lines of its "
                + $"{JournalWriter.FileName}, counted from 1. The verdict is the last line. Boots have the numbers of "
                + "the charts, image by image.", ("class", "small soft"));
        var boots = new Dictionary<string, int>(StringComparer.Ordinal); // so far, by image
        foreach (RunRow row in rows.Where(row => row.Attempts.Count > 0))
        {
            string image = row.Image?.Sha256 ?? "";
            int boot = boots.GetValueOrDefault(image);
            WriteRow(page, row, ref boot);
            boots[image] = boot;
        }
    }

    private static void WriteRow(MarkupWriter page, RunRow row, ref int boot)
    {
        using (page.In("details"))
        {
            page.Element(
                "summary", $"{row.Bench.Id}, {row.Image?.Name ?? "the board's own"}: "
                    + $"{Figures.Count(row.Attempts.Count)} jobs");
            using (page.In("table", ("class", "small")))
            {
                page.TableHead(
                    "job", "#cycle", "verdict", "#line", "#boot", "#lines", "#OS up, s", "#mean, mA", "#silence, s",
                    "#lost after, s");
                using (page.In("tbody"))
                {
                    foreach (RunAttempt attempt in row.Attempts)
                        WriteAttempt(page, attempt, ref boot);
                }
            }
        }

        page.Line();
    }

    private static void WriteAttempt(MarkupWriter page, RunAttempt attempt, ref int number)
    {
        JobDigest job = attempt.Digest;
        bool first = true;
        foreach (BootDigest? boot in job.WatchedBoots.Cast<BootDigest?>().DefaultIfEmpty())
        {
            using (page.In("tr"))
            {
                using (page.In("td"))
                {
                    if (first)
                        page.Element("a", job.Directory, ("href", $"{job.Directory}/{HtmlReport.FileName}"));
                }

                Cell(page, first ? Figures.Count(attempt.Cycle) : "");
                page.Element("td", first ? Verdict(attempt) : "");
                Cell(page, first ? Figures.Count(job.Lines) : "");
                Cell(page, boot is null ? "" : Figures.Count(++number));
                Cell(page, boot is null ? "" : $"{boot.FirstLine}–{boot.LastLine}");
                Cell(page, Figure(boot?.OsUpSeconds));
                Cell(page, Figure(boot?.MilliampsMean));
                Cell(page, Figure(boot?.LongestGapSeconds));
                Cell(page, Figure(boot?.LostSeconds));
            }

            first = false;
        }

        page.Line();
    }

    private static string Verdict(RunAttempt attempt) => CertificateWord(attempt)
        + (attempt.IsRepeated ? ", repeated: does not count" : "");

    private static string CertificateWord(RunAttempt attempt) =>
        attempt is { Attempt: > 1, Digest.Verdict: Bench.Verdict.Pass }
            ? "FLAKY" : attempt.Digest.Verdict.ToString().ToUpperInvariant();

    private static void Cell(MarkupWriter page, string text) => page.Element("td", text, ("class", "num"));

    private static string Figure(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";
}
