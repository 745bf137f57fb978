using FlashBench.Bench.Evidence;
using FlashBench.Hardware;

namespace FlashBench.Bench.Report;

/// <summary>The course of the job, what deviated, and the equipment.</summary>
internal static class CourseSection
{
    public static void Write(MarkupWriter page, JobFacts facts)
    {
        page.Heading("Course and deviations");
        WritePhases(page, facts);
        if (facts.Deviations.Count == 0)
            page.Element("p", "No deviation was recorded.");
        else
            page.Folded(facts.Deviations, 20, page.List);
        page.Heading("Equipment");
        WriteParts(page, facts);
    }

    private static void WritePhases(MarkupWriter page, JobFacts facts)
    {
        if (facts.Phases.Count == 0)
        {
            page.Element("p", "No phase was completed.");
            return;
        }

        using (page.In("table", ("class", "course")))
        {
            page.TableHead("Phase", "#Begin", "#Duration", "Outcome", "Reason");
            using (page.In("tbody"))
            {
                foreach (PhaseFacts phase in facts.Phases)
                    WritePhase(page, phase);
            }
        }
    }

    private static void WritePhase(MarkupWriter page, PhaseFacts phase)
    {
        using (page.In("tr"))
        {
            page.Element("td", phase.Name);
            page.Element("td", Figures.Clock(phase.StartUs), ("class", "num"));
            page.Element("td", Figures.Clock(phase.EndUs - phase.StartUs), ("class", "num"));
            using (page.In("td", ("class", "fit")))
                page.Mark(phase.Verdict);
            page.Element("td", phase.Reason);
        }
    }

    private static void WriteParts(MarkupWriter page, JobFacts facts)
    {
        using (page.In("table"))
        {
            page.TableHead("Part", "Description", "Kind");
            using (page.In("tbody"))
            {
                foreach (PartIdentity part in facts.Parts)
                {
                    using (page.In("tr"))
                    {
                        page.Element("td", part.Kind);
                        page.Element("td", part.Description);
                        page.Element("td", part.Simulated ? "SIMULATED" : "hardware");
                    }
                }
            }
        }

        var rest = new List<(string, string)> { ("Bench", $"{facts.Start.Bench} on host {facts.Start.Host}") };
        if (facts.Chip is { } chip)
        {
            rest.Add(("Programmer",
                $"{chip.Programmer.Description}, bus at {Figures.Count(chip.FrequencyHz)} Hz, {chip.Health}"));
        }

        rest.Add(("Software", facts.Start.Software));
        page.Pairs(rest);
    }
}
