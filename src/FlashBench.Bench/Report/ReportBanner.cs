using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>The verdict, and what must not be overlooked beside it.</summary>
internal static class ReportBanner
{
    public static void Write(MarkupWriter page, JobFacts facts, Judgement judgement)
    {
        if (facts.IsSimulated)
            WriteSimulated(page);
        using (page.In("div", ("class", "top")))
        {
            page.Element("span", $"FlashBench · Intel ME neutralization · {CertificateText.Title(judgement)}");
            page.Element("span", $"job {facts.Start.Job}");
        }

        using (page.In("div", ("class", $"banner {ReportBlocks.Tone(judgement.Verdict)}")))
        {
            using (page.In("div", ("class", "verdict")))
            {
                page.Element("b", CertificateText.Name(judgement.Verdict));
                page.Element("span", Subtitle(facts, judgement));
            }

            using (page.In("div", ("class", "why")))
            {
                page.Element("p", judgement.Reason);
                WriteLevels(page, facts, judgement);
            }
        }

        WriteNotices(page, facts, judgement);
    }

    private static void WriteSimulated(MarkupWriter page)
    {
        page.Element("div", "SIMULATED", ("class", "watermark"), ("aria-hidden", "true"));
        using (page.In("p", ("class", "simulated"), ("role", "note")))
        {
            page.Element("b", "SIMULATED");
            page.Text(" — at least one part of this bench was no hardware. This record says nothing about any "
                + "physical board.");
        }
    }

    private static string Subtitle(JobFacts facts, Judgement judgement) => judgement.Verdict switch
    {
        Verdict.Pass when facts.IsSimulated => "simulated certificate",
        Verdict.Pass => "certificate",
        Verdict.Error => "record, no certificate: the bench broke",
        Verdict.Aborted => "record, no certificate: stopped by the operator",
        _ => "record, no certificate",
    };

    private static void WriteLevels(MarkupWriter page, JobFacts facts, Judgement judgement)
    {
        using (page.In("dl", ("class", "levels")))
        {
            WriteLevel(page, "Level required", Describe(judgement.Required));
            WriteLevel(page, "Level reached", Describe(judgement.Level));
            WriteLevel(page, "Item", facts.Start.Dut);
            WriteLevel(page, "Finished", CertificateText.Utc(facts.EndedUtc));
            if (judgement.Class != ErrorClass.None)
                WriteLevel(page, "Who must act", Actor(judgement.Class));
        }
    }

    private static void WriteLevel(MarkupWriter page, string name, string value)
    {
        using (page.In("div"))
        {
            page.Element("dt", name);
            page.Element("dd", value);
        }
    }

    private static string Describe(EvidenceLevel level) => level == EvidenceLevel.None
        ? "none"
        : $"{CertificateText.Name(level)}, {CertificateText.Meaning(level)}";

    private static string Actor(ErrorClass error) => error switch
    {
        ErrorClass.Dut => "owner of the board",
        ErrorClass.Image => "supplier of the image",
        ErrorClass.Infrastructure => "keeper of the bench",
        ErrorClass.Configuration => "author of the configuration",
        ErrorClass.Bug => "authors of FlashBench",
        ErrorClass.Canceled => "operator (stopped the job)",
        _ => "nobody",
    };

    private static void WriteNotices(MarkupWriter page, JobFacts facts, Judgement judgement)
    {
        EvidenceLevel profile = CertificateText.ProfileLevel(facts, judgement);
        if (judgement.Required < profile)
        {
            Notice(page, $"Required level lowered by the operator: {Describe(judgement.Required)}. "
                + $"The board's profile asks for {Describe(profile)}.");
        }

        if (facts.Start.Control is { } control)
            Notice(page, $"Negative control '{control}': the board was not meant to pass.");
        if (facts.Start.Watch.Shortened)
            Notice(page, $"Watch shortened by the operator to {facts.Start.Watch.MinimumSeconds:0} s: never a PASS.");
        if (facts.IsDirty)
            Notice(page, "The board was left DIRTY: its chip was not verified after the last erase. Do not start it.");
    }

    private static void Notice(MarkupWriter page, string text) => page.Element("p", text, ("class", "notice"));
}
