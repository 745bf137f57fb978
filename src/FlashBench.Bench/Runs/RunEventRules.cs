using FlashBench.Bench.Config;

namespace FlashBench.Bench.Runs;

/// <summary>What a line of a run's log must be beyond its JSON: whoever goes on with a run believes nothing else.
/// </summary>
internal static class RunEventRules
{
    private const int NameMax = 200;

    /// <summary>What is wrong with an event; null if nothing is.</summary>
    public static string? FaultOf(RunEvent happened) => happened switch
    {
        RunEvent.Started start => FaultOf(start),
        RunEvent.Assigned job when !IsFileName(job.Job) => "a job has no name for a directory",
        RunEvent.Done done when !IsFileName(done.Digest.Directory) => "a job lies in another place",
        RunEvent.Done done when Array.Exists(done.Digest.Boots, boot => boot is null) => "a boot is missing",
        RunEvent.Settled cell when !IsFileName(cell.Result.Run) || !Array.TrueForAll(cell.Result.Jobs, IsFileName) =>
            "a cell's job lies in another place",
        _ => null,
    };

    private static string? FaultOf(RunEvent.Started start)
    {
        if (!IsFileName(start.Run))
            return "the run has no name for a folder";
        if (Array.Exists(start.Benches, bench => bench is null) || Array.Exists(start.Images, image => image is null))
            return "a bench or an image is missing";
        if (start.Benches.Select(bench => bench.Id).Distinct(StringComparer.Ordinal).Count() < start.Benches.Length)
            return "a bench stands there twice";
        if (!Array.TrueForAll(start.Benches, bench => IsFileName(bench.Id)))
            return "a bench has no name";
        if (Array.Exists(start.Benches, bench => Array.Exists(
            bench.Images, image => image < 0 || image >= start.Images.Length)))
        {
            return "a bench gets an image that the run does not have";
        }

        return start.Require is null || Enum.TryParse(start.Require, out EvidenceLevel level) && Enum.IsDefined(level)
            ? null : "the required level is unknown";
    }

    // Jobs lie in the run's folder, whatever a foreign log says.
    private static bool IsFileName(string? name) => name is { Length: > 0 and <= NameMax } && name[0] != '.'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
