using System.Globalization;

namespace FlashBench.Bench.Watch;

/// <summary>Why a boot is watched.</summary>
public static class BootKind
{
    /// <summary>The board as received, before any write.</summary>
    public const string Baseline = "baseline";

    /// <summary>A cold boot of the board with the planned image.</summary>
    public const string Watch = "watch";

    /// <summary>A warm boot of it: the system restarts under power, and counting begins anew.</summary>
    public const string Warm = "warm";

    private const string SoakPrefix = "soak-";

    /// <summary>A cold boot that is watched for so many minutes.</summary>
    public static string Soak(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{SoakPrefix}{minutes}");

    /// <summary>The minutes of a soak; null if the kind is none.</summary>
    public static int? SoakMinutes(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        bool read = int.TryParse(
            kind.StartsWith(SoakPrefix, StringComparison.Ordinal) ? kind[SoakPrefix.Length..] : "",
            NumberStyles.None, CultureInfo.InvariantCulture, out int minutes);
        return read && minutes <= Config.WatchLimits.SoakMinutesMax && Soak(minutes) == kind ? minutes : null;
    }

    /// <summary>True for every boot of the board with the planned image.</summary>
    public static bool IsWatched(string kind) => kind is Watch or Warm || SoakMinutes(kind) is not null;
}
