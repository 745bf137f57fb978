using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Firmware.Composition;

namespace FlashBench.Bench.Evidence;

/// <summary>Checks of backup, image and flash: A1 to A7 and E1.</summary>
internal static class FlashChecks
{
    private const int ExamplesMax = 3;
    private const string NotTrusted = "the code partition is not signed by a key that this job may trust";

    public static IEnumerable<Check> All(JobFacts facts) =>
    [
        Backup(facts), Original(facts), Attribution(facts), Kept(facts), Removal(facts), Bit(facts), Write(facts),
        Reread(facts), Course(facts),
    ];

    internal static Check NotReached(string id, string title, string limit) =>
        new(id, title, Verdict.Inconclusive, false, Check.NotReached, limit, "the job ended before this was measured");

    private static Check Course(JobFacts facts)
    {
        const string id = "R1", title = "course of the job", limit = "every phase, in order, bracketed and linked";
        return facts.CourseFaults.Count == 0
            ? new Check(id, title, Verdict.Pass, false, "whole", limit, "the records are those of a whole job")
            : new Check(
                id, title, Verdict.Inconclusive, false, $"{facts.CourseFaults.Count} faults", limit,
                    facts.CourseFaults[0]);
    }

    private static Check Backup(JobFacts facts)
    {
        const string id = "A1", title = "backup", limit = "2 whole reads identical, in the vault";
        var passes = facts.BackupPasses.Where(pass => !pass.Diagnosis).ToList();
        if (facts.Backup is not { } backup || passes.Count < 2)
            return NotReached(id, title, limit);
        bool agree = backup.Agree && backup.Stored && passes.TrueForAll(pass => pass.Sha256 == backup.Sha256);
        if (agree)
        {
            return new Check(id, title, Verdict.Pass, false, $"{passes.Count} reads, SHA-256 {backup.Sha256}", limit,
                "two whole reads of the chip were identical and are in the vault");
        }

        if (passes.TrueForAll(pass => pass.Sha256 == passes[0].Sha256))
        {
            return new Check(id, title, Verdict.Inconclusive, false, $"{passes.Count} reads identical", limit,
                "the reads were identical, but the vault does not hold them");
        }

        bool third = facts.BackupPasses.Any(
            pass => pass.Diagnosis && passes.Exists(other => other.Sha256 == pass.Sha256));
        string differing = $"{backup.DifferingBytes} bytes differ, first at 0x{backup.FirstDifference:X6}";
        return new Check(id, title, third ? Verdict.Inconclusive : Verdict.Fail, false, differing, limit,
            third ? "two whole reads of the chip differ once" : "three whole reads of the chip all differ");
    }

    private static Check Original(JobFacts facts)
    {
        const string id = "A2", title = "original image valid", limit = "descriptor, table, signature and key sound";
        if (facts.Audit is not { } audit)
            return NotReached(id, title, limit);
        if (audit.Refusals.Length > 0)
        {
            return new Check(id, title, Verdict.Fail, false, $"{audit.Refusals.Length} refusals", limit,
                audit.Refusals[0]);
        }

        bool trusted = IsTrusted(facts, audit);
        var check = new Check(
            id, title, trusted ? Verdict.Pass : Verdict.Fail, false, $"signed by {audit.Key}", limit,
            trusted ? $"{audit.Family} {audit.Version} carries a valid signature by a known key" : NotTrusted);
        return facts.Image is null || !trusted ? check : ImageToo(facts, audit, check);
    }

    private static bool IsTrusted(JobFacts facts, JournalData.Audit audit) =>
        audit.SignatureValid && (facts.Start.Simulated || !audit.TestKey);

    // The board's own content was valid; so must be what the image makes of it.
    private static Check ImageToo(JobFacts facts, JournalData.Audit audit, Check passed)
    {
        if (facts.ImageAudit is not { } image)
            return NotReached(passed.Id, passed.Title, passed.Limit);
        if (image.Content.Refusals.Length > 0)
        {
            return passed with
            {
                Outcome = Verdict.Fail,
                Measured = $"{image.Content.Refusals.Length} refusals of the image",
                Text = image.Content.Refusals[0],
            };
        }

        bool trusted = IsTrusted(facts, image.Content);
        return passed with
        {
            Outcome = trusted ? Verdict.Pass : Verdict.Fail,
            Measured = $"{passed.Measured}, the image by {image.Content.Key}",
            Text = trusted ? $"{audit.Family} {audit.Version} as received, and {image.Content.Family} "
                + $"{image.Content.Version} with the image, carry valid signatures by known keys" : NotTrusted,
        };
    }

    private static Check Attribution(JobFacts facts)
    {
        const string id = "A3", title = "every change attributed", limit = "0 unattributed bytes";
        if (facts.Plan is not { } plan)
            return NotReached(id, title, limit);
        string? own = OwnRegionChanged(facts, plan);
        bool sound = plan.UnattributedBytes == 0 && own is null;
        return new Check(id, title, sound ? Verdict.Pass : Verdict.Fail, false,
            $"{plan.ChangedBytes} bytes in {plan.Changes.Length} changes, {plan.UnattributedBytes} unattributed", limit,
            sound ? "every changed byte belongs to a named rule"
                : own is null ? "the planned image changes bytes that no rule names"
                : $"the planned image changes this board's own {own} region");
    }

    // Another board's data never lands on the chip (rule I8), unless the operator typed that all of it shall.
    private static string? OwnRegionChanged(JobFacts facts, JournalData.Plan plan) =>
        facts.Image is { WholeChip: true } ? null : (facts.Audit?.Regions ?? [])
            .Where(region => ReplaceableRegions.OwnRegions.Contains(region.Name))
            .FirstOrDefault(region => plan.Changes.Any(
                change => change.Start < region.End && change.End > region.Start))?.Name;

    private static string Origin(JobFacts facts) => facts.Image is null ? "backup" : "composed image";

    // What the chip holds at the end counts; the verification after the write only if the job ended there.
    private static JournalData.FlashCheck? Content(JobFacts facts) =>
        facts.FlashChecks.GetValueOrDefault("re-read") ?? facts.FlashChecks.GetValueOrDefault("verify");

    private static Check Kept(JobFacts facts)
    {
        const string id = "A4", title = "kept code unchanged";
        string origin = Origin(facts), limit = $"byte-equal to the {origin}, signature valid";
        if (Content(facts) is not { } check)
            return NotReached(id, title, limit);
        var different = check.Kept.Where(kept => !kept.Equal && !kept.BoardData).Select(kept => kept.Name).ToList();
        bool sound = different.Count == 0 && check.Kept.Length > 0 && check.SignatureValid;
        string text = different.Count > 0 ? $"{different[0]} differs from the {origin}"
            : sound ? $"manifest, kept modules and kept partitions are as in the {origin}"
            : "the signature of the code partition is not valid";
        return new Check(id, title, sound ? Verdict.Pass : Verdict.Fail, false,
            $"{check.Kept.Length - different.Count} of {check.Kept.Length} ranges equal", limit, text);
    }

    private static Check Removal(JobFacts facts)
    {
        const string id = "A5", title = "rest removed";
        if (Content(facts) is not { } check)
            return NotReached(id, title, "by ME version");
        string limit = check.ContentLimit is long most ? $"<= {Bytes(most)} that are not FF" : "no limit known";
        (Verdict outcome, string text) = Removed(check);
        return new Check(id, title, outcome, false, Bytes(check.ContentBytes), limit, text);
    }

    private static (Verdict Outcome, string Text) Removed(JournalData.FlashCheck check)
    {
        if (check.Left.Length > 0)
            return (Verdict.Fail, $"left in the ME region: {string.Join(", ", check.Left.Take(ExamplesMax))}");
        if (check.ContentBytes > check.ContentLimit)
            return (Verdict.Fail, "more content is left in the ME region than this version's limit");
        if (check.ContentLimit is null)
            return (Verdict.Inconclusive, "how much of this version may remain is not known");
        // A problem that is neither of kept code (A4) nor of the strap (A6) is one of the removal.
        bool elsewhere = check.Kept.Any(kept => !kept.Equal && !kept.BoardData) || !check.SignatureValid
            || !check.DisableBit.Set
            || !check.OnlyPinnedBitChanged;
        return check.Problems.Length > 0 && !elsewhere
            ? (Verdict.Fail, check.Problems[0])
            : (Verdict.Pass, "nothing but the kept code is left in the ME region");
    }

    private static Check Bit(JobFacts facts)
    {
        const string id = "A6", title = "disable bit", limit = "set, and nothing else in its dword changed";
        if (Content(facts) is not { } check)
            return NotReached(id, title, limit);
        JournalData.DisableBitState bit = check.DisableBit;
        bool sound = bit.Set && check.OnlyPinnedBitChanged;
        return new Check(id, title, sound ? Verdict.Pass : Verdict.Fail, false,
            $"0x{bit.Dword:X8} at 0x{bit.Offset:X}, bit {bit.Bit} {(bit.Set ? "set" : "clear")}", limit,
            sound ? $"{bit.Name} is set in the flash" : bit.Set ? "other bits of the strap changed too"
                : $"{bit.Name} is not set in the flash");
    }

    private static Check Write(JobFacts facts)
    {
        const string id = "A7", title = "write verified", limit = "0 bytes differ, after re-opening the programmer";
        if (facts.ReadBacks.GetValueOrDefault("verify") is not { } read)
            return NotReached(id, title, limit);
        bool sound = read.DifferingBytes == 0 && read.Sha256 == read.ExpectedSha256 && read.Reopened;
        return new Check(id, title, sound ? Verdict.Pass : Verdict.Fail, false, Differing(read), limit,
            sound ? "the whole chip reads back as planned" : "the chip does not read back as planned");
    }

    private static Check Reread(JobFacts facts)
    {
        const string id = "E1", title = "flash after the run", limit = "nothing restored, nothing cleared";
        if (facts.ReadBacks.GetValueOrDefault("re-read") is not { } read)
            return NotReached(id, title, limit);
        bool cleared = facts.FlashChecks.GetValueOrDefault("verify") is { DisableBit.Set: true }
            && facts.FlashChecks.GetValueOrDefault("re-read") is { DisableBit.Set: false };
        string text = cleared ? "the disable bit was cleared while the board ran"
            : read.DifferingBytes == 0 ? "after the run the chip holds what was verified before it"
            : "the chip changed while the board ran";
        return new Check(id, title, read.DifferingBytes == 0 ? Verdict.Pass : Verdict.Fail, false, Differing(read),
            limit, text);
    }

    private static string Differing(JournalData.ReadBack read) => read.DifferingBytes == 0 ? "0 bytes differ"
        : $"{read.DifferingBytes} bytes differ, first at 0x{read.FirstDifference:X6}";

    private static string Bytes(long count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes");
}
