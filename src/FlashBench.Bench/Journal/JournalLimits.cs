using System.Text.Json;
using FlashBench.Bench.Config;

namespace FlashBench.Bench.Journal;

/// <summary>Bounds that every record keeps: what lies outside was not written by a bench.</summary>
/// <remarks>
/// A record may come from a stranger who signed it. Whatever computes with it afterwards may rely on these bounds: no
/// sum or difference of two times overflows, no member is null, and the watch's numbers are those of a real watch.
/// </remarks>
internal static class JournalLimits
{
    /// <summary>Latest time on the monotonic clock, in microseconds: ten years.</summary>
    public const long MonoUsMax = 10L * 366 * 24 * 3600 * 1_000_000;

    private const long BootUsMax = MonoUsMax * 10; // a host that runs for a century
    private const int UtcYearMin = 1970, UtcYearMax = 2999;

    /// <summary>True if the clocks show a time at which a job can run.</summary>
    public static bool IsTime(JournalTime at) =>
        at.MonoUs is >= 0 and <= MonoUsMax && at.BootUs is >= 0 and <= BootUsMax
            && at.Utc.Year is >= UtcYearMin and <= UtcYearMax;

    /// <summary>True if a record's JSON has no null where none is allowed, no number beyond all bounds, and no range
    /// that ends before it starts.</summary>
    public static bool IsData(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(IsMember) && IsRange(element),
        JsonValueKind.Array => element.EnumerateArray().All(IsData),
        JsonValueKind.Number => IsNumber(element),
        JsonValueKind.Null => false,
        _ => true,
    };

    /// <summary>True if the job was asked for a watch that shows something.</summary>
    public static bool IsWatch(JournalData.JobStart start)
    {
        JournalData.WatchNumbers watch = start.Watch;
        int shortest = watch.Shortened ? WatchLimits.ShortenedSecondsMin : WatchLimits.SecondsMin;
        return IsIn(watch.MinimumSeconds, shortest, WatchLimits.SecondsMax)
            && IsIn(watch.BaselineSeconds, ShortestBaseline(watch, shortest), WatchLimits.SecondsMax)
            && IsIn(watch.ColdBoots, WatchLimits.ColdBootsMin, WatchLimits.ColdBootsMax)
            && IsIn(watch.WarmBoots, 0, WatchLimits.WarmBootsMax)
            && watch.SoakMinutes is { Length: <= WatchLimits.SoaksMax } soaks
            && soaks.All(minutes => IsIn(minutes, WatchLimits.SoakMinutesMin, WatchLimits.SoakMinutesMax))
            && IsIn(watch.GapMaxSeconds, WatchLimits.GapSecondsMin, WatchLimits.GapSecondsMax)
            && IsIn(watch.GraceSeconds, WatchLimits.GraceSecondsMin, WatchLimits.GraceSecondsMax)
            && IsIn(watch.BootLimitSeconds, 1, WatchLimits.SecondsMax)
            && IsBanner(watch.Banner) && IsPower(start.Power);
    }

    /// <summary>True if a commissioning record has the measures of one; whether it fits the job is for the decision.
    /// </summary>
    public static bool IsCommissioning(JournalData.Commissioning cited)
    {
        JournalData.Commissioned record = cited.Record;
        return IsHash(cited.Sha256) && IsHash(cited.KeyId) && IsHash(record.ProfileSha256)
            && IsIn(record.ValidDays, CommissioningLimits.DaysMin, CommissioningLimits.DaysMax)
            && IsIn(record.BaselineSeconds, WatchLimits.SecondsMin, WatchLimits.SecondsMax)
            && CommissioningLimits.Time(record.Created) is not null
            && record.MeVisible is "yes" or "no" or "unknown"
            && record.Runs.Length is > 0 and <= CommissioningLimits.RunsMax
            && record.NotRun.Length <= CommissioningLimits.RunsMax
            && Texts(record).All(text => text.Length <= CommissioningLimits.TextMax)
            && record.Runs.All(run => IsHash(run.JournalSha256));
    }

    private static IEnumerable<string> Texts(JournalData.Commissioned record) =>
    [
        record.Bench, record.Profile, record.Operator, record.Host, record.Software, record.MeVersion,
        .. record.Runs.SelectMany(run => (string[])[run.Name, run.Job, run.Expected, run.Seen]),
        .. record.NotRun.SelectMany(one => (string[])[one.Name, one.Why]),
    ];

    private static bool IsHash(string text) =>
        text.Length == 64 && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');

    private static int ShortestBaseline(JournalData.WatchNumbers watch, int shortest) =>
        watch.BaselineShort ? Math.Min(shortest, WatchLimits.BaselineShortSecondsMin) : shortest;

    private static bool IsPower(JournalData.PowerNumbers power) =>
        IsIn(power.OnMillivolts, 1, WatchLimits.MillivoltsMax)
            && IsIn(power.OffMillivolts, 0, power.OnMillivolts - 1)
            && IsIn(power.OffMilliamps, 0, WatchLimits.MilliampsMax)
            && IsIn(
                power.SampleSeconds * 1000, WatchLimits.SampleMillisecondsMin, WatchLimits.SampleMillisecondsMax)
            && IsIn(power.SleepMilliampsMax, 0, WatchLimits.MilliampsMax)
            && IsIn(power.SleepMilliampsMin, 0, power.SleepMilliampsMax);

    private static bool IsBanner(string pattern)
    {
        try
        {
            return pattern.Length is > 0 and <= WatchLimits.BannerLengthMax
                && WatchLimits.Banner(pattern) is not null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    // NaN is in no range.
    private static bool IsIn(double value, double min, double max) => value >= min && value <= max;

    private static bool IsMember(JsonProperty member) =>
        IsData(member.Value)
            || (member.Value.ValueKind == JsonValueKind.Null && member.Name is "control" or "contentLimit");

    private static bool IsNumber(JsonElement number) =>
        number.TryGetDouble(out double value) && IsIn(value, -MonoUsMax, MonoUsMax);

    private static bool IsRange(JsonElement element) =>
        !element.TryGetProperty("start", out JsonElement start) || !element.TryGetProperty("end", out JsonElement end)
            || (start.TryGetInt64(out long from) && end.TryGetInt64(out long to) && from <= to);
}
