using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Report;

/// <summary>The ME before and after: what its flash content says, and what its registers said.</summary>
internal static class MeSection
{
    private const int RunsShown = 6, ProblemsShown = 6;

    public static void Write(MarkupWriter page, JobFacts facts)
    {
        page.Heading("Management engine before and after");
        if (facts.Audit is not { } audit)
        {
            page.Element("p", "Not examined.");
            return;
        }

        JournalData.Audit source = facts.Source ?? audit;
        WriteContent(page, (audit, source), LastCheck(facts));
        MeGeneration? found = MeObserved.GenerationOf(audit), written = MeObserved.GenerationOf(source);
        WriteStates(page, facts, (found, written));
        foreach (BootObservation boot in facts.Boots)
            WriteBoot(page, boot, boot.Kind == BootKind.Baseline ? found : written);
    }

    private static void WriteStates(
        MarkupWriter page, JobFacts facts, (MeGeneration? Found, MeGeneration? Written) generation)
    {
        using (page.In("table", ("class", "pair")))
        {
            page.TableHead("Observed state", "Before, as received", "After, last watched boot");
            using (page.In("tbody"))
            {
                ObservedState? before = MeObserved.Before(facts), after = MeObserved.After(facts);
                Row(page, "State", State(before), State(after));
                Row(page, "Read from", Source(before), Source(after));
                Row(page, "HFSTS1 to HFSTS6", Words(before), Words(after));
                Row(page, "Reading", Reading(before, generation.Found), Reading(after, generation.Written));
            }
        }

        page.Element("h3", "AMT ingredients and fuses");
        page.Pairs(BoardChecks.AmtFacts(facts).Concat(FuseFacts.Of(facts)).Select(fact => (fact.Name, fact.Text)));
    }

    private static string State(ObservedState? seen) => seen is null ? "not observed"
        : $"{seen.State}{(seen.Agree ? "" : ", and others in between")}";

    private static string Source(ObservedState? seen) => seen switch
    {
        null => "–",
        { IsText: true } => $"text of the firmware, boot {seen.Boot}",
        _ => $"{Figures.Count(seen.Samples)} register samples, boot {seen.Boot}",
    };

    private static string Words(ObservedState? seen) => seen is null ? "–" : Raw(seen.Registers);

    private static string Reading(ObservedState? seen, MeGeneration? generation) =>
        seen is null ? "–" : MeObserved.Reading(seen.Registers, generation);

    /// <summary>The latest check of the neutralization by content; null if none was made.</summary>
    public static JournalData.FlashCheck? LastCheck(JobFacts facts) =>
        facts.FlashChecks.GetValueOrDefault("re-read") ?? facts.FlashChecks.GetValueOrDefault("verify");

    private static void WriteContent(
        MarkupWriter page, (JournalData.Audit Found, JournalData.Audit Source) audits, JournalData.FlashCheck? after)
    {
        JournalData.Audit audit = audits.Found;
        using (page.In("table", ("class", "pair")))
        {
            page.TableHead("In flash", "Before, as received", after is null ? "After" : $"After ({after.Purpose})");
            using (page.In("tbody"))
            {
                Row(page, "Content (not 0xFF)", Figures.Bytes(audit.ContentBytes), after is null
                    ? "not read"
                    : $"{Figures.Bytes(after.ContentBytes)}, limit {Limit(after.ContentLimit)}");
                Row(page, "Code signature", Valid(audit.SignatureValid), after is null
                    ? "not read"
                    : Valid(after.SignatureValid));
                Row(page, "Disable bit", Figures.Bit(audit.DisableBit), after is null
                    ? "not read"
                    : $"{Figures.Bit(after.DisableBit)}; {BitsChanged(audits.Source.DisableBit, after)}");
                Row(page, "To be removed, still there", "–", after is null ? "not read" : Count(after.Left.Length));
                Row(page, "Kept ranges equal to the original", "–", after is null
                    ? "not read"
                    : $"{after.Kept.Count(kept => kept.Equal)} of {after.Kept.Length}"
                        + Differing([.. after.Kept.Where(kept => !kept.Equal)]));
            }
        }

        string[] problems = after is null ? [] : [.. after.Left.Union(after.Problems)];
        if (problems.Length > 0)
            page.Element("h3", "What the content does not show");
        page.Folded(problems, ProblemsShown, page.List);
    }

    private static string BitsChanged(JournalData.DisableBitState before, JournalData.FlashCheck after) =>
        before.Dword == after.DisableBit.Dword ? "dword unchanged"
        : after.OnlyPinnedBitChanged ? "exactly this bit changed"
        : "OTHER BITS changed";

    private static string Limit(long? bytes) => bytes is long most ? Figures.Bytes(most) : "unknown";

    private static void Row(MarkupWriter page, string name, string before, string after)
    {
        using (page.In("tr"))
        {
            page.Element("th", name, ("scope", "row"));
            page.Element("td", before);
            page.Element("td", after);
        }
    }

    private static string Valid(bool valid) => valid ? "valid" : "NOT valid";

    private static string Count(int items) => items == 0 ? "none" : $"{items} ranges, listed below";

    private static string Differing(JournalData.KeptState[] kept) =>
        kept.Length == 0 ? "" : $"; DIFFERENT: {string.Join(", ", kept.Select(range => range.Name))}";

    private static void WriteBoot(MarkupWriter page, BootObservation boot, MeGeneration? generation)
    {
        page.Element("h3", $"Registers, boot {boot.Number} ({WatchSection.KindText(boot)})");
        List<RegisterRun> runs = RegisterRun.Of(boot.Samples);
        if (runs.Count == 0)
            page.Element("p", "No intact register sample of this boot: no register evidence.");
        page.Folded(runs, RunsShown, shown => WriteRuns(page, boot, shown, generation));
        if (boot.FirmwareText is { IsEmpty: false } text)
            page.Element("p", FirmwareText(text), ("class", "small"));
    }

    private static void WriteRuns(
        MarkupWriter page, BootObservation boot, IEnumerable<RegisterRun> runs, MeGeneration? generation)
    {
        long zero = boot.PowerGoodUs ?? boot.CommandedUs;
        using (page.In("table"))
        {
            page.TableHead("After power-good", "#Samples", "HFSTS1 to HFSTS6", "Reading");
            using (page.In("tbody"))
            {
                foreach (RegisterRun run in runs)
                {
                    using (page.In("tr"))
                    {
                        page.Element(
                            "td", $"{Figures.Clock(run.FirstUs - zero)} – {Figures.Clock(run.LastUs - zero)}",
                            ("class", "fit"));
                        page.Element("td", Figures.Count(run.Count), ("class", "num"));
                        page.Element("td", Raw(run.Registers), ("class", "mono regs"));
                        page.Element("td", MeObserved.Reading(run.Registers, generation));
                    }
                }
            }
        }
    }

    private static string Raw(MeRegisters registers) => string.Join(
        ' ', RegisterRun.Values(registers).Select(r => r is uint value ? CertificateText.Register(value) : "--------"));

    private static string FirmwareText(CorebootMeReport text)
    {
        string state = string.Join(", ", new[]
        {
            Number("working state", text.WorkingState), Number("operation mode", text.OperationMode),
            Number("error code", text.ErrorCode), text.SaysDisabled ? "\"reporting as disabled\"" : "",
        }.Where(part => part.Length > 0));
        return $"The firmware's own console text (secondary evidence): {state}"
            + (text.IsContradictory ? "; its statements CONTRADICT each other." : ".");
    }

    private static string Number(string name, int? value) => value is int number ? $"{name} {number}" : "";
}
