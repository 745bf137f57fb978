using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Jobs;

/// <summary>How long each part of a job may take before it counts as hanging: all deadlines above the drivers' own.
/// </summary>
/// <remarks>
/// A limit is no estimate: it is far above the slowest bench that works. Below it, every transfer and every erase has a
/// deadline in its driver, and every step of switching power has one in the profile. A phase past its limit ends
/// ERROR; what does not even then let go is left alone after <see cref="LetGo"/>, and the board is made safe.
/// </remarks>
internal static class PhaseLimits
{
    /// <summary>How long a part that was told to stop may take to do so: the longest erase of a chip's block is 4 s,
    /// and a person who is asked has a minute.</summary>
    public static readonly TimeSpan LetGo = TimeSpan.FromMinutes(2);

    /// <summary>How long releasing the programmer, or opening the relay, may take at the end.</summary>
    public static readonly TimeSpan SafeState = TimeSpan.FromSeconds(30);

    private const int ReadBytesPerSecondMin = 20_000, WriteBytesPerSecondMin = 2_000; // a slow serprog link
    private const int ChipBytesMax = 64 << 20, WholeReadsMax = 4;

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(30); // switching, asking a person, calibrating

    // No timer of the framework takes 50 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(45);

    /// <summary>The limit of a phase.</summary>
    /// <param name="phase">Its name.</param>
    /// <param name="start">What the job was asked.</param>
    /// <param name="chipBytes">Size of the chip; null before it is known.</param>
    public static TimeSpan Of(string phase, JournalData.JobStart start, uint? chipBytes)
    {
        JournalData.WatchNumbers watch = start.Watch;
        double boot = Math.Max(watch.MinimumSeconds, watch.BaselineSeconds) + watch.GraceSeconds
            + 7 * watch.BootLimitSeconds; // as many starts of the firmware as are no loop yet
        double chip = chipBytes ?? ChipBytesMax;
        TimeSpan reads = TimeSpan.FromSeconds(WholeReadsMax * chip / ReadBytesPerSecondMin);
        TimeSpan write = TimeSpan.FromSeconds(chip / WriteBytesPerSecondMin);
        return Capped(Step + phase switch
        {
            "backup" or "re-read" => reads,
            "baseline" => Step + TimeSpan.FromSeconds(boot),
            "watch" => (Step + TimeSpan.FromSeconds(boot)) * BootsOf(watch)
                + TimeSpan.FromMinutes(watch.SoakMinutes.Sum()),
            "write" or "restore" => reads + write,
            _ => TimeSpan.Zero,
        });
    }

    private static TimeSpan Capped(TimeSpan limit) => limit < Longest ? limit : Longest;

    private static int BootsOf(JournalData.WatchNumbers watch) =>
        watch.ColdBoots + watch.WarmBoots + watch.SoakMinutes.Length;

    /// <summary>The limit of a whole job: that of every phase, and of its end.</summary>
    public static TimeSpan OfJob(IEnumerable<string> phases, JournalData.JobStart start) =>
        Capped(phases.Aggregate(Step, (sum, phase) => sum + Of(phase, start, chipBytes: null)));
}
