using FlashBench.Bench.Watch;
using FlashBench.Hardware.Power;

namespace FlashBench.Tests.Watch;

public sealed class SampleSeriesTests
{
    [Fact]
    public void A_host_that_stood_still_for_an_hour_leaves_a_long_gap_and_no_bug()
    {
        var series = new SampleSeries(1);
        series.Add(1_000_000, new PowerSample(3300, 400));
        series.Add(3_601_000_000, new PowerSample(3301, 401));
        series.Add(3_601_500_000, new PowerSample(3302, 402));

        var samples = SampleSeries.Expand(series.Take()!).ToList();

        Assert.Equal(3, samples.Count);
        Assert.True(samples[1].AtUs - samples[0].AtUs > 2_000_000_000);
        Assert.True(samples[2].AtUs > samples[1].AtUs);
    }
}
