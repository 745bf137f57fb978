using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;
using FlashBench.Bench.Fleet;

namespace FlashBench.Cli.Fleet;

/// <summary>What `doctor` says of the health of benches, and of what is quarantined.</summary>
internal static class HealthFindings
{
    private const string Health = "bench-health", Quarantine = "quarantine";

    /// <summary>One finding for each bench that takes no jobs, and one for the list of what is quarantined.</summary>
    public static IEnumerable<HostFinding> Of(IEnumerable<BenchEntry> benches, BenchPaths paths)
    {
        HostFinding[] sick =
        [
            .. from bench in benches
               let health = BenchHealths.Of(bench, paths)
               where !health.TakesJobs
               select new HostFinding(
                   Health, Soundness.Warning, $"takes no jobs: {health}",
                   health.Health == BenchHealth.Bad
                       ? $"flashbench bench check {bench.Id}"
                       : $"flashbench bench good {bench.Id} --reason TEXT")
               {
                   Bench = bench.Id,
                   ByHand = true,
               },
        ];
        return
        [
            .. sick.Length > 0 ? sick : [new HostFinding(Health, Soundness.Ok, "every bench takes jobs")],
            OfList(new QuarantineStore(paths.State)),
        ];
    }

    private static HostFinding OfList(QuarantineStore store)
    {
        try
        {
            int count = store.Read().Count(entry => entry.CountsAt(FleetDoor.Now()));
            return new HostFinding(
                Quarantine, Soundness.Ok, count == 0 ? "nothing is quarantined"
                    : $"{count} {(count == 1 ? "entry" : "entries")}: see `flashbench quarantine list`");
        }
        catch (QuarantineException e)
        {
            return new HostFinding(
                Quarantine, Soundness.Problem, $"{e.Message}: no job begins while nobody knows what it said",
                $"mv {store.FilePath} {store.FilePath}.damaged");
        }
    }
}
