using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>Reads from early register samples that watching on is useless: the ME is not disabled.</summary>
internal static class FailFast
{
    /// <summary>A sample this soon after the start of the time that counts is early.</summary>
    public const long EarlyUs = 8L * 60 * 1_000_000;

    /// <summary>What an early sample says against the boot.</summary>
    /// <returns>A sentence; null if nothing does, or if the profile does not ask.</returns>
    public static string? Alarm(BootSettings settings, IReadOnlyList<RegisterSample> samples, long startUs)
    {
        if (!settings.FailFast)
            return null;
        foreach (RegisterSample sample in samples.TakeWhile(sample => sample.AtUs - startUs <= EarlyUs))
        {
            // None of these three states depends on the generation or on the bit in the flash.
            MeState state = MeStateTable.Decide(sample.Registers, null, null);
            if (state.Kind is MeStateKind.Running or MeStateKind.WatchdogArmed or MeStateKind.InvalidCpu)
            {
                return $"the ME's registers said {FormattedTime.Clock(sample.AtUs - startUs)} after the start: "
                    + $"{state.Sentence}; the profile ends such a boot at once";
            }
        }

        return null;
    }
}
