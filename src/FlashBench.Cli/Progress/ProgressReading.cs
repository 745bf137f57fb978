using System.Globalization;

namespace FlashBench.Cli.Progress;

/// <summary>How far one phase is, and what follows from it.</summary>
/// <param name="Phase">Name of the phase.</param>
/// <param name="Done">Finished part, in <paramref name="Unit"/>.</param>
/// <param name="Total">The whole, in <paramref name="Unit"/>; 0 or less means: not known.</param>
/// <param name="Unit">"bytes", "s" for the seconds of a watch, or any other noun in the plural.</param>
/// <param name="Elapsed">Bench time since the phase began; rate and estimate are computed from it.</param>
internal readonly record struct ProgressReading(string Phase, long Done, long Total, string Unit, TimeSpan Elapsed)
{
    private const double Kibi = 1024;

    /// <summary>Finished part of the whole, 0 to 1; 0 when the whole is not known.</summary>
    public double Fraction => Total > 0 ? Math.Clamp((double)Done / Total, 0, 1) : 0;

    /// <summary>Finished part in whole percent, never rounded up.</summary>
    public int Percent => (int)(Fraction * 100);

    /// <summary>Done and total, rate, estimate: "5120/8192 KiB, 412 KiB/s, ETA 0:07" or "18:42/31:00".</summary>
    public override string ToString()
    {
        string text = Amount();
        if (Rate() is { } rate)
            text += $", {rate}";
        return Remaining() is { } left ? $"{text}, ETA {Clock(left)}" : text;
    }

    /// <summary>Minutes and seconds, with hours only where they are needed: 0:07, 31:00, 1:05:00.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours < 1
        ? time.ToString(@"m\:ss", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}");

    private bool IsClock => Unit == "s";

    private bool IsBytes => Unit == "bytes";

    private string Amount()
    {
        if (IsClock)
            return $"{Clock(TimeSpan.FromSeconds(Done))}/{Clock(TimeSpan.FromSeconds(Total))}";
        return IsBytes
            ? string.Create(CultureInfo.InvariantCulture, $"{Done / 1024}/{Total / 1024} KiB")
            : string.Create(CultureInfo.InvariantCulture, $"{Done}/{Total} {Unit}");
    }

    /// <summary>Amount per second of bench time; null for a watch, and while unknown.</summary>
    public string? Rate()
    {
        if (IsClock || Elapsed <= TimeSpan.Zero || Done <= 0)
            return null;
        double each = Done / Elapsed.TotalSeconds;
        return IsBytes
            ? string.Create(CultureInfo.InvariantCulture, $"{each / Kibi:0.#} KiB/s")
            : string.Create(CultureInfo.InvariantCulture, $"{each:0.#} {Unit}/s");
    }

    /// <summary>Bench time until the end of the phase; null if unknown.</summary>
    public TimeSpan? Remaining()
    {
        if (Done <= 0 || Done >= Total || Elapsed <= TimeSpan.Zero)
            return null;
        double seconds = IsClock ? Total - Done : Elapsed.TotalSeconds * (Total - Done) / Done;
        return seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(Math.Ceiling(seconds)) : null;
    }
}
