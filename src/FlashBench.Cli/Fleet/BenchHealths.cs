using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Fleet;

/// <summary>The health of this host's benches, as verbs read and show it.</summary>
internal static class BenchHealths
{
    /// <summary>Where it is kept; changes carry the calendar of the host, also for virtual benches.</summary>
    public static HealthStore StoreOf(BenchPaths paths) => new(paths.State, TimeProvider.System);

    /// <summary>The health of a bench; maintenance while its chip is half-written.</summary>
    public static HealthRecord Of(BenchEntry bench, BenchPaths paths) =>
        StoreOf(paths).Read(bench.Id, StateOf(bench, paths).DirtyJob(bench.Id));

    /// <summary>What is remembered of a bench between jobs.</summary>
    public static BenchState StateOf(BenchEntry bench, BenchPaths paths) =>
        bench.Virtual is null && bench.Qemu is null
            ? new BenchState(paths.State)
            : VirtualStore.StateOf(paths, bench.Id);

    /// <summary>One line for people.</summary>
    public static string Text(HealthRecord health) => PlainText.Of(health.ToString(), lengthMax: 800);

    /// <summary>The same as members of an open JSON object.</summary>
    public static void Write(Utf8JsonWriter json, HealthRecord health)
    {
        json.WriteString("health", HealthRecord.NameOf(health.Health));
        json.WriteBoolean("takesJobs", health.TakesJobs);
        json.WriteString("healthReason", health.Reason);
        if (health.Since != DateTimeOffset.UnixEpoch)
            json.WriteString("healthSince", health.Since.ToUniversalTime());
        json.WriteString("healthBy", health.By);
        json.WriteNumber("failuresInARow", health.Failures);
    }
}
