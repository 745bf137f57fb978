using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Image;
using FlashBench.Firmware;

namespace FlashBench.Cli.Fleet;

/// <summary>What a job would run on and with, as quarantines name it.</summary>
internal static class QuarantineSubjects
{
    /// <summary>Bench, board and image of a job.</summary>
    /// <param name="bench">The bench.</param>
    /// <param name="dut">Serial of the board; null if none was named.</param>
    /// <param name="image">Image that was given for it; null for what the board holds, of which nothing is known before
    /// it is read.</param>
    public static QuarantineSubject Of(BenchEntry bench, string? dut, ReadOnlyMemory<byte>? image) => new(
        bench.Id, dut, bench.DutProfile, image is { } given ? MeVersionOf(given) : null,
        image is { } file ? ImageFile.HashOf(file.Span) : null);

    private static string? MeVersionOf(ReadOnlyMemory<byte> image)
    {
        try
        {
            return ImageAnalysis.Read(image, JobSurroundings.KeysOf(simulated: true)).Me?.Version.ToString();
        }
        catch (ImageFormatException)
        {
            return null; // the job itself will refuse it, and say why in its record
        }
    }
}
