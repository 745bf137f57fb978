using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.Cli.Regress;

/// <summary>What an earlier run found, and need not be found again.</summary>
/// <param name="known">The earlier run; null for none, or if nothing is to be taken over.</param>
/// <param name="evidence">Evidence folder.</param>
internal sealed class KnownCells(RegressTable? known, string evidence)
{
    private readonly Dictionary<string, CellResult> _known = known?.Cells
        .Where(cell => cell.IsLasting)
        .GroupBy(cell => cell.Key).ToDictionary(group => group.Key, group => group.First()) ?? [];

    /// <summary>The earlier result of a cell on which nothing has changed since; null if it must be examined, also
    /// since the journals of its jobs are gone, or say something else.</summary>
    public CellResult? Find(CellResult named) =>
        _known.TryGetValue(named.Key, out CellResult? earlier) && IsProven(earlier)
            ? earlier with
            {
                File = named.File, // the content may have another name now
            }
            : null;

    // A result is worth what its evidence is (rule I3): no attempt says otherwise, and one says so.
    private bool IsProven(CellResult earlier)
    {
        if (earlier.Stage != CellJudge.Run) // by static checks alone
            return earlier is { IsRun: false, Outcome: CellOutcome.Static or CellOutcome.Refused or CellOutcome.Fail };
        try
        {
            List<JobDigest> jobs =
            [
                .. earlier.Jobs.Select(job => JobDigest.OfFolder(Path.Combine(evidence, earlier.Run, job)))
                    .Where(job => !job.MayBeRepeated), // an attempt that the bench broke is none
            ];
            return jobs.TrueForAll(job => CellJudge.OutcomeOf(job) == earlier.Outcome)
                && jobs.Exists(job => job.Level == earlier.Level);
        }
        catch (EvidenceException)
        {
            return false;
        }
    }
}
