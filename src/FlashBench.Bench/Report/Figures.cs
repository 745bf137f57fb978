using System.Globalization;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    private const long UsPerSecond = 1_000_000;

    /// <summary>"118,784 bytes".</summary>
    public static string Bytes(long count) =>
        count == 1 ? "1 byte" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes");

    /// <summary>"1,536".</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"8 MiB", or "4 KiB"; odd sizes in bytes.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1 << 20 when bytes % (1 << 20) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB"),
        >= 1 << 10 when bytes % (1 << 10) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10} KiB"),
        _ => Bytes(bytes),
    };

    /// <summary>"[0x003000, 0x17F000)".</summary>
    public static string Range(uint start, uint end) =>
        string.Create(CultureInfo.InvariantCulture, $"[0x{start:X6}, 0x{end:X6})");

    /// <summary>A share in percent with one decimal, never rounded up to all.</summary>
    /// <returns>"–" if there is no whole.</returns>
    public static string Percent(long part, long whole) => whole <= 0
        ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000.0 * part / whole) / 10:0.0} %");

    /// <summary>A duration as "31:00.0" (minutes, seconds), cut off, not rounded.</summary>
    public static string Clock(long us)
    {
        long tenths = Math.Abs(us / (UsPerSecond / 10));
        string sign = us <= -UsPerSecond / 10 ? "-" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{sign}{tenths / 600}:{tenths % 600 / 10:00}.{tenths % 10}");
    }

    /// <summary>"31 min", "31:30".</summary>
    public static string Minutes(double seconds) => seconds % 60 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min")
        : Clock((long)(seconds * UsPerSecond));

    /// <summary>"12.3 s".</summary>
    public static string Seconds(long us) =>
        string.Create(CultureInfo.InvariantCulture, $"{us / (UsPerSecond / 10) / 10.0:0.0} s");

    /// <summary>A coordinate inside a drawing, one decimal.</summary>
    public static string Place(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>"set (HAP, dword 0x000100 = 0x00010000, bit 16)".</summary>
    public static string Bit(JournalData.DisableBitState bit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(bit.Set ? "set" : "not set")} ({bit.Name}, dword 0x{bit.Offset:X6} = 0x{bit.Dword:X8}, bit {bit.Bit})");
}
