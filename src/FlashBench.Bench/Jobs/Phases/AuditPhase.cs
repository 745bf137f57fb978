using FlashBench.Bench.Journal;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Phase 3: what the backup contains, and whether it may be touched. Refusals come before any boot.</summary>
internal static class AuditPhase
{
    public static PhaseOutcome Run(JobContext job)
    {
        ImageAnalysis image;
        try
        {
            image = ImageAnalysis.Read(job.Backup, job.Options.Keys);
        }
        catch (ImageFormatException e)
        {
            return Refuse(e.Message);
        }

        if (image.Kind != ImageKind.FullDump || image.Descriptor is null)
            return Refuse("the chip holds no flash descriptor");
        if (image.Me is not { } me)
        {
            return Refuse(image.Findings.LastOrDefault(f => f.Severity == FindingSeverity.Error)?.ToString()
                ?? "the chip holds no ME firmware");
        }

        List<string> refusals = [.. Refusals(job, image, me)];
        job.Journal.Append(Record(job, image, me, refusals));
        if (refusals.Count > 0)
            return Refuse(refusals[0]);
        job.Board = job.Original = image;
        if (BoardBinding.RefuseContent(job, image) is { } other)
            return Refuse(other);
        job.Note($"{me.Title}, {me.Sku.Text}, signed by {me.Code.Manifest.Key?.Name}"
            + (me.AlreadyNeutralized ? "; neutralized already: recorded as not stock" : ""));
        return job.Image is { } asked ? ImageAuditStep.Run(job, asked) : PhaseOutcome.Pass;
    }

    /// <summary>Finds again what the audit of an interrupted job had found.</summary>
    /// <exception cref="ResumeRefusedException">The backup says something else than it did then.</exception>
    public static void Repeat(JobContext job)
    {
        try
        {
            ImageAnalysis image = ImageAnalysis.Read(job.Backup, job.Options.Keys);
            if (image is { Descriptor: not null, Me: not null } && TryPlan(job, image) is null)
            {
                job.Board = job.Original = image;
                if (job.Image is { } asked)
                    ImageAuditStep.Repeat(job, asked);
                return;
            }
        }
        catch (ImageFormatException)
        {
            // As below.
        }

        throw new ResumeRefusedException("the backup in the vault does not say what it said when the job began");
    }

    private static IEnumerable<string> Refusals(JobContext job, ImageAnalysis image, MeFirmware me)
    {
        foreach (Finding finding in image.Findings.Where(f => f.Severity == FindingSeverity.Error))
            yield return finding.ToString();
        if (!job.Options.Profile.Me.Majors.Contains(me.Version.Major))
        {
            string majors = string.Join(", ", job.Options.Profile.Me.Majors);
            yield return $"profile {job.Options.Profile.Id} is for ME {majors}, but the chip holds {me.Title}";
        }

        bool needsStock = job.Options.KeepsStock || job.Options.Control == NegativeControl.WrongStrap;
        if (needsStock && IsAltered(image, me))
            yield return $"the control \"{job.Options.ControlName}\" needs a stock image, and this one is neutralized";
        string? refused = TryPlan(job, image);
        if (refused is not null)
            yield return refused;
    }

    private static string? TryPlan(JobContext job, ImageAnalysis image)
    {
        try
        {
            var pin = new DisableBitPin(job.Options.Profile.Me.StrapOffset, job.Options.Profile.Me.StrapBit);
            ImagePlan plan = NeutralizationPlan.Create(
                image, NeutralizationPolicy.Resolve(job.Options.Policy, image), pin);
            job.Plan = job.Neutralization = job.Options.Control switch
            {
                NegativeControl.DamagedManifest => ControlImages.DamagedManifest(image),
                NegativeControl.WrongStrap => ControlImages.WrongStrap(image, pin),
                _ => plan,
            };
            return null;
        }
        catch (PlanRefusedException e)
        {
            return e.Message;
        }
    }

    /// <summary>What an image contains, as the journal says it.</summary>
    public static JournalData.Audit Record(
        JobContext job, ImageAnalysis image, MeFirmware me, List<string> refusals) => new(
        (int)me.Generation, me.Family.ToString().ToUpperInvariant(), me.Version.ToString(), me.Sku.Text,
        me.Code.Manifest.Signature == SignatureStatus.Valid, me.Code.Manifest.Key?.Name ?? "an unknown key",
        me.Code.Manifest.Key?.Name is { } key && key == job.Options.TestKeyName, !IsAltered(image, me),
            FlashContent.BitOf(image),
        image.Descriptor is { } descriptor ? RegionsOf(descriptor) : [], [.. PartitionsOf(me)],
        ContentOf(image, me), [.. image.Findings.Select(FindingOf)], [.. refusals]);

    /// <summary>True if nobody neutralized this image.</summary>
    public static bool IsStock(ImageAnalysis image) => image.Me is { } me && !IsAltered(image, me);

    private static bool IsAltered(ImageAnalysis image, MeFirmware me) =>
        me.AlreadyNeutralized || image.DisableBit is { IsSet: true };

    private static JournalData.NamedRange[] RegionsOf(FlashDescriptor descriptor) =>
        [.. descriptor.Regions.Select(region => RangeOf(region.Name, region.Range))];

    private static IEnumerable<JournalData.NamedRange> PartitionsOf(MeFirmware me) =>
        from partition in me.Table.Partitions
        where partition.Range is { IsEmpty: false }
        select RangeOf(partition.Name, partition.Range!.Value);

    private static JournalData.NamedRange RangeOf(string name, FlashRange range) =>
        new(name, (uint)range.Start, (uint)range.End);

    private static long ContentOf(ImageAnalysis image, MeFirmware me) =>
        me.Region.Length - me.Region.Of(image.Image.Span).Count((byte)0xFF);

    private static JournalData.AuditFinding FindingOf(Finding finding) =>
        new(finding.Offset, finding.Severity.ToString().ToLowerInvariant(), finding.Text);

    /// <summary>The end of a phase in which an image was refused.</summary>
    public static PhaseOutcome Refuse(string reason) => new(Verdict.Fail, reason, ErrorClass.Image);
}
