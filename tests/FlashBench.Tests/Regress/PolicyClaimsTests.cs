using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Regress;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Regress;

public sealed class PolicyClaimsTests
{
    [Theory]
    [InlineData("neutralized by removal", Verdict.Fail, true)]
    [InlineData("neutralized by removal", Verdict.Inconclusive, true)] // a boot was silent
    [InlineData("not said", Verdict.Inconclusive, true)]
    [InlineData("running", Verdict.Fail, false)]
    [InlineData("neutralized by removal and running", Verdict.Inconclusive, false)]
    [InlineData("in state SoftDisabled", Verdict.Fail, false)]
    [InlineData("contradictory", Verdict.Inconclusive, false)]
    public void An_engine_that_was_removed_holds_only_if_the_firmware_says_no_other_state(
        string measured, Verdict outcome, bool holds)
    {
        var words = new Check("C2", "firmware's own words", outcome, true, measured, "agree with the registers", "");

        Assert.Equal(holds, PolicyClaims.Hold(NeutralizationPolicy.MeCleaner, [words], []));
    }
}
