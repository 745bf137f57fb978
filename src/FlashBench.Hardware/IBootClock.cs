namespace FlashBench.Hardware;

/// <summary>Time since the host started, time asleep included (CLOCK_BOOTTIME).</summary>
/// <remarks>
/// A watch compares it with <see cref="TimeProvider.GetTimestamp"/>, which stands still while the host sleeps: the two
/// drift apart exactly when the bench was not watching.
/// </remarks>
public interface IBootClock
{
    /// <summary>Time since the host started.</summary>
    TimeSpan SinceBoot { get; }
}
