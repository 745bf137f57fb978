using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Benches;

/// <summary>Whether the disk has room for the evidence of a job.</summary>
internal static class FreeSpace
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Refuses a disk that is nearly full, and takes the reserve for a job that fills it up.</summary>
    /// <param name="config">Says how much must be free.</param>
    /// <param name="evidence">Evidence folder; created if needed.</param>
    /// <exception cref="CommandFailure">Too little is free, or the folder cannot be written.</exception>
    public static DiskReserve Claim(BenchConfig config, string evidence)
    {
        try
        {
            DurableFile.CreateDirectory(evidence);
            long free = new DriveInfo(evidence).AvailableFreeSpace / Mebibyte;
            if (free < config.MinFreeMiB)
            {
                throw new CommandFailure(
                    ExitCodes.CannotWrite, $"{evidence} has {free} MiB free, and a job begins with {config.MinFreeMiB} "
                    + "or more: make room, or say less with \"minFreeMiB\" in the configuration");
            }

            var reserve = new DiskReserve(Path.Combine(evidence, DiskReserve.FileName));
            reserve.Take();
            return reserve;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandFailure(
                ExitCodes.CannotWrite, $"{evidence}: no evidence can be kept there: {e.Message.TrimEnd('.')}");
        }
    }
}
