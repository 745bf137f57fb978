using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;

namespace FlashBench.Results.Rows;

/// <summary>Boots of a job's facts as rows.</summary>
internal static class BootRows
{
    public static List<BootRow> Of(JobFacts facts) => [.. facts.Boots.Select(Of)];

    /// <summary>The job's row with what its watched boots come to.</summary>
    public static JobRow Summed(JobRow row, List<BootRow> boots)
    {
        List<BootRow> watched = [.. boots.Where(boot => BootKind.IsWatched(boot.Kind))];
        List<PowerSpan> power = [.. watched.Select(boot => boot.Power).OfType<PowerSpan>()];
        return row with
        {
            Boots = boots,
            ObservedUs = watched.Min(boot => boot.ObservedUs),
            OsUpUs = watched.Max(boot => boot.OsUpUs),
            LongestGapUs = watched.Max(boot => (long?)boot.LongestGapUs),
            Power = power.Count == 0 ? null
                : new PowerSpan(power.Min(span => span.MinMilliwatts), power.Max(span => span.MaxMilliwatts)),
            ClockPpm = watched.Where(boot => boot.ClockPpm is not null)
                .MaxBy(boot => Math.Abs(boot.ClockPpm!.Value))?.ClockPpm,
        };
    }

    /// <summary>True for a sample that was taken while the rail was on.</summary>
    public static bool IsOn(BootObservation boot, long atUs) =>
        atUs >= boot.PowerGoodUs && atUs < (boot.PowerLostUs ?? long.MaxValue);

    /// <summary>What a sample comes to.</summary>
    public static long Milliwatts(int millivolts, int milliamps) => (long)millivolts * milliamps / 1000;

    private static BootRow Of(BootObservation boot) => new(
        boot.Number, boot.Kind, boot.Class.ToString(), boot.LastSignUs - boot.CountedFromUs,
        boot.OsUpUs - boot.CommandedUs, boot.LongestGapUs, PowerOf(boot), boot.Clock?.PartsPerMillion);

    private static PowerSpan? PowerOf(BootObservation boot)
    {
        List<long> on =
        [
            .. boot.Power.Where(sample => IsOn(boot, sample.AtUs))
                .Select(sample => Milliwatts(sample.Millivolts, sample.Milliamps)),
        ];
        return on.Count == 0 ? null : new PowerSpan(on.Min(), on.Max());
    }
}
