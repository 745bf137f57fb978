using System.Diagnostics.Metrics;

namespace FlashBench.Bench.Journal;

/// <summary>How late evidence is, in milliseconds of real time, for whoever listens to the meter
/// <see cref="Name"/>; while nobody does, no clock is read.</summary>
/// <remarks>For use by any threads: all jobs of the process are told together, each record by the thread of its
/// bench.</remarks>
public static class JournalMeter
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "FlashBench.Journal";

    /// <summary>From the moment at which a job has something to say to its record on disk, synced; tag "type".
    /// </summary>
    public const string ToDiskName = "flashbench.journal.to_disk";

    /// <summary>From the arrival of console bytes in this process to their place in log and watch.</summary>
    public const string ConsoleLateName = "flashbench.console.late";

    private static readonly Meter Source = new(Name);
    private static readonly Histogram<double> ToDisk = Source.CreateHistogram<double>(ToDiskName, "ms");
    private static readonly Histogram<double> ConsoleLate = Source.CreateHistogram<double>(ConsoleLateName, "ms");

    /// <summary>The present, for <see cref="OnDisk"/>; null if nobody listens.</summary>
    internal static long? Now() => ToDisk.Enabled ? TimeProvider.System.GetTimestamp() : null;

    /// <summary>A record is on disk.</summary>
    internal static void OnDisk(long? since, string type)
    {
        if (since is long began)
        {
            ToDisk.Record(
                TimeProvider.System.GetElapsedTime(began).TotalMilliseconds,
                new KeyValuePair<string, object?>("type", type));
        }
    }

    /// <summary>Console bytes that arrived at <paramref name="timestamp"/> of a bench's clock are being kept.</summary>
    internal static void ConsoleKept(TimeProvider time, long timestamp)
    {
        if (ConsoleLate.Enabled)
            ConsoleLate.Record(time.GetElapsedTime(timestamp).TotalMilliseconds);
    }
}
