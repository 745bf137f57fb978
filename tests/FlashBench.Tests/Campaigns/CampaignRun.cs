using FlashBench.Bench.Evidence;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>Plays cases: the job, its kill, and the process that finds what it left.</summary>
internal sealed class CampaignRun : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("flashbench-campaign-").FullName;
    private readonly TrustedStations _stations;
    private readonly StationKey _key;

    public CampaignRun()
    {
        string keys = Path.Combine(_root, "keys");
        _key = StationKey.LoadOrCreate(keys);
        _stations = TrustedStations.Load(keys);
    }

    /// <summary>Where the evidence of broken cases stays.</summary>
    public string Root => _root;

    /// <summary>Plays a case with its own plan.</summary>
    public CaseOutcome Play(CampaignCase @case) => Play(@case, @case.Plan, keep: true);

    /// <summary>The least faults of the plan that break the same invariant.</summary>
    public FaultPlan Minimise(CampaignCase @case, IReadOnlyList<string> broken)
    {
        var left = @case.Plan.Faults.ToList();
        for (int size = Math.Max(1, left.Count / 2); size >= 1; size /= 2)
        {
            for (int at = 0; at < left.Count;)
            {
                List<PlannedFault> fewer = [.. left.Take(at), .. left.Skip(at + size)];
                if (IsSame(Play(@case, @case.Plan with { Faults = fewer }, keep: false).Broken, broken))
                    left = fewer;
                else
                    at += size;
            }
        }

        return @case.Plan with { Faults = left };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        if (Directory.GetDirectories(_root).Length == 1) // the keys; broken cases stay
            Directory.Delete(_root, recursive: true);
    }

    private static bool IsSame(IReadOnlyList<string> broken, IReadOnlyList<string> wanted) =>
        broken.Select(NameOf).Intersect(wanted.Select(NameOf)).Any();

    private static string NameOf(string fault) => fault[..fault.IndexOf(':', StringComparison.Ordinal)];

    private CaseOutcome Play(CampaignCase @case, FaultPlan plan, bool keep)
    {
        @case = @case with { Plan = plan };
        string root = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        var folders = new CampaignFolders(Path.Combine(root, "first"));
        Directory.CreateDirectory(folders.Root);
        var broken = new List<string>();
        ProcessEnd first = new CampaignJob(@case, _key).Run(
            folders, @case.Image(), plan, Path.Combine(root, "killed"));
        broken.AddRange(Broken(first, relayLeft: null));
        CampaignFolders left = first.Killed ?? folders;
        bool marked = left.State.DirtyJob(CampaignJob.Bench) is not null;
        if (marked || first.Killed is not null)
        {
            CampaignCase after = @case with
            {
                Plan = plan with
                {
                    Faults = [],
                },
            };
            bool? relay = first.Killed is null ? first.RelayAfter : null;
            ProcessEnd second = new CampaignJob(after, _key).Run(left, null, after.Plan, Path.Combine(root, "none"));
            broken.AddRange(Broken(second, relay).Select(fault => fault + " (second process)"));
        }

        CaseOutcome outcome = CaseOutcome.Of(first, broken, marked);
        if (broken.Count == 0 || !keep)
            Directory.Delete(root, recursive: true);
        return outcome;
    }

    private IEnumerable<string> Broken(ProcessEnd end, bool? relayLeft)
    {
        foreach (string fault in end.Witness.Broken)
            yield return fault;
        foreach (string fault in StateInvariants.RelayFaults(end, relayLeft))
            yield return $"I5: {fault}";
        if (end.Killed is { } left)
        {
            foreach (string fault in StateInvariants.KillFaults(end, left, end.Witness.ChangesAtClose))
                yield return $"I4: {fault}";
            yield break;
        }

        (string Name, IEnumerable<string> Faults)[] checks =
        [
            ("I2", end.Contentions > 0 ? [$"{end.Contentions} frames met the board's masters on the bus"] : []),
            ("I3", PassInvariant.Faults(end, _stations)),
            ("I4", StateInvariants.StateFaults(end).Concat(StateInvariants.ContentFaults(end))),
            ("I6", StateInvariants.EscapeFaults(end)),
            ("I7", DataInvariants.SimulationFaults(end)),
            ("I8", DataInvariants.BoardFaults(end).Concat(DataInvariants.LeakFaults(end))),
        ];
        foreach ((string name, IEnumerable<string> faults) in checks)
        {
            foreach (string fault in faults)
                yield return $"{name}: {fault}";
        }
    }
}
