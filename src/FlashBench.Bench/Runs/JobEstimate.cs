using FlashBench.Bench.Config;

namespace FlashBench.Bench.Runs;

/// <summary>How long a job takes, before anything was measured.</summary>
/// <remarks>The rates are those of docs/performance.md, rounded down; a job that took longer replaces them.</remarks>
public static class JobEstimate
{
    private const double Ch341aBytesPerSecond = 170_000, OtherBytesPerSecond = 600_000;
    private const int WholeReads = 5, OffSeconds = 25, BootSeconds = 60, MarginPercent = 5;

    /// <summary>The time from the first read to the record.</summary>
    /// <param name="profile">The board's profile.</param>
    /// <param name="chipBytes">Size of its chip.</param>
    /// <param name="isCh341a">True for a CH341A, whose clock is fixed.</param>
    /// <param name="baselineShort">True if a commissioning record stands for the long baseline.</param>
    public static TimeSpan Of(DutProfile profile, long chipBytes, bool isCh341a, bool baselineShort)
    {
        ArgumentNullException.ThrowIfNull(profile);
        WatchProfile watch = profile.Watch;
        double reads = WholeReads * chipBytes / (isCh341a ? Ch341aBytesPerSecond : OtherBytesPerSecond);
        double write = chipBytes / (isCh341a ? Ch341aBytesPerSecond : OtherBytesPerSecond);
        double baseline = (baselineShort ? watch.BaselineShort : watch.BaselineMinimum).TotalSeconds;
        double boots = watch.ColdBoots * watch.Minimum.TotalSeconds + watch.SoakMinutes.Sum(minutes => 60.0 * minutes)
            + watch.WarmBoots * watch.Minimum.TotalSeconds;
        int count = 1 + watch.ColdBoots + watch.WarmBoots + watch.SoakMinutes.Count;
        return TimeSpan.FromSeconds(
            (reads + write + baseline + boots + count * (OffSeconds + BootSeconds)) * (100 + MarginPercent) / 100);
    }

    /// <summary>The time of putting a backup back: two reads, and the write of what differs.</summary>
    public static TimeSpan OfRestore(long chipBytes, bool isCh341a) => TimeSpan.FromSeconds(
        2 * OffSeconds + 3 * chipBytes / (isCh341a ? Ch341aBytesPerSecond : OtherBytesPerSecond));
}
