using System.Globalization;

namespace FlashBench.Cli.Flash;

/// <summary>Figures in the results of flash verbs.</summary>
internal static class FlashWords
{
    /// <summary>"93.9 s" or "1:33:07".</summary>
    public static string Duration(TimeSpan time) => time.TotalHours < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    /// <summary>"8192 KiB" or "300 bytes".</summary>
    public static string Size(long bytes) => bytes % 1024 == 0 ? $"{bytes / 1024} KiB" : $"{bytes} bytes";
}
