using System.Text.Json;
using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Live;

/// <summary>Reads single lines of `events.jsonl`, which may come from anybody.</summary>
public static class EventLine
{
    /// <summary>Longest line that is read, in bytes.</summary>
    public const int BytesMax = 4 << 20;

    private const long AmountMax = 1L << 52;
    private const double SecondsMax = 1e9; // thirty years
    private const int CountMax = 10_000_000, MilliMax = 10_000_000;

    /// <summary>The event of a line.</summary>
    /// <param name="line">The line with or without its end.</param>
    /// <returns>Null if it is none that this program knows, or if one of its numbers cannot be true.</returns>
    public static LiveEvent? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length > BytesMax)
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, LiveEventContext.Default.LiveEvent) is { } happened
                && IsPossible(happened) ? happened : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static bool IsPossible(LiveEvent happened) => happened.Seq >= 0 && happened.At.Year is > 1970 and < 3000
        && happened switch
        {
            LiveEvent.RowOpened row => row.Jobs is null or (>= 0 and <= CountMax) && IsTime(row.JobSeconds ?? 0),
            LiveEvent.JobBegun job => job.Number is >= 0 and <= CountMax,
            LiveEvent.JobEnded job => IsTime(job.Seconds) && Enum.IsDefined(job.Verdict),
            LiveEvent.PhaseBegun phase => phase.Number is >= 0 and <= CountMax && phase.Count is >= 0 and <= CountMax,
            LiveEvent.PhaseEnded phase => Enum.IsDefined(phase.Verdict),
            LiveEvent.Missed missed => missed.Count is >= 0 and <= AmountMax,
            LiveEvent.RunLine line when RunEventRules.FaultOf(line.Line) is not null => false,
            LiveEvent.RunLine { Line: RunEvent.Done done } => IsTime(done.Digest.Seconds)
                && Enum.IsDefined(done.Digest.Verdict),
            LiveEvent.RunLine { Line: RunEvent.Started start } => start.Cycles is null or (>= 0 and <= CountMax)
                && start.Benches.Length <= CountMax && start.Images.Length <= CountMax,
            LiveEvent.Progress progress => IsAmount(progress) && IsTime(progress.ElapsedSeconds)
                && IsTime(progress.HeartbeatSeconds ?? 0) && IsMilli(progress.Millivolts)
                && IsMilli(progress.Milliamps),
            _ => true,
        };

    private static bool IsAmount(LiveEvent.Progress progress)
    {
        long most = progress.Unit == "s" ? (long)SecondsMax : AmountMax;
        return progress.Done >= 0 && progress.Done <= most && progress.Total >= 0 && progress.Total <= most;
    }

    private static bool IsTime(double seconds) => seconds is >= 0 and <= SecondsMax;

    private static bool IsMilli(int? value) => value is null or (>= -MilliMax and <= MilliMax);
}
