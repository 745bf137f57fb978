using FlashBench.Bench.Journal;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>The audit of an image of which the board gets something, and of what it makes of the board's content.
/// </summary>
internal static class ImageAuditStep
{
    /// <summary>Journals what the image contains; from here on the composed content is what is neutralized.</summary>
    public static PhaseOutcome Run(JobContext job, JournalData.Image asked)
    {
        if (job.Vault.Load(asked.Sha256) is not { } file)
            return AuditPhase.Refuse($"the vault lacks the image, or it is damaged ({asked.Sha256})");
        ImageAnalysis given;
        try
        {
            given = ImageAnalysis.Read(file, job.Options.Keys);
        }
        catch (ImageFormatException e)
        {
            return AuditPhase.Refuse($"the image: {e.Message}");
        }

        CompositionOrder order = ImageToTake.Order(asked, job.Options.Profile);
        List<string> refusals = [.. GivenImage.Refusals(given, order)];
        if (refusals.Count == 0 && TryCompose(job, given, order) is { } refused)
            refusals.Add(refused);
        if (Record(job, given, refusals) is { } record)
            job.Journal.Append(record);
        if (refusals.Count > 0)
            return AuditPhase.Refuse(refusals[0]);
        string regions = asked.WholeChip ? "the whole chip" : string.Join(", ", asked.Regions);
        job.Note($"from the image {asked.Sha256}: {regions}; {job.Original!.Me!.Title}, {job.Original.Me.Sku.Text}"
            + (IsStock(given) ? "" : "; neutralized already: recorded as not stock"));
        return PhaseOutcome.Pass;
    }

    /// <summary>Composes again what an interrupted job had composed.</summary>
    /// <exception cref="ResumeRefusedException">It would be another content now.</exception>
    public static void Repeat(JobContext job, JournalData.Image asked)
    {
        byte[] file = ChipAgainStep.FromVault(job, asked.Sha256, "the image");
        ImageAnalysis given = ImageAnalysis.Read(file, job.Options.Keys);
        string? refused = TryCompose(job, given, ImageToTake.Order(asked, job.Options.Profile));
        string? before = job.Interrupted?.Find<JournalData.ImageAudit>()?.ComposedSha256;
        if (refused is not null || before != FlashContent.HashOf(job.Original!.Image.Span))
            throw new ResumeRefusedException("the image would make another content of this board's than it did");
    }

    private static string? TryCompose(JobContext job, ImageAnalysis given, CompositionOrder order)
    {
        try
        {
            ImageAnalysis board = job.Board!;
            var composition = ImageComposition.Create(board, given, order, job.Options.Keys);
            var pin = new DisableBitPin(job.Options.Profile.Me.StrapOffset, job.Options.Profile.Me.StrapBit);
            ImagePlan neutralization = NeutralizationPlan.Create(
                composition.Composed, NeutralizationPolicy.Resolve(job.Options.Policy, composition.Composed), pin);
            (job.Composition, job.Original) = (composition, composition.Composed);
            (job.Neutralization, job.Plan) = (neutralization, composition.Attribute(board, neutralization));
            return null;
        }
        catch (Exception e) when (e is PlanRefusedException or ImageFormatException)
        {
            return $"the image does not go with this board: {e.Message}";
        }
    }

    // An image without any firmware has nothing to record.
    private static JournalData.ImageAudit? Record(JobContext job, ImageAnalysis given, List<string> refusals)
    {
        ImageAnalysis shown = job.Composition?.Composed ?? given;
        if (shown.Me is not { } me)
            return null;
        return new JournalData.ImageAudit(
            given.Kind == ImageKind.MeRegion ? "ME region" : "full dump", IsStock(given),
            job.Composition is null ? "" : FlashContent.HashOf(shown.Image.Span),
            [
                .. (job.Composition?.Brought ?? []).Select(part => new JournalData.NamedRange(
                    part.Name, (uint)part.Range.Start, (uint)part.Range.End)),
            ],
            [
                .. (job.Composition?.Own ?? []).Select(own => new JournalData.MovedRange(
                    own.Name, (uint)own.From.Start, (uint)own.To.Start, (uint)own.To.End)),
            ],
            AuditPhase.Record(job, shown, me, refusals));
    }

    private static bool IsStock(ImageAnalysis given) => AuditPhase.IsStock(given);
}
