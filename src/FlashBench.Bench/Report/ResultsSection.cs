using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>Every check with its limit and its measured value.</summary>
internal static class ResultsSection
{
    public static void Write(MarkupWriter page, Judgement judgement)
    {
        page.Heading("Results");
        if (judgement.Checks.Count == 0)
        {
            page.Element("p", "No check was reached.");
            return;
        }

        page.Element("p", Summary(judgement), ("class", "soft"));
        using (page.In("table", ("class", "results")))
        {
            page.TableHead("Id", "Check", "Measured", "Limit", "Outcome");
            using (page.In("tbody"))
            {
                foreach (Check check in judgement.Checks)
                    WriteCheck(page, check);
            }
        }
    }

    private static string Summary(Judgement judgement) =>
        $"Mandatory: {Count(judgement.Checks.Where(check => check.Mandatory))}. Reported, and not needed for a PASS: "
        + $"{Count(judgement.Checks.Where(check => !check.Mandatory))}.";

    private static string Count(IEnumerable<Check> checks)
    {
        string counts = string.Join(", ", checks.GroupBy(check => check.Outcome).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {CertificateText.Name(group.Key)}"));
        return counts.Length == 0 ? "none" : counts;
    }

    private static void WriteCheck(MarkupWriter page, Check check)
    {
        page.Line();
        using (page.In("tr"))
        {
            using (page.In("td"))
                page.Element("b", check.Id);
            using (page.In("td"))
            {
                page.Element("b", check.Title);
                page.Void("br");
                page.Element("span", check.Text, ("class", "small soft"));
            }

            page.Element("td", check.Measured);
            page.Element("td", check.Limit);
            using (page.In("td", ("class", "fit")))
            {
                page.Mark(check.Outcome);
                page.Void("br");
                page.Element("span", check.Mandatory ? "mandatory" : "reported", ("class", "small soft"));
            }
        }
    }
}
