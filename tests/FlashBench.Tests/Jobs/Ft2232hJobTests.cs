using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;

namespace FlashBench.Tests.Jobs;

/// <summary>The job does not depend on the programmer, but for the clock that it finds.</summary>
public sealed class Ft2232hJobTests
{
    [Fact]
    public void A_board_passes_at_level_3_over_an_FT2232H_and_gets_the_same_bytes_as_over_a_CH341A()
    {
        using var ftdi = new JobBench { Programmer = VirtualProgrammer.Ft2232h };
        using var ch341a = new JobBench();

        (int code, JobResult result) = ftdi.Run();
        ch341a.Run();

        Assert.Equal((0, Verdict.Pass, EvidenceLevel.L3), (code, result.Judgement.Verdict, result.Judgement.Level));
        Assert.Equal(0, ftdi.Contentions);
        Assert.Equal(ch341a.FlashAfter, ftdi.FlashAfter);
        Assert.True(ChipOf(ftdi).Programmer.Simulated);
    }

    [Fact]
    public void The_same_job_twice_writes_the_same_journal()
    {
        using var first = new JobBench { Programmer = VirtualProgrammer.Ft2232h };
        using var second = new JobBench { Programmer = VirtualProgrammer.Ft2232h };

        first.Run();
        second.Run();

        Assert.Equal(JournalOf(first), JournalOf(second));
    }

    [Fact]
    public void The_stock_control_fails_and_the_flash_is_as_before()
    {
        using var bench = new JobBench
        {
            Programmer = VirtualProgrammer.Ft2232h,
            Control = NegativeControl.Stock,
        };

        (int code, _) = bench.Run();

        Assert.Equal(30, code);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void The_record_names_the_clock_below_the_highest_good_one_and_every_session_uses_it()
    {
        using var bench = new JobBench { Programmer = VirtualProgrammer.Ft2232h };

        bench.Run();

        JournalData.Chip chip = ChipOf(bench);
        Assert.Equal(15_000_000, chip.FrequencyHz);
        Assert.EndsWith("; clock 15 MHz, highest good 30 MHz, 2 tried", chip.Health, StringComparison.Ordinal);
        double wire = 8.0 * (8 << 20) / chip.FrequencyHz;
        double[] reads = SecondsOfReads(bench);
        Assert.Equal(5, reads.Length); // backup twice, before and after the write, after the run
        Assert.All(reads, seconds => Assert.InRange(seconds, wire, wire * 1.03));
    }

    [Fact]
    public void A_programmer_with_one_clock_keeps_it()
    {
        using var bench = new JobBench { DryRun = true };

        bench.Run();

        JournalData.Chip chip = ChipOf(bench);
        Assert.Equal(1_500_000, chip.FrequencyHz);
        Assert.EndsWith("; clock 1.5 MHz, highest good 1.5 MHz, 1 tried", chip.Health, StringComparison.Ordinal);
    }

    private static JournalData.Chip ChipOf(JobBench bench) =>
        bench.Records.Select(record => record.Data).OfType<JournalData.Chip>().Single();

    // Whole reads that begin as soon as the board is off.
    private static double[] SecondsOfReads(JobBench bench) =>
    [
        .. bench.Records.Zip(bench.Records.Skip(1))
            .Where(pair => pair.First.Data is JournalData.PowerSense { State: "off" }
                && pair.Second.Data is JournalData.BackupPass or JournalData.ReadBack)
            .Select(pair => (pair.Second.Time.MonoUs - pair.First.Time.MonoUs) / 1e6),
    ];

    private static byte[] JournalOf(JobBench bench) =>
        File.ReadAllBytes(Path.Combine(bench.Directory, JournalWriter.FileName));
}
