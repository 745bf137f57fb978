using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Simulation;

namespace FlashBench.Cli.Certify;

/// <summary>Where a virtual bench lives between commands.</summary>
internal static class VirtualStore
{
    /// <summary>File that holds chip and board of a bench.</summary>
    public static string FlashOf(BenchPaths paths, string bench) =>
        Path.Combine(paths.State, "benches", bench + ".flash");

    /// <summary>What is remembered of a bench; of its chip too, which no other bench has.</summary>
    public static BenchState StateOf(BenchPaths paths, string bench) =>
        new(paths.State, Path.Combine(paths.State, "benches", bench + ".chips"));

    /// <summary>Puts a new chip on a bench: whatever was known of the old one is forgotten.</summary>
    public static VirtualBench Create(VirtualWorld world, string path, byte[] image, BenchState state, string bench)
    {
        VirtualBench created = world.Create(path, image);
        state.ClearDirty(bench);
        state.Chips.Clear();
        return created;
    }
}
