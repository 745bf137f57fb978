using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Commissioning;

namespace FlashBench.Cli.Doctor;

/// <summary>Whether the real benches in question are commissioned.</summary>
internal static class CommissioningFindings
{
    private const string Name = "commissioning";

    /// <summary>One finding a bench; none for benches that are simulated.</summary>
    public static IEnumerable<HostFinding> Of(IEnumerable<BenchEntry> benches, BenchPaths paths) =>
        from bench in benches
        where !bench.IsSimulated
        select Of(bench, paths);

    private static HostFinding Of(BenchEntry bench, BenchPaths paths)
    {
        DutProfile profile = DutProfiles.Load(bench.DutProfile);
        FoundCommissioning found = CommissioningRow.Find(bench, profile, paths);
        return (found.Valid is not null
            ? new HostFinding(Name, Soundness.Ok, $"with {profile.Id}: {CommissioningRow.Text(bench, found)}")
            : new HostFinding(
                Name, Soundness.Warning, $"not with {profile.Id}{(found.Fault is { } fault ? $": {fault}" : "")}: its "
                + "jobs watch a long baseline, and nothing shows that it would notice a broken board",
                $"flashbench commission --bench {bench.Id} --dut SERIAL")) with
        {
            Bench = bench.Id,
        };
    }
}
