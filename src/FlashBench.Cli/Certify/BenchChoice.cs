using FlashBench.Bench.Config;
using FlashBench.Firmware;

namespace FlashBench.Cli.Certify;

/// <summary>Chooses the bench of a job.</summary>
internal static class BenchChoice
{
    /// <summary>The named bench; else, for a given image, the first whose profile is for that image; else the
    /// default.</summary>
    /// <exception cref="UsageException">There is no such bench.</exception>
    public static BenchEntry Find(BenchConfig config, string? id, byte[]? image)
    {
        if (id is null && image is not null && MajorOf(image) is int major)
        {
            BenchEntry? fitting = config.Benches
                .FirstOrDefault(bench => DutProfiles.Load(bench.DutProfile).Me.Majors.Contains(major));
            if (fitting is not null)
                return fitting;
        }

        return ConfigSource.Bench(config, id);
    }

    private static int? MajorOf(byte[] image)
    {
        try
        {
            return ImageAnalysis.Read(image, JobSurroundings.KeysOf(simulated: true)).Me?.Version.Major;
        }
        catch (ImageFormatException)
        {
            return null; // the job itself will refuse it, and say why in its record
        }
    }
}
