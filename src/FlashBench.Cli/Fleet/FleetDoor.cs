using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Output;
using FlashBench.Hardware;

namespace FlashBench.Cli.Fleet;

/// <summary>Whether a bench may be used for a board and an image: its health, and what is quarantined.</summary>
internal static class FleetDoor
{
    /// <summary>What speaks against it, one sentence each without a full stop; empty if nothing does. Runs skip such a
    /// bench and say why.</summary>
    /// <param name="bench">The bench.</param>
    /// <param name="wanted">What would run there.</param>
    /// <param name="paths">Folders of the host.</param>
    /// <exception cref="CommandFailure">The list of what is quarantined cannot be read.</exception>
    public static IReadOnlyList<string> Objections(BenchEntry bench, QuarantineSubject wanted, BenchPaths paths)
    {
        ArgumentNullException.ThrowIfNull(bench);
        return Against(bench.Id, BenchHealths.Of(bench, paths), wanted, paths);
    }

    /// <summary>Refuses a single job that a run would skip, unless the operator insists.</summary>
    /// <param name="bench">The bench.</param>
    /// <param name="wanted">What would run there.</param>
    /// <param name="paths">Folders of the host.</param>
    /// <param name="insist">True for --despite-quarantine.</param>
    /// <returns>What the record must say: one deviation for each objection that was overruled.</returns>
    /// <exception cref="CommandFailure">It is refused.</exception>
    /// <remarks>A half-written chip is not its business: the job itself refuses it, whatever anybody insists on.
    /// </remarks>
    public static IReadOnlyList<string> Refuse(
        BenchEntry bench, QuarantineSubject wanted, BenchPaths paths, bool insist)
    {
        ArgumentNullException.ThrowIfNull(bench);
        HealthRecord health = BenchHealths.StoreOf(paths).Read(bench.Id);
        List<string> objections = Against(bench.Id, health, wanted, paths);
        if (objections.Count == 0 || insist)
            return [.. objections.Select(objection => $"the operator insisted although {objection}")];
        throw new CommandFailure(
            ExitCodes.Unavailable, $"{PlainText.Of(objections[0], 800)}; --despite-quarantine overrules that, and the "
            + "record says so");
    }

    private static List<string> Against(
        string bench, HealthRecord health, QuarantineSubject wanted, BenchPaths paths)
    {
        List<string> found =
        [
            .. OnList(() => new QuarantineStore(paths.State).Find(wanted, Now())).Select(entry => entry.ToString()),
        ];
        if (!health.TakesJobs)
            found.Insert(0, $"bench {bench} is {health}");
        return found;
    }

    /// <summary>This moment by the clocks of the host.</summary>
    public static HostMoment Now() => new(
        TimeProvider.System.GetUtcNow(), HostIdentity.Read().BootId, new HostBootClock().SinceBoot);

    /// <summary>Reads or changes the list of what is quarantined.</summary>
    /// <exception cref="CommandFailure">It cannot be read.</exception>
    public static T OnList<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (QuarantineException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, e.Message);
        }
    }
}
