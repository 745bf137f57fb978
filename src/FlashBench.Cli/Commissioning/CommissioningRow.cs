using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;

namespace FlashBench.Cli.Commissioning;

/// <summary>Whether a bench is commissioned with its type of board, in words.</summary>
internal static class CommissioningRow
{
    /// <summary>One line.</summary>
    public static string Of(BenchEntry bench, DutProfile profile, BenchPaths paths) =>
        Text(bench, Find(bench, profile, paths));

    /// <summary>Looks for the record.</summary>
    public static FoundCommissioning Find(BenchEntry bench, DutProfile profile, BenchPaths paths)
    {
        var store = new CommissioningStore(paths.State);
        if (!store.Has(bench.Id, profile.Id))
            return FoundCommissioning.None;
        bool simulated = bench.IsSimulated;
        return store.Find(
            new CommissioningScope(bench.Id, profile.Id, profile.Sha256, simulated),
            CertificateCommand.Trusted(paths.Keys, null), Now(bench, paths));
    }

    /// <summary>What was found, in words.</summary>
    public static string Text(BenchEntry bench, FoundCommissioning found) => found switch
    {
        { Valid: { } valid } => $"{CommissioningStatement.IdOf(valid.Sha256)}, {found.AgeDays} of "
            + $"{valid.Record.ValidDays} days old",
        { Fault: { } fault } => $"no: {fault}",
        _ => $"no: flashbench commission --bench {bench.Id}",
    };

    // A virtual bench has a calendar of its own.
    private static DateTimeOffset Now(BenchEntry bench, BenchPaths paths) => bench.Virtual is null
        ? TimeProvider.System.GetUtcNow()
        : new VirtualWorld(bench, paths, new WorldWishes(RealTime: false, null, null, MayAsk: false)).Time.GetUtcNow();
}
