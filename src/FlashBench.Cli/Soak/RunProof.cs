using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;

namespace FlashBench.Cli.Soak;

/// <summary>Whether the log of a run says what the journals of its jobs say.</summary>
internal static class RunProof
{
    /// <summary>Derives every ended job again, on all processors.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="events">Its log.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="CommandFailure">A journal is missing, damaged, or says something else.</exception>
    public static void Check(string folder, IReadOnlyList<RunEvent> events, CancellationToken cancel)
    {
        string? fault = events.OfType<RunEvent.Done>().Where(done => !done.Digest.NoRecord)
            .AsParallel().AsOrdered().WithCancellation(cancel)
            .Select(done => FaultOf(folder, done.Digest)).FirstOrDefault(found => found is not null);
        if (fault is not null)
            throw new CommandFailure(ExitCodes.BadInput, $"{folder}: {fault}");
    }

    private static string? FaultOf(string folder, JobDigest said)
    {
        try
        {
            JobDigest shown = JobDigest.OfFolder(Path.Combine(folder, said.Directory));
            return LineOf(shown) == LineOf(said) ? null
                : $"{RunLog.FileName} says of job {said.Directory} what its journal does not say";
        }
        catch (EvidenceException e)
        {
            return $"job {said.Directory}: {e.Message.TrimEnd('.')}";
        }
    }

    private static string LineOf(JobDigest digest) => new RunEvent.Done("", 0, 0, digest).ToJson();
}
