using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;

namespace FlashBench.Cli.Soak;

/// <summary>Where the virtual clock of a run stands that goes on.</summary>
internal static class RunClock
{
    /// <summary>When the last thing happened that its log and the journals of its open jobs know of.</summary>
    public static DateTimeOffset LastOf(string folder, IReadOnlyList<RunEvent> events)
    {
        RunCourse course = RunCourse.Of(events);
        return events.Select(TimeOf).OfType<DateTimeOffset>()
            .Concat(course.Benches.Where(bench => bench.Open is not null).SelectMany(
                bench => JobFolders.Of(folder, bench.Open!.Job).Select(LastRecord).OfType<DateTimeOffset>()))
            .Max();
    }

    private static DateTimeOffset? TimeOf(RunEvent happened) => happened switch
    {
        RunEvent.Started start => start.Utc,
        RunEvent.WentOn on => on.Utc,
        RunEvent.Done done => done.Digest.EndedUtc,
        RunEvent.Left left => left.Utc,
        RunEvent.Stopping stopping => stopping.Utc,
        _ => null,
    };

    private static DateTimeOffset? LastRecord(string directory)
    {
        try
        {
            return InterruptedJob.Read(directory).Last.Utc;
        }
        catch (EvidenceException)
        {
            return null; // nothing was begun there
        }
    }
}
