using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Faults;

namespace FlashBench.Cli.Certify;

/// <summary>What `--faults` asked for: a seed, or a plan that somebody wrote.</summary>
/// <param name="Seed">Draws the plan once the chip is known; null for <paramref name="Plan"/>.</param>
/// <param name="Plan">The plan of a file; null for <paramref name="Seed"/>.</param>
internal sealed record FaultChoice(int? Seed, FaultPlan? Plan)
{
    /// <summary>Understands the option's value; a whole number is a seed.</summary>
    /// <returns>Null if the option is not there.</returns>
    /// <exception cref="CommandFailure">The file is no fault plan (exit 65).</exception>
    public static FaultChoice? Of(string? value)
    {
        if (value is null)
            return null;
        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seed))
            return new FaultChoice(seed, null);
        try
        {
            return new FaultChoice(null, FaultPlanJson.Read(Bytes(value)));
        }
        catch (FaultPlanException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{value}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{value}: cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    // A pipe or a device that never ends is cut off behind the limit.
    private static byte[] Bytes(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[FaultPlanJson.BytesMax + 1];
        return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The plan for a chip of this size.</summary>
    public FaultPlan For(uint chipBytes) => Plan ?? FaultPlan.Draw(Seed ?? 0, chipBytes);

    /// <summary>The plan in a record's words: hash, seed, and every fault.</summary>
    public static string? Words(FaultPlan? plan) =>
        plan is null ? null : $"fault plan {plan.Sha256} (seed {plan.Seed}): {plan}";

    /// <summary>What a plan wants of the disk; null if nothing.</summary>
    public static DiskFaults? DiskOf(FaultPlan? plan)
    {
        PlannedFault? full = plan?.Find(FaultKinds.DiskFull), error = plan?.Find(FaultKinds.DiskError);
        PlannedFault? sync = plan?.Find(FaultKinds.DiskSync);
        if (full is null && error is null && sync is null)
            return null;
        return new DiskFaults
        {
            FullFromWrite = full?["write"],
            ErrorAtWrite = error?["write"],
            ErrorAtSync = sync?["sync"],
            TornBytes = (int)((full ?? error)?["bytes"] ?? 0),
        };
    }
}
