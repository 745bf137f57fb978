using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>Holds a named board to the chip and the GbE region it was first seen with.</summary>
/// <remarks>A name that the operator did not give binds nothing.</remarks>
internal static class BoardBinding
{
    /// <summary>Why the chip cannot belong to the named board; null if it may.</summary>
    public static string? RefuseChip(JobContext job)
    {
        if (Known(job) is not { } bound)
            return null;
        DutBinding now = Now(job, gbe: "");
        if ((bound.JedecId, bound.UniqueId) == (now.JedecId, now.UniqueId))
        {
            return bound.Profile == now.Profile ? null : $"board {job.Options.Dut} is known as a board of profile "
                + $"{bound.Profile}, not {now.Profile}; --confirm-chip binds it anew";
        }

        return $"board {job.Options.Dut} is known with another chip ({bound.JedecId}, unique id {bound.UniqueId}) than "
            + $"this one ({now.JedecId}, {now.UniqueId}); name the board as it is labelled, or --confirm-chip";
    }

    /// <summary>Why the backup cannot be of the named board; null if it may. Binds a board that is new.</summary>
    public static string? RefuseContent(JobContext job, ImageAnalysis image)
    {
        if (!job.Options.BindDut)
            return null;
        string gbe = image.Descriptor!.Region(DescriptorRegion.Gbe) is { } region
            ? FlashContent.HashOf(image.Image.Span, region.Range) : "";
        DutBinding? bound = Known(job);
        if (bound is not null && bound.GbeSha256 != gbe)
        {
            return $"board {job.Options.Dut} is known with another GbE region (MAC address) than this chip holds; "
                + "--confirm-chip binds it anew";
        }

        if (job.Options.ConfirmChip)
            job.Deviate("the operator confirmed the chip of this board");
        job.State.Bind(job.Options.Dut, Now(job, gbe) with
        {
            BackupSha256 = AuditPhase.IsStock(image) ? FlashContent.HashOf(image.Image.Span) : bound?.BackupSha256,
        });
        return null;
    }

    private static DutBinding? Known(JobContext job) => job.Options is { BindDut: true, ConfirmChip: false }
        ? job.State.Binding(job.Options.Dut)
        : null;

    private static DutBinding Now(JobContext job, string gbe) => new(
        $"{job.Identity!.JedecId:X6}", job.Identity.UniqueId ?? "", gbe, job.Options.Profile.Id);
}
