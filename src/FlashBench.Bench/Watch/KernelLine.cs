using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashBench.Bench.Watch;

/// <summary>Reads the time at the start of a kernel's log line: "[   12.345678] text".</summary>
internal static partial class KernelLine
{
    /// <returns>The kernel's uptime; null if it is no such line.</returns>
    public static TimeSpan? Uptime(string text) =>
        Stamp().Match(text) is { Success: true } stamp
            ? TimeSpan.FromMicroseconds(
                1_000_000 * long.Parse(stamp.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                + long.Parse(stamp.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex(@"\A\[ {0,4}([0-9]{1,7})\.([0-9]{6})\] [ -~]", RegexOptions.CultureInvariant)]
    private static partial Regex Stamp();
}
