using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Evidence;

/// <summary>A record with more console than any memory should hold verifies like every other.</summary>
/// <remarks>FLASHBENCH_VERIFY_MIB sets how many MiB the console says, FLASHBENCH_VERIFY_FOLDER names a folder in which
/// the record and its keys stay, for scripts/verify-figures.</remarks>
public sealed class FloodedJobTests
{
    private const int MebibytesByDefault = 6, Noise = 1 << 20;

    [Fact]
    public void A_flooded_console_changes_nothing_and_memory_does_not_grow_with_it()
    {
        long bytes = (long)int.Parse(
            Environment.GetEnvironmentVariable("FLASHBENCH_VERIFY_MIB") ?? $"{MebibytesByDefault}",
            CultureInfo.InvariantCulture) << 20;
        using var folder = new TemporaryFolder();
        string kept = Environment.GetEnvironmentVariable("FLASHBENCH_VERIFY_FOLDER") is { Length: > 0 } named
            ? named
            : folder.Path;
        using var bench = new JobBench();
        Assert.Equal(0, bench.Run().ExitCode);
        string directory = Directory.CreateDirectory(Path.Combine(kept, "FBJ-FLOOD")).FullName;
        FloodedJob.Write(bench, directory, bytes);
        File.Copy(
            Path.Combine(bench.KeysFolder, StationPublicKey.FileName), Path.Combine(kept, StationPublicKey.FileName));
        var stations = TrustedStations.Load(bench.KeysFolder);

        (VerifiedRecord sober, long usual) = Measure(bench.Directory, stations);
        (VerifiedRecord flooded, long allocated) = Measure(directory, stations);

        Assert.Equal(Verdict.Pass, flooded.Judgement.Verdict);
        Assert.Equal(sober.Judgement.Checks, flooded.Judgement.Checks);
        Assert.True(
            allocated - usual < bytes + Noise, $"{allocated} bytes were allocated instead of {usual} for {bytes} more");
    }

    // A line that is made a string costs twice its length and more.
    private static (VerifiedRecord Record, long Bytes) Measure(string directory, TrustedStations stations)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        VerifiedRecord record = new EvidenceVerifier(directory, stations).Verify();
        return (record, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
