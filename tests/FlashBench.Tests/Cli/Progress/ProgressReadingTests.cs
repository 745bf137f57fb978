using FlashBench.Cli.Progress;

namespace FlashBench.Tests.Cli.Progress;

public sealed class ProgressReadingTests
{
    [Theory]
    [InlineData(0, 8192 * 1024, "bytes", 0, 0, "0/8192 KiB")]
    [InlineData(2048 * 1024, 8192 * 1024, "bytes", 4, 25, "2048/8192 KiB, 512 KiB/s, ETA 0:12")]
    [InlineData(8192 * 1024, 8192 * 1024, "bytes", 16, 100, "8192/8192 KiB, 512 KiB/s")]
    [InlineData(1122, 1860, "s", 1122, 60, "18:42/31:00, ETA 12:18")]
    [InlineData(3600, 7800, "s", 3600, 46, "1:00:00/2:10:00, ETA 1:10:00")]
    [InlineData(3, 12, "blocks", 1.5, 25, "3/12 blocks, 2 blocks/s, ETA 0:05")]
    [InlineData(5, 0, "blocks", 1, 0, "5/0 blocks, 5 blocks/s")]
    [InlineData(20, 10, "blocks", 1, 100, "20/10 blocks, 20 blocks/s")]
    [InlineData(-1, 10, "blocks", 1, 0, "-1/10 blocks")]
    public void Rate_and_estimate_are_in_bench_time(
        long done, long total, string unit, double elapsed, int percent, string text)
    {
        var reading = new ProgressReading("read", done, total, unit, TimeSpan.FromSeconds(elapsed));

        Assert.Equal(percent, reading.Percent);
        Assert.Equal(text, reading.ToString());
    }

    [Fact]
    public void Almost_done_is_not_rounded_up() =>
        Assert.Equal(99, new ProgressReading("read", 9_999, 10_000, "bytes", TimeSpan.FromSeconds(1)).Percent);

    [Fact]
    public void An_estimate_beyond_all_time_is_left_out() =>
        Assert.DoesNotContain("ETA",
            new ProgressReading("read", 1, long.MaxValue, "bytes", TimeSpan.FromDays(300)).ToString(),
            StringComparison.Ordinal);
}
