using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Image;
using FlashBench.Firmware.Composition;

namespace FlashBench.Cli.Fleet;

/// <summary>What a health check puts onto a board.</summary>
internal static class GoldenImage
{
    /// <summary>The ME of a bench's golden image, or of a file that was named instead.</summary>
    /// <param name="bench">The bench.</param>
    /// <param name="file">Plain or .gz; null for that of the bench's entry.</param>
    /// <returns>Null if neither is named: the check is made with what the board holds.</returns>
    /// <exception cref="CommandFailure">The file cannot be read.</exception>
    public static ImageToTake? Of(BenchEntry bench, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(bench);
        return (file ?? bench.GoldenImage) is { } golden
            ? new ImageToTake(ImageFile.Load(golden).Bytes, [ReplaceableRegions.Me], WholeChip: false)
            : null;
    }
}
