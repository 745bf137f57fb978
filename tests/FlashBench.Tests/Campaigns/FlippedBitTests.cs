using System.Globalization;
using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Campaigns;

/// <summary>F6: the image that was read back after the write differs from what it should be in one bit, anywhere. The
/// comparison of the write phase and the decision must both notice.</summary>
/// <remarks>What is changed is the read-back of a real job that passed; comparison and decision are the job's own.
/// Whole jobs on a chip with such a bit are in <see cref="FaultSweepTests"/>. FLASHBENCH_FLIPPED_BITS is how many,
/// FLASHBENCH_SWEEP_SEED the seed, FLASHBENCH_SWEEP_TABLE the folder that takes the row; scripts/fault-sweep sets
/// them.</remarks>
public sealed class FlippedBitTests(FlippedBitTests.PassedJob passed) : IClassFixture<FlippedBitTests.PassedJob>
{
    [Fact]
    public void No_flipped_bit_escapes_the_comparison_after_the_write_and_the_decision()
    {
        int bits = Number("FLASHBENCH_FLIPPED_BITS", 200), seed = Number("FLASHBENCH_SWEEP_SEED", 1);
        var random = new Random(seed);
        byte[] target = passed.Flash, read = [.. target];
        var escaped = new List<string>();
        for (int i = 0; i < bits; i++)
        {
            int at = random.Next(read.Length), bit = random.Next(8);
            read[at] ^= (byte)(1 << bit);
            if (Escapes(read, target, at) is { } how)
                escaped.Add($"bit {bit} of 0x{at:X6}: {how}");
            read[at] ^= (byte)(1 << bit);
        }

        Assert.Equal(Verdict.Pass, Decision.Decide(FactsOf(read, target)).Verdict); // and nothing else fails it
        if (Environment.GetEnvironmentVariable("FLASHBENCH_SWEEP_TABLE") is { Length: > 0 } folder)
        {
            File.WriteAllText(
                Path.Combine(folder, "flips"),
                $"| {read.Length >> 10} KiB | {seed} | {bits} | {bits - escaped.Count} | {escaped.Count} |\n");
        }

        Assert.Equal([], escaped);
    }

    private string? Escapes(byte[] read, byte[] target, int at)
    {
        JobFacts facts = FactsOf(read, target);
        JournalData.ReadBack verify = facts.ReadBacks["verify"];
        if ((verify.DifferingBytes, verify.FirstDifference) != (1, at))
            return $"{verify.DifferingBytes} bytes differ, first at 0x{verify.FirstDifference:X6}";
        Verdict verdict = Decision.Decide(facts).Verdict;
        return verdict == Verdict.Fail ? null : $"the decision says {verdict}";
    }

    private JobFacts FactsOf(byte[] read, byte[] target)
    {
        ByteDifference difference = ByteDifference.Between(read, target);
        var reads = passed.Facts.ReadBacks.ToDictionary();
        reads["verify"] = reads["verify"] with
        {
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(read)),
            DifferingBytes = difference.Count,
            FirstDifference = difference.First,
        };
        return passed.Facts with { ReadBacks = reads };
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number : otherwise;

    /// <summary>A job that passed.</summary>
    public sealed class PassedJob : IDisposable
    {
        private readonly JobBench _bench = new()
        {
            Image = ImageGenerator.CreateSmall("me8", 1 << 19, board: 1),
            Describe = profile => profile with
            {
                Chips = [.. SpiNorChips.All.Select(chip => chip.JedecId)],
            },
        };

        public PassedJob()
        {
            Assert.Equal(0, _bench.Run().ExitCode);
            (Facts, Flash) = (_bench.Verify().Facts, _bench.FlashAfter);
        }

        internal JobFacts Facts { get; }

        internal byte[] Flash { get; }

        public void Dispose() => _bench.Dispose();
    }
}
