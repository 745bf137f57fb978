using FlashBench.Bench.Report;

namespace FlashBench.Tests.Report;

public class FiguresTests
{
    [Theory]
    [InlineData(0, "0:00.0")]
    [InlineData(1_800_000_000, "30:00.0")]
    [InlineData(1_859_999_999, "30:59.9")] // never rounded up to the mark
    [InlineData(1_860_000_000, "31:00.0")]
    [InlineData(-1_250_000, "-0:01.2")]
    [InlineData(-50_000, "0:00.0")]
    public void Clocks_are_cut_off_not_rounded(long us, string text) => Assert.Equal(text, Figures.Clock(us));

    [Theory]
    [InlineData(999_999, 1_000_000, "99.9 %")]
    [InlineData(0, 100, "0.0 %")]
    [InlineData(5, 0, "–")]
    public void Shares_are_never_rounded_up(long part, long whole, string text) =>
        Assert.Equal(text, Figures.Percent(part, whole));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(3321, 5000)]
    [InlineData(9801, 10_000)]
    [InlineData(1e300, 1e12)]
    public void Axes_end_at_a_round_number(double value, double end) => Assert.Equal(end, SvgScale.RoundUp(value));
}
