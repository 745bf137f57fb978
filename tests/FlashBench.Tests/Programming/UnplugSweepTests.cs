using FlashBench.Bench.Programming;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

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

    private static bool IsSwept(long urb, long urbs) =>
        Environment.GetEnvironmentVariable("FLASHBENCH_SWEEP") == "full"
        || urb <= 40 || urb > urbs - 40 || urb % 97 == 0;

    private static void Sweep(bool ft2232h, Action<ProgrammingBench> work, Action<ProgrammingBench, long> after)
    {
        long urbs, workUrbs;
        using (var whole = new ProgrammingBench(Small, (byte[])Old.Clone(), ft2232h))
        {
            work(whole);
            (urbs, workUrbs) = (whole.Port.Traffic.Urbs, whole.WorkUrbs);
        }

        Assert.InRange(urbs, 20, 100_000);
        for (long n = 1; n <= urbs; n++)
        {
            if (!IsSwept(n, urbs))
                continue;
            using var bench = new ProgrammingBench(Small, (byte[])Old.Clone(), ft2232h);
            bench.Port.SupplyChanged = (fed, at) => bench.Pins.Chip.SetSupply(fed, false, at);
            bench.Port.Faults.UnplugAfterUrb = n;
            long start = bench.Pins.Time.GetTimestamp();
            Exception? fault = Record.Exception(() => work(bench));
            Assert.InRange(bench.Pins.Time.GetElapsedTime(start), TimeSpan.Zero, Deadline);
            if (bench.Port.IsPlugged)
                continue; // the operation was over before
            Assert.True(fault is BenchException || n >= workUrbs, $"URB {n} of {urbs}: {fault}");
            bench.Port.Faults.UnplugAfterUrb = null;
            bench.Port.Plug();
            after(bench, n);
        }
    }
}
