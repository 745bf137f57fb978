using System.Globalization;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Real flashrom through the serprog server, the CH341A driver and the virtual CH341A.</summary>
public sealed class FlashromOverSerprogTests
{
    private const string Chip = "W25Q80.V";
    private const int SizeBytes = 1 << 20, Detects = 50, Parallel = 5;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Fifty_detects_of_fifty_find_the_chip()
    {
        int found = 0;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, Parallel), TestContext.Current.CancellationToken, async (index, _) =>
            {
                await using var bench = new SerprogBench(Cells(index), accelerated: index % 2 == 1);
                for (int i = 0; i < Detects / Parallel; i++)
                {
                    (int code, string text) = await FlashromAsync(bench);
                    Assert.True(code == 0, text);
                    Assert.Contains("chip \"W25Q80.V\" (1024 kB, SPI)", text, StringComparison.Ordinal);
                    Interlocked.Increment(ref found);
                }
            });

        Assert.Equal(Detects, found);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chip_is_read_written_verified_and_erased(bool accelerated)
    {
        byte[] old = Cells(1), wanted = Cells(2);
        wanted.AsSpan(0x20000, 0x70000).Fill(0xFF);
        old.AsSpan(0x80000).CopyTo(wanted.AsSpan(0x80000)); // the upper half is as it was
        await using var bench = new SerprogBench(old, accelerated);

        await SucceedAsync(bench, "-c", Chip, "-r", bench.At("read"));
        Assert.Equal(old, await File.ReadAllBytesAsync(bench.At("read"), TestContext.Current.CancellationToken));
        await File.WriteAllBytesAsync(bench.At("wanted"), wanted, TestContext.Current.CancellationToken);
        TimeSpan before = bench.Elapsed;
        string written = await SucceedAsync(bench, "-c", Chip, "-w", bench.At("wanted"));
        Say($"write of 1 MiB, accelerated {accelerated}: {(bench.Elapsed - before).TotalSeconds:0.0} s of the model");
        Assert.Contains("VERIFIED", written, StringComparison.Ordinal);
        Assert.Equal(wanted, bench.Chip.Cells.ToArray());
        string verified = await SucceedAsync(bench, "-c", Chip, "-v", bench.At("wanted"));
        Assert.Contains("VERIFIED", verified, StringComparison.Ordinal);
        bench.Chip.FlipBit(0x1234, 3);
        (int code, string text) = await FlashromAsync(bench, "-c", Chip, "-v", bench.At("wanted"));
        Assert.True(code != 0, text);
        await SucceedAsync(bench, "-c", Chip, "-E");
        Assert.True(bench.Chip.Cells.Span.IndexOfAnyExcept((byte)0xFF) < 0);
    }

    private static byte[] Cells(int seed)
    {
        byte[] cells = new byte[SizeBytes];
        new Random(seed).NextBytes(cells);
        return cells;
    }

    private static Task<(int ExitCode, string Text)> FlashromAsync(SerprogBench bench, params string[] args) =>
        ForeignTool.RunAsync("flashrom", Limit, ["-p", bench.Programmer, .. args]);

    private static async Task<string> SucceedAsync(SerprogBench bench, params string[] args)
    {
        (int code, string text) = await FlashromAsync(bench, args);
        Assert.True(code == 0, text);
        return text;
    }

    private static void Say(FormattableString text) =>
        TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
