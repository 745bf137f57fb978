using FlashBench.Bench.Programming;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Programming;

// The cable comes off after a URB of an operation: never a success that is none, never a hang, and the next open works.
// Every single URB is swept with FLASHBENCH_SWEEP=full (scripts/sweep, some minutes); else the first, the last, and
// every 97th between them.
public sealed class UnplugSweepTests
{
    private static readonly SpiNorChip Small = ProgrammingBench.Small;
    private static readonly byte[] Old = ProgrammingBench.Random(Small.SizeBytes, 1);
    private static readonly byte[] Target = ProgrammingBench.Random(Small.SizeBytes, 2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unplugged_anywhere_in_a_read_there_is_an_error_and_never_data(bool ft2232h) =>
        Sweep(ft2232h, bench => Assert.Equal(Old, bench.Read(twice: true)), (bench, _) => Assert.False(bench.Begun));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unplugged_anywhere_in_a_write_there_is_an_error_and_the_next_write_ends_well(bool ft2232h) =>
        Sweep(ft2232h, bench => bench.Write(Target), (bench, _) =>
        {
            bench.Write(Target);
            Assert.Equal(Target, bench.Cells);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unplugged_anywhere_in_an_erase_there_is_an_error_and_the_next_erase_ends_well(bool ft2232h)
    {
        byte[] blank = new byte[Small.SizeBytes];
        Array.Fill(blank, (byte)0xFF);
        Sweep(ft2232h, bench => bench.Write(blank), (bench, _) =>
        {
            bench.Write(blank);
            Assert.Equal(blank, bench.Cells);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unplugged_anywhere_in_a_full_verification_there_is_an_error(bool ft2232h) =>
        Sweep(ft2232h, bench => bench.Write(Old, verify: VerifyPolicy.Full), (bench, _) => Assert.False(bench.Begun));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unplugged_at_seeded_moments_of_a_write_to_16_MiB_there_is_an_error_and_the_next_write_ends_well(
        bool ft2232h)
    {
        const int Samples = 6;
        SpiNorChip row = ChipRows.W25Q128;
        byte[] old = ProgrammingBench.Random(row.SizeBytes, 3), target = (byte[])old.Clone();
        new Random(4).NextBytes(target.AsSpan(5 << 20, 256 * 1024));
        (long urbs, long workUrbs) = Count(row, old, ft2232h, bench => bench.Write(target));
        var random = new Random(5);
        for (int i = 0; i < Samples; i++)
        {
            // Half of them in the read that comes first, half in the write at the end.
            long n = i % 2 == 0 ? random.NextInt64(1, urbs) : urbs - random.NextInt64(1, urbs / 50);
            Cut(row, old, ft2232h, (n, workUrbs, urbs), bench => bench.Write(target), bench =>
            {
                bench.Write(target);
                Assert.Equal(target, bench.Cells);
            });
        }
    }

    private static bool IsSwept(long urb, long urbs) =>
        Environment.GetEnvironmentVariable("FLASHBENCH_SWEEP") == "full"
        || urb <= 40 || urb > urbs - 40 || urb % 97 == 0;

    private static void Sweep(bool ft2232h, Action<ProgrammingBench> work, Action<ProgrammingBench, long> after)
    {
        (long urbs, long workUrbs) = Count(Small, Old, ft2232h, work);
        Assert.InRange(urbs, 20, 100_000);
        for (long n = 1; n <= urbs; n++)
        {
            if (IsSwept(n, urbs))
                Cut(Small, Old, ft2232h, (n, workUrbs, urbs), work, bench => after(bench, n));
        }
    }

    private static (long Urbs, long WorkUrbs) Count(
        SpiNorChip row, byte[] old, bool ft2232h, Action<ProgrammingBench> work)
    {
        using var whole = new ProgrammingBench(row, (byte[])old.Clone(), ft2232h);
        work(whole);
        return (whole.Port.Traffic.Urbs, whole.WorkUrbs);
    }

    private static void Cut(
        SpiNorChip row, byte[] old, bool ft2232h, (long Number, long OfWork, long All) urb,
        Action<ProgrammingBench> work, Action<ProgrammingBench> after)
    {
        using var bench = new ProgrammingBench(row, (byte[])old.Clone(), ft2232h);
        bench.Port.SupplyChanged = (fed, at) => bench.Pins.Chip.SetSupply(fed, false, at);
        bench.Port.Faults.UnplugAfterUrb = urb.Number;
        long start = bench.Pins.Time.GetTimestamp();
        Exception? fault = Record.Exception(() => work(bench));
        TimeSpan limit = Deadline * (1 + row.SizeBytes / (4 << 20));
        Assert.InRange(bench.Pins.Time.GetElapsedTime(start), TimeSpan.Zero, limit);
        if (bench.Port.IsPlugged)
            return; // the operation was over before
        Assert.True(fault is BenchException || urb.Number >= urb.OfWork, $"URB {urb.Number} of {urb.All}: {fault}");
        bench.Port.Faults.UnplugAfterUrb = null;
        bench.Port.Plug();
        after(bench);
    }
}
