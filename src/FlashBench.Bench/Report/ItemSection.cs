using System.Globalization;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>What was examined, and by which method and rule.</summary>
internal static class ItemSection
{
    public static void Write(MarkupWriter page, JobFacts facts, Judgement judgement)
    {
        page.Heading("Item under test");
        page.Pairs(Item(facts));
        page.Heading("Method and decision rule");
        page.Pairs(Method(facts, judgement));
    }

    private static IEnumerable<(string Name, string Value)> Item(JobFacts facts)
    {
        yield return ("Board", facts.Start.Profile.Board);
        yield return ("Serial", facts.Start.Dut);
        if (facts.Chip is { } chip)
        {
            yield return (
                "Flash chip", $"{chip.Name}, JEDEC id {chip.JedecId}, {Figures.Size(chip.SizeBytes)}"
                + (chip.UniqueId.Length > 0 ? $", unique id {chip.UniqueId}" : ""));
        }

        yield return ("Condition on receipt", LaboratorySection.Stated(facts.Laboratory.Condition));
        if (facts.Audit is { } audit)
        {
            yield return ("Management engine", $"{audit.Family} {audit.Version}, {audit.Sku}");
            yield return ("Firmware as received", (audit.Stock ? "stock firmware" : "not stock: neutralized before")
                + $"; code signature {(audit.SignatureValid ? "valid" : "NOT valid")} ({KeyText(audit)})");
        }

        if (facts.Image is { } image)
        {
            yield return ("Image", $"SHA-256 {image.Sha256}, {Figures.Bytes(image.SizeBytes)}"
                + (facts.ImageAudit is { } brought ? $"; {ImageText(brought)}" : ""));
            yield return ("Taken from the image", image.WholeChip
                ? "the whole chip, this board's own data too, on the operator's typed word"
                : $"{string.Join(", ", image.Regions)}; this board's own data stays");
        }

        if (facts.Audit is null && facts.Chip is null)
            yield return ("Firmware", "not read: the job ended before the chip was identified");
        yield return (
            "Examined", $"{CertificateText.Utc(facts.StartedUtc)} to {CertificateText.Utc(facts.EndedUtc)}"
            + (facts.Start.Operator.Length > 0 ? $", operator {facts.Start.Operator}" : ""));
    }

    private static string ImageText(JournalData.ImageAudit image) =>
        $"{image.Kind}, {image.Content.Family} {image.Content.Version}, {image.Content.Sku}, "
        + (image.Stock ? "stock firmware" : "not stock: neutralized before")
        + $"; code signature {(image.Content.SignatureValid ? "valid" : "NOT valid")} ({KeyText(image.Content)})";

    private static string KeyText(JournalData.Audit audit) => audit.TestKey
        ? $"key {audit.Key}: a TEST key"
        : $"key {(audit.Key.Length > 0 ? audit.Key : "unknown")}";

    private static string Further(JournalData.WatchNumbers watch) =>
        (watch.WarmBoots > 0 ? $", {watch.WarmBoots} warm boots" : "")
        + string.Concat(watch.SoakMinutes.Select(minutes => $", a soak of {minutes} minutes"));

    private static IEnumerable<(string Name, string Value)> Method(JobFacts facts, Judgement judgement)
    {
        JournalData.WatchNumbers watch = facts.Start.Watch;
        yield return ("Policy", facts.Start.Policy);
        yield return ("Board profile", $"{facts.Start.Profile.Id}, SHA-256 {facts.Start.Profile.Sha256}");
        yield return ("Watch", string.Create(
            CultureInfo.InvariantCulture,
            $"{watch.ColdBoots} cold boots{Further(watch)}, power and signs of life for "
            + $"{Figures.Minutes(watch.MinimumSeconds)} after power-good, the last banner and the kernel's start; "
            + $"silence up to {watch.GapMaxSeconds} s; the untouched board first, for "
            + $"{Figures.Minutes(watch.BaselineSeconds)}"));
        yield return ("Decision rule", CertificateText.DecisionRule);
        yield return ("Required level", $"{CertificateText.Name(judgement.Required)}: "
            + CertificateText.Meaning(judgement.Required));
    }
}
