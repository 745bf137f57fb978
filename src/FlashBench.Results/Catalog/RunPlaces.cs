using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Results.Rows;

namespace FlashBench.Results.Catalog;

/// <summary>Which part of a run a job directory is, by the log of the run in whose folder it lies.</summary>
/// <remarks>Each log is read once. Any thread may ask.</remarks>
/// <param name="evidence">Evidence folder, absolute.</param>
internal sealed partial class RunPlaces(string evidence)
{
    private readonly ConcurrentDictionary<string, Lazy<Dictionary<string, RunPlace>>> _runs =
        new(StringComparer.Ordinal);

    /// <summary>The place of a job directory.</summary>
    /// <param name="directory">Relative to the evidence folder, "/" between names.</param>
    /// <returns>Null for a job of no run; a place without a cycle where the log does not name the job, by the attempt
    /// that its name says: a repetition must not become a plain PASS.</returns>
    public RunPlace? Of(string directory)
    {
        int slash = directory.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return null;
        (string run, string name) = (directory[..slash], directory[(slash + 1)..]);
        Dictionary<string, RunPlace> places =
            _runs.GetOrAdd(run, _ => new Lazy<Dictionary<string, RunPlace>>(() => Read(run))).Value;
        // A job that is begun anew has a number behind its name, see JobFolders.Create.
        return places.GetValueOrDefault(name) ?? places.GetValueOrDefault(Begun().Replace(name, ""))
            ?? new RunPlace(run, Cycle: null, AttemptIn(name));
    }

    private static int AttemptIn(string name) =>
        Attempt().Match(name) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int attempt) ? attempt : 1;

    [GeneratedRegex("-[0-9]+$")]
    private static partial Regex Begun();

    [GeneratedRegex(@"\.[0-9]+r([1-9][0-9]*)(-[0-9]+)?$")]
    private static partial Regex Attempt();

    private Dictionary<string, RunPlace> Read(string run)
    {
        var places = new Dictionary<string, RunPlace>(StringComparer.Ordinal);
        try
        {
            foreach (RunEvent.Assigned job in RunLog.Read(Path.Combine(evidence, run), out _)
                .OfType<RunEvent.Assigned>())
            {
                places[job.Job] = new RunPlace(run, job.Cycle, job.Attempt);
            }
        }
        catch (EvidenceException)
        {
            places.Clear(); // a log that is damaged says nothing of anybody
        }

        return places;
    }
}
