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
        string gbe = GbeOf(image);
        DutBinding? bound = Known(job);
        bool placed = bound is not null && bound.GbeSha256 != gbe && bound.PlacedGbeSha256 == gbe;
        if (bound is not null && bound.GbeSha256 != gbe && !placed)
        {
            return $"board {job.Options.Dut} is known with another GbE region (MAC address) than this chip holds; "
                + "--confirm-chip binds it anew";
        }

        if (job.Options.ConfirmChip)
            job.Deviate("the operator confirmed the chip of this board");
        // What came from another image is never the board's own stock content.
        bool stock = AuditPhase.IsStock(image) && !placed;
        job.State.Bind(job.Options.Dut, Now(job, placed ? bound!.GbeSha256 : gbe) with
        {
            BackupSha256 = stock ? FlashContent.HashOf(image.Image.Span) : bound?.BackupSha256,
            PlacedGbeSha256 = placed ? gbe : null,
        });
        return null;
    }

    /// <summary>Remembers that the board holds another GbE region now than its own: it got a whole image.</summary>
    public static void Place(JobContext job)
    {
        if (job is { Options.BindDut: true, Image.WholeChip: true }
            && job.State.Binding(job.Options.Dut) is { } bound && GbeOf(job.Original!) is var gbe
            && gbe != bound.GbeSha256)
        {
            job.State.Bind(job.Options.Dut, bound with { PlacedGbeSha256 = gbe });
        }
    }

    private static string GbeOf(ImageAnalysis image) =>
        image.Descriptor!.Region(DescriptorRegion.Gbe) is { } region
            ? FlashContent.HashOf(image.Image.Span, region.Range) : "";

    private static DutBinding? Known(JobContext job) => job.Options is { BindDut: true, ConfirmChip: false }
        ? job.State.Binding(job.Options.Dut)
        : null;

    private static DutBinding Now(JobContext job, string gbe) => new(
        $"{job.Identity!.JedecId:X6}", job.Identity.UniqueId ?? "", gbe, job.Options.Profile.Id);
}
