using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>F9: what the watch calls each of many ends of a boot.</summary>
public sealed class ConfusionMatrixTests
{
    [Fact]
    public async Task Every_end_of_a_boot_gets_its_name_and_no_dead_board_is_alive()
    {
        int boots = WatchFigures.Boots(1);
        var rows = new List<string>();
        var wrong = new List<string>();
        foreach (WatchSituation situation in WatchSituations.All)
        {
            BootObservation[] seen =
                WatchFigures.Play(boots, seed => Rig(situation, seed).Watch(situation.Arrange));
            wrong.AddRange(seen.Index()
                .Where(boot => !situation.Expected.Contains(boot.Item.Class) || IsDangerous(situation, boot.Item))
                .Select(boot => $"{situation.Name}, boot {boot.Index}: {boot.Item.Class}: {boot.Item.Explanation}"));
            rows.Add(Row(situation, seen));
        }

        await WatchFigures.KeepAsync("f9", rows);
        Assert.Empty(wrong);
    }

    // Dead and passed, or not shown to be dead and failed.
    private static bool IsDangerous(WatchSituation situation, BootObservation boot) =>
        WatchChecks.OutcomeOf(boot.Class) switch
        {
            Verdict.Pass => !situation.Lives || !situation.Expected.Contains(BootClass.Alive),
            Verdict.Fail => situation.Lives && !situation.FailFast,
            _ => false,
        };

    private static WatchRig Rig(WatchSituation situation, int seed)
    {
        BootSettings settings = new WatchRig(seed).Settings with
        {
            FailFast = situation.FailFast,
            SleepMilliamps = situation.KnowsSleep ? (70, 100) : default,
            MinimumUs = situation.Minutes * 60_000_000L,
        };
        return new WatchRig(seed)
        {
            Kind = situation.Kind,
            Image = situation.Image,
            ProbesLogin = situation.ProbesLogin,
            BootsBefore = situation.BootsBefore,
            Settings = settings,
        };
    }

    private static string Row(WatchSituation situation, BootObservation[] seen)
    {
        string classes = string.Join(", ", seen.GroupBy(boot => boot.Class).OrderByDescending(group => group.Count())
            .Select(group => $"{group.Key} {group.Count()}"));
        string outcomes = string.Join(", ", seen.GroupBy(boot => WatchChecks.OutcomeOf(boot.Class))
            .OrderByDescending(group => group.Count())
            .Select(group => $"{group.Key.ToString().ToUpperInvariant()} {group.Count()}"));
        int expected = seen.Count(boot => situation.Expected.Contains(boot.Class));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {situation.Name} | {seen.Length} | {classes} | {outcomes} | {100.0 * expected / seen.Length:0.#} % |");
    }
}
