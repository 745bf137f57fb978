using FlashBench.Bench.Jobs;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Firmware.Composition;

/// <summary>Real firmware on real layouts; skipped where the images are absent.</summary>
public sealed class RealImageCompositionTests
{
    [Theory]
    [InlineData("full-link-me8.0", "full-ga-z77x-ud5h-me8.1-overlap", 0)]
    [InlineData("full-link-me8.0", "linuxboot-blobs-xx30-me", 0)]
    [InlineData("full-lumpy-me7.1", "coreboot-samsung-lumpy-me", 0)]
    [InlineData("full-glados-asuka-me11.0", "mrchromebox-google-fizz-me", 1)]
    [InlineData("full-glados-asuka-me11.0", "mrchromebox-purism-librem-skl-me", 1)]
    [InlineData("full-librem-skl-me11.0-cleaned", "me-11.6.31.3309-con-h-da-prd-extr", 1)]
    public void An_ME_goes_onto_another_board_and_is_neutralized_there(string boardId, string imageId, int own)
    {
        var board = ImageAnalysis.Read(RealImages.Load(boardId), KeyRing.Intel);
        var given = ImageAnalysis.Read(RealImages.Load(imageId), KeyRing.Intel);
        var order = new CompositionOrder(["me"], false, [7, 8, 11]);

        var composition = ImageComposition.Create(board, given, order, KeyRing.Intel);
        ImagePlan neutralization = NeutralizationPlan.Create(composition.Composed);
        byte[] planned = neutralization.Apply(composition.Composed.Image.Span);

        Assert.Equal(own, composition.Own.Length);
        Assert.Equal(planned, composition.Attribute(board, neutralization).Apply(board.Image.Span));
        var check = NeutralizationCheck.Measure(composition.Composed, planned, KeyRing.Intel);
        Assert.Empty(check.Problems);
        foreach (DescriptorRegion region in board.Descriptor!.Regions.Where(region =>
            region.Number > DescriptorRegion.Me))
        {
            Assert.True(region.Range.Of(planned).SequenceEqual(region.Range.Of(board.Image.Span)), region.Name);
        }
    }

    [Fact]
    public void A_board_with_real_firmware_passes_with_that_of_another_one()
    {
        using var bench = new JobBench
        {
            Image = RealImages.Load("full-link-me8.0"),
            Takes = ImageBench.MeOf(RealImages.Load("full-ga-z77x-ud5h-me8.1-overlap")),
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, "every mandatory check passed"), (code, result.Judgement.Reason));
        Assert.StartsWith("8.1.", bench.Verify().Facts.ImageAudit!.Content.Version, StringComparison.Ordinal);
    }
}
