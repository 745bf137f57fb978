using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Certify;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Soak;

/// <summary>What a soak will take, before it begins.</summary>
internal static class SoakPlan
{
    /// <summary>The time of one job on a bench.</summary>
    public static TimeSpan JobTime(JobSurroundings around, BenchEntry bench)
    {
        DutProfile profile = DutProfiles.Load(bench.DutProfile);
        bool commissioned = new CommissioningStore(around.Paths.State).Has(bench.Id, profile.Id);
        return JobEstimate.Of(profile, ChipBytes(bench, profile), IsCh341a(bench), commissioned);
    }

    /// <summary>The time of putting the board's own image back.</summary>
    public static TimeSpan ReturnTime(BenchEntry bench) =>
        JobEstimate.OfRestore(ChipBytes(bench, DutProfiles.Load(bench.DutProfile)), IsCh341a(bench));

    /// <summary>The jobs of a bench, and when it is done.</summary>
    /// <param name="around">Configuration and folders.</param>
    /// <param name="bench">The bench.</param>
    /// <param name="start">What is asked.</param>
    public static (int? Jobs, DateTimeOffset? EndUtc) Of(
        JobSurroundings around, BenchEntry bench, RunEvent.Started start)
    {
        TimeSpan job = JobTime(around, bench), back = start.Leave ? TimeSpan.Zero : ReturnTime(bench);
        int perCycle = Math.Max(1, start.Benches.First(one => one.Id == bench.Id).Images.Length);
        int? fitting = start.UntilUtc is { } until
            ? (int)Math.Max(0, (until - start.Utc - back) / job) : null;
        int? jobs = (start.Cycles * perCycle, fitting) switch
        {
            (int all, int most) => Math.Min(all, most),
            (var all, var most) => all ?? most,
        };
        return (jobs, jobs is int count ? start.Utc + job * count + (count > 0 ? back : TimeSpan.Zero) : null);
    }

    private static bool IsCh341a(BenchEntry bench) =>
        bench.Virtual is { Programmer: "ch341a" } || bench.Programmer is { Kind: ProgrammerKind.Ch341a };

    private static long ChipBytes(BenchEntry bench, DutProfile profile) =>
        SpiNorChips.ByName(bench.Virtual?.Chip ?? "")?.SizeBytes
        ?? profile.Chips.SelectMany(id => SpiNorChips.All.Where(chip => chip.JedecId == id))
            .Select(chip => (long)chip.SizeBytes).DefaultIfEmpty(16 << 20).Max();
}
