using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>What shows that this bench would have noticed a broken board.</summary>
internal static class CommissioningSection
{
    public static void Write(MarkupWriter page, JobFacts facts)
    {
        page.Heading("Commissioning of the bench");
        if (facts.Commissioning is not { } cited)
        {
            page.Element("p", "No valid commissioning record: the baseline of this job stands for itself.");
            return;
        }

        page.Pairs(Head(facts, cited));
        using (page.In("table"))
        {
            page.TableHead("Run", "Must end in", "Ended in", "Job", "SHA-256 of its journal");
            using (page.In("tbody"))
            {
                foreach (JournalData.CommissionedRun run in cited.Record.Runs)
                    WriteRun(page, run);
            }
        }

        if (cited.Record.NotRun.Length > 0)
            page.List(cited.Record.NotRun.Select(one => $"not run: {one.Name}: {one.Why}"));
    }

    private static IEnumerable<(string Name, string Value)> Head(JobFacts facts, JournalData.Commissioning cited)
    {
        JournalData.Commissioned record = cited.Record;
        int age = CommissioningChecks.AgeDays(record, facts.StartedUtc);
        yield return ("Record", $"{CommissioningStatement.IdOf(cited.Sha256)}, SHA-256 {cited.Sha256}");
        yield return ("Signed by", cited.KeyId);
        yield return ("Made", $"{record.Created}, {age} days before this job, good for {record.ValidDays}"
            + (record.Simulated ? "; SIMULATED" : ""));
        yield return ("Board", $"ME {record.MeVersion}, stock, alive for {Figures.Minutes(record.BaselineSeconds)}; "
            + $"device of its ME visible: {record.MeVisible}");
        yield return ("Watchdog of this model", CommissioningChecks.WatchdogTripped(record) switch
        {
            true => "acts on a damaged ME image",
            false => "does NOT act: uptime shows nothing",
            null => "not tried",
        });
        if (CommissioningChecks.FaultOf(facts) is { } fault)
            yield return ("Counts", $"NO: {fault}");
    }

    private static void WriteRun(MarkupWriter page, JournalData.CommissionedRun run)
    {
        using (page.In("tr"))
        {
            page.Element("td", run.Name);
            page.Element("td", run.Expected);
            page.Element("td", run.Seen + (run.Seen == run.Expected ? "" : " (NOT as expected)"));
            page.Element("td", run.Job);
            page.Element("td", run.JournalSha256, ("class", "mono"));
        }
    }
}
