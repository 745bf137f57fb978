namespace FlashBench.Results.Rows;

/// <summary>One judged boot of a decided job.</summary>
/// <remarks>Times are microseconds of the job's monotonic clock; null means that it was not seen.</remarks>
/// <param name="Number">1-based number within the job.</param>
/// <param name="Kind">"baseline", "watch", "warm" or "soak-N".</param>
/// <param name="Class">How it ended, in the words of the record.</param>
/// <param name="ObservedUs">From where counting began to the last sign of life.</param>
/// <param name="OsUpUs">From the relay to the first sign of the operating system.</param>
/// <param name="LongestGapUs">Longest silence once the system was up.</param>
/// <param name="Power">Smallest and largest power while the rail was on.</param>
/// <param name="ClockPpm">The board's clock less the bench's, in parts per million.</param>
public sealed record BootRow(
    int Number, string Kind, string Class, long? ObservedUs, long? OsUpUs, long LongestGapUs, PowerSpan? Power,
    double? ClockPpm);

/// <summary>Smallest and largest of the sensor's samples, in milliwatts.</summary>
public readonly record struct PowerSpan(long MinMilliwatts, long MaxMilliwatts);
