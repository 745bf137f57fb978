using FlashBench.Bench.Config;
using FlashBench.Bench.Power;

namespace FlashBench.Bench.Jobs;

/// <summary>What a reader of the record must know of a job from its start, although no check fails for it.</summary>
internal static class JobRemarks
{
    public static IEnumerable<string> Of(CertifyOptions options, BenchParts parts, DateTimeOffset now)
    {
        DutProfile profile = options.Profile;
        if (options.Require < profile.RequiredLevel)
            yield return $"level {options.Require} was asked for; the profile requires {profile.RequiredLevel}";
        if (options.CommissioningFault is { } fault)
            yield return $"no valid commissioning record: {fault}";
        if (options.ShortenedWatch is { } shortened)
            yield return $"the watch was shortened to {shortened.TotalSeconds:0} s by the operator";
        if (options.Image is { WholeChip: true })
            yield return "the operator typed the serial: the whole image goes onto the chip, over this board's data";
        foreach (string overruled in options.Overruled)
            yield return overruled;
        if (options.FaultPlan is { } faults)
            yield return faults;
        if (parts.Sensor is null)
            yield return "no power sensor: the board is not booted, and level L1 is the most that can be shown";
        else if (parts.Calibration?.RemarkOn(DateOnly.FromDateTime(now.UtcDateTime)) is { } calibration)
            yield return calibration;
        if (!profile.Me.Silicon)
            yield return "no ME silicon on this board: nothing of a running ME can be shown, and level L2 is the most";
        if (profile.Unverified)
            yield return $"the profile {profile.Id} is unverified: {DutProfile.UnverifiedText}";
        if (profile.Power.ToBeCommissioned)
            yield return $"the power thresholds of profile {profile.Id} were not commissioned on a board";
    }
}
