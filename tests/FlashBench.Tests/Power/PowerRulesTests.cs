using FlashBench.Bench.Power;

namespace FlashBench.Tests.Power;

/// <summary>Which request is legal in which state of the board.</summary>
public sealed class PowerRulesTests
{
    [Theory]
    [InlineData(BoardPowerState.Off, PowerRequest.OwnSpi)]
    [InlineData(BoardPowerState.SpiOwned, PowerRequest.OwnSpi)]
    [InlineData(BoardPowerState.Off, PowerRequest.SwitchOn)]
    [InlineData(BoardPowerState.Standby, PowerRequest.SwitchOn)]
    [InlineData(BoardPowerState.Standby, PowerRequest.PressButton)]
    [InlineData(BoardPowerState.On, PowerRequest.PressButton)]
    [InlineData(BoardPowerState.On, PowerRequest.PressReset)]
    public void Legal_requests_are_not_refused(BoardPowerState state, PowerRequest request) =>
        Assert.Null(PowerRules.Refusal(state, request));

    [Theory]
    [InlineData(BoardPowerState.On, PowerRequest.OwnSpi, "the board is on")]
    [InlineData(BoardPowerState.Standby, PowerRequest.OwnSpi, "standby power")]
    [InlineData(BoardPowerState.SpiOwned, PowerRequest.SwitchOn, "the programmer drives the SPI bus")]
    [InlineData(BoardPowerState.SpiOwned, PowerRequest.PressButton, "the programmer drives the SPI bus")]
    [InlineData(BoardPowerState.Off, PowerRequest.PressButton, "no supply")]
    [InlineData(BoardPowerState.Off, PowerRequest.PressReset, "no supply")]
    [InlineData(BoardPowerState.Standby, PowerRequest.PressReset, "nothing to reset")]
    public void Illegal_requests_are_refused_with_the_reason(
        BoardPowerState state, PowerRequest request, string reason) =>
        Assert.Contains(reason, PowerRules.Refusal(state, request), StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_legal_while_the_programmers_pins_are_unknown() =>
        Assert.All(Enum.GetValues<PowerRequest>(), request =>
            Assert.NotNull(PowerRules.Refusal(BoardPowerState.SpiUnknown, request)));
}
