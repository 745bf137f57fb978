using FlashBench.Bench.Config;
using FlashBench.Cli.Fleet;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Soak;

/// <summary>Chips that a run leaves half-written when it is stopped, or out of disk, amid a write: the jobs that were
/// under way have no end that could say so.</summary>
internal static class HalfWritten
{
    /// <summary>Names the benches of such chips on standard error, one line for each.</summary>
    /// <param name="settings">Where.</param>
    /// <param name="benches">The benches of the run.</param>
    /// <param name="paths">Where their state is.</param>
    /// <returns>True if there is one.</returns>
    public static bool Tell(DisplaySettings settings, IEnumerable<BenchEntry> benches, BenchPaths paths)
    {
        bool any = false;
        foreach (BenchEntry bench in benches)
        {
            if (BenchHealths.StateOf(bench, paths).DirtyJob(bench.Id) is null)
                continue;
            any = true;
            settings.Error.WriteLine(
                $"flashbench: the chip of bench {bench.Id} is half-written: do not boot its board.");
        }

        return any;
    }
}
