using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Watch;
using FlashBench.Simulation;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>F11: whole jobs on hosts whose clocks are in trouble.</summary>
public sealed class ClockTroubleTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private sealed record Trouble(string Name, Func<VirtualTime, TimeSpan, TroubledClock> Clock, bool IsGap = false);

    private static readonly Trouble[] Troubles =
    [
        new("none", (world, _) => new TroubledClock(world)),
        new("wall clock +1 h", (world, at) => new TroubledClock(world) { Step = (at, Hour) }),
        new("wall clock -1 h", (world, at) => new TroubledClock(world) { Step = (at, -Hour) }),
        new("wall clock +24 h", (world, at) => new TroubledClock(world) { Step = (at, 24 * Hour) }),
        new("wall clock -24 h", (world, at) => new TroubledClock(world) { Step = (at, -24 * Hour) }),
        new("summer time begins", (world, at) => new TroubledClock(world) { Zone = Summer(world.GetUtcNow() + at) }),
        new("slew +500 ppm", (world, _) => new TroubledClock(world) { Rate = 1.0005 }),
        new("slew -500 ppm", (world, _) => new TroubledClock(world) { Rate = 0.9995 }),
        new("host suspended for 10 min",
            (world, at) => new TroubledClock(world) { Suspend = (at, TimeSpan.FromMinutes(10)) }, IsGap: true),
        new("host suspended for 30 s",
            (world, at) => new TroubledClock(world) { Suspend = (at, TimeSpan.FromSeconds(30)) }, IsGap: true),
    ];

    [Fact]
    public async Task No_trouble_with_clocks_makes_a_wrong_verdict_and_a_suspend_is_a_gap()
    {
        int jobs = Math.Max(1, WatchFigures.Boots(1) / 20);
        var rows = new List<string>();
        var wrong = new List<string>();
        foreach (Trouble trouble in Troubles)
        {
            foreach (bool dies in (bool[])[false, true])
            {
                var seen = WatchFigures.Play(jobs, seed => Run(trouble, dies, new Random(seed)));
                wrong.AddRange(seen.Select(job => job.Fault).OfType<string>()
                    .Select(fault => $"{trouble.Name}, dies {dies}: {fault}"));
                rows.Add(Row(trouble, dies, [.. seen.Select(job => job.Verdict)],
                    (seen.Max(job => job.Error), seen.Max(job => Math.Abs(job.Seen.Clock?.PartsPerMillion ?? 0)))));
            }
        }

        await WatchFigures.KeepAsync("f11", rows);
        Assert.Empty(wrong);
    }

    private static (Verdict Verdict, BootObservation Seen, double Error, string? Fault) Run(
        Trouble trouble, bool dies, Random random)
    {
        TroubledClock clock = null!;
        // In the first watched boot, after the baseline and the write: some two minutes of work and 31 of baseline.
        var at = TimeSpan.FromMinutes(37 + 24 * random.NextDouble());
        using var bench = new JobBench
        {
            Control = dies ? NegativeControl.DamagedManifest : null,
            HostClock = world => clock = trouble.Clock(world, at),
        };
        Verdict verdict = bench.Run().Result.Judgement.Verdict;
        List<BootObservation> boots = bench.Verify().Facts.Boots.ToList();
        BootObservation seen = boots.MaxBy(boot => (ErrorOf(boot, clock), boot.Kind == BootKind.Watch))!;
        double error = ErrorOf(seen, clock);
        bool hit = trouble.IsGap && error > 1;
        seen = hit ? seen : boots.First(boot => boot.Kind == BootKind.Watch);
        // Registers that named the armed watchdog before the gap make a failure by themselves.
        (Verdict, BootClass) expected = hit ? (dies ? Verdict.Fail : Verdict.Inconclusive, BootClass.Gap)
            : dies ? (Verdict.Fail, BootClass.WatchdogConsistent) : (Verdict.Pass, BootClass.Alive);
        string? fault = (verdict, seen.Class) == expected ? null : $"{verdict}, {seen.Class}: {seen.Explanation}";
        return (verdict, seen, error, fault);
    }

    // How far the boot's length by the host's clock is from its length in the world, in seconds.
    private static double ErrorOf(BootObservation boot, TroubledClock clock)
    {
        TimeSpan from = TimeSpan.FromMicroseconds(boot.PowerGoodUs!.Value);
        TimeSpan to = TimeSpan.FromMicroseconds(boot.PowerLostUs ?? boot.EndUs);
        return Math.Round(Math.Abs((to - from - (clock.WorldAt(to) - clock.WorldAt(from))).TotalSeconds), 3);
    }

    private static string Row(
        Trouble trouble, bool dies, List<Verdict> verdicts, (double Error, double PartsPerMillion) worst)
    {
        string seen = string.Join(", ", verdicts.GroupBy(verdict => verdict)
            .Select(group => $"{group.Key.ToString().ToUpperInvariant()} {group.Count()}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {trouble.Name} | {(dies ? "ME's watchdog" : "neutralized")} | {verdicts.Count} | {seen} | "
            + $"{worst.Error:0.00} s | {worst.PartsPerMillion:0} ppm |");
    }

    private static TimeZoneInfo Summer(DateTimeOffset at)
    {
        DateTime local = at.UtcDateTime;
        var begins = TimeZoneInfo.TransitionTime.CreateFixedDateRule(
            new DateTime(1, 1, 1, local.Hour, local.Minute, 0), local.Month, local.Day);
        var ends = TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 25);
        var rule = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, Hour, begins, ends);
        return TimeZoneInfo.CreateCustomTimeZone("summer", TimeSpan.Zero, "summer", "winter", "summer", [rule]);
    }
}
