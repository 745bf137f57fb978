using System.Globalization;
using FlashBench.Bench.Watch;
using FlashBench.Simulation.Board;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>F10: a board that dies at a given second gets the class of that second, and the second is measured.
/// </summary>
public sealed class DeathTimeTests
{
    private static readonly (double Second, BootClass Class)[] Deaths =
    [
        (1, BootClass.UnexplainedPowerLoss), (569, BootClass.UnexplainedPowerLoss), (571, BootClass.VendorTimer),
        (600, BootClass.VendorTimer), (629, BootClass.VendorTimer), (631, BootClass.UnexplainedPowerLoss),
        (1739, BootClass.UnexplainedPowerLoss), (1741, BootClass.WatchdogConsistent),
        (1799, BootClass.WatchdogConsistent), (1800, BootClass.WatchdogConsistent),
        (1801, BootClass.WatchdogConsistent), (1859, BootClass.WatchdogConsistent),
        (1861, BootClass.UnexplainedPowerLoss), (7139, BootClass.UnexplainedPowerLoss),
        (7141, BootClass.VendorTimer), (7200, BootClass.VendorTimer), (7259, BootClass.VendorTimer),
        (7261, BootClass.UnexplainedPowerLoss),
    ];

    [Theory]
    [InlineData(250)]
    [InlineData(500)]
    public async Task The_second_of_death_is_measured_to_less_than_a_second_and_names_the_class(int milliseconds)
    {
        int boots = Math.Max(1, WatchFigures.Boots(1) / 4);
        var rows = new List<string>();
        var wrong = new List<string>();
        foreach ((double second, BootClass expected) in Deaths)
        {
            (BootObservation Boot, double Died)[] played = WatchFigures.Play(boots, seed =>
            {
                double died = second + new Random(~seed).NextDouble() - 0.5; // at any phase of the sampling
                return (Die(seed, died, milliseconds), died);
            });
            BootObservation[] seen = [.. played.Select(one => one.Boot)];
            double[] errors = [.. played.Select(one => ErrorOf(one.Boot, one.Died))];
            double uncertainty = seen.Max(boot => boot.LossUncertaintyUs ?? 0) / 1e6;
            int right = seen.Count(boot => boot.Class == expected);
            for (int i = 0; i < boots; i++)
            {
                // The rail takes a moment to fall below the threshold.
                bool within = errors[i] < 1 && errors[i] <= (seen[i].LossUncertaintyUs + 100_000) / 1e6;
                if (seen[i].Class != expected || !within)
                    wrong.Add($"{second} s, boot {i}: {errors[i]:0.000} s off: {seen[i].Class}: {seen[i].Explanation}");
            }

            rows.Add(string.Create(CultureInfo.InvariantCulture,
                $"| {second} s | {milliseconds} ms | {boots} | {expected} {right} | {errors.Max():0.00} s | "
                + $"{uncertainty:0.00} s |"));
        }

        await WatchFigures.KeepAsync($"f10-{milliseconds}", rows);
        Assert.Empty(wrong);
    }

    private static double ErrorOf(BootObservation boot, double second) =>
        Math.Abs((boot.PowerLostUs - boot.PowerGoodUs ?? long.MaxValue) / 1e6 - second);

    private static BootObservation Die(int seed, double second, int milliseconds)
    {
        BootSettings settings = new WatchRig(seed).Settings;
        return new WatchRig(seed)
        {
            SampleInterval = TimeSpan.FromMilliseconds(milliseconds),
            Settings = second > 1900 ? settings with { MinimumUs = 130 * 60_000_000L } : settings,
        }.Watch((faults, _) => faults.PowerOff =
            new BoardPowerOff(new BootMoment(1, TimeSpan.FromSeconds(second)), Announced: false));
    }
}
