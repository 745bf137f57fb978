using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>Two identical adapters swap their ports, with a board of the same type at each: the other board's chip is
/// never written, since the chip is asked who it is whenever the programmer is opened.</summary>
public sealed class SwappedAdapterTests
{
    private static readonly byte[] Mine = ImageGenerator.CreateSmall("me8", 1 << 20, board: 5);
    private static readonly byte[] Other = ImageGenerator.CreateSmall("me8", 1 << 20, board: 6);

    [Fact]
    public void Whenever_they_swap_within_a_job_the_other_board_stays_as_it_is()
    {
        int opens = Run(swapAt: int.MaxValue).Opens, wrong = 0, noticed = 0;
        Assert.InRange(opens, 6, 40);
        for (int at = 2; at <= opens; at++)
        {
            (int code, _, byte[] other) = Run(at);
            wrong += other.AsSpan().SequenceEqual(Other) ? 0 : 1;
            noticed += code is 50 or 60 ? 1 : 0;
        }

        Assert.Equal((0, opens - 1), (wrong, noticed));
        if (Environment.GetEnvironmentVariable("FLASHBENCH_SWAP_TABLE") is { Length: > 0 } table)
        {
            File.WriteAllText(table, string.Create(
                CultureInfo.InvariantCulture,
                $"| within a job, at each opening | {opens - 1} | {noticed} | {wrong} |\n"));
        }
    }

    [Fact]
    public void A_swap_between_two_jobs_is_noticed_before_anything_is_read_twice()
    {
        using var bench = new JobBench
        {
            Image = Mine,
            Describe = Small,
        };
        Assert.Equal(0, bench.Run().ExitCode);
        byte[] before = [];
        using var next = new JobBench
        {
            Image = Other,
            Describe = Small,
            Seed = () => 8,
            StateOf = bench,
        };

        (int code, JobResult result) = next.Run();
        before = next.FlashBefore;

        Assert.Equal((65, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Contains("known with another chip", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(before, next.FlashAfter);
    }

    private static (int Code, int Opens, byte[] Other) Run(int swapAt)
    {
        int opens = 0;
        VirtualBench? other = null;
        using var folder = new TemporaryFolder();
        using var bench = new JobBench
        {
            Image = Mine,
            Describe = Small,
            Equip = (parts, time) =>
            {
                var options = new VirtualBenchOptions(
                    "other", folder.At("other.flash"), SpiNorChips.ByName("W25Q80")!, Seed: 8);
                other = VirtualBench.Create(options, Other, time);
                return parts with
                {
                    OpenProgrammer = async cancel => ++opens < swapAt
                        ? await parts.OpenProgrammer(cancel)
                        : await Ch341aProgrammer.OpenAsync(await other.OpenProgrammerAsync(cancel), time, cancel),
                };
            },
        };

        int code = bench.Run().ExitCode;

        return (code, opens, other!.Chip.Cells.ToArray());
    }

    private static Bench.Config.DutProfile Small(Bench.Config.DutProfile profile) =>
        profile with { Chips = [0xEF4014] };
}
