using System.Globalization;

namespace FlashBench.Hardware;

/// <summary>The boot clock of the running host.</summary>
/// <remarks>Source: Linux proc_uptime(5): first field, seconds since boot with time asleep, in 10 ms steps.</remarks>
public sealed class HostBootClock : IBootClock
{
    private const string UptimePath = "/proc/uptime";

    // A century: what is above it is damage, not uptime.
    private const decimal SecondsMax = 100m * 366 * 24 * 3600;

    /// <inheritdoc/>
    /// <exception cref="IOException">The kernel does not tell its uptime.</exception>
    public TimeSpan SinceBoot => Parse(File.ReadAllText(UptimePath));

    /// <summary>Reads the first field of an uptime line.</summary>
    /// <exception cref="IOException">The line does not begin with a number of seconds.</exception>
    internal static TimeSpan Parse(string line)
    {
        string seconds = line.Split(' ', '\n')[0];
        bool isNumber = decimal.TryParse(
            seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value);
        return isNumber && value < SecondsMax
            ? TimeSpan.FromTicks((long)(value * TimeSpan.TicksPerSecond))
            : throw new IOException($"{UptimePath} does not begin with the seconds since boot");
    }
}
