namespace FlashBench.Hardware.Power.Sensors;

/// <summary>A power sensor made of one or two measured quantities.</summary>
/// <param name="rail">The board's main rail; null: concluded from the supply.</param>
/// <param name="supply">Current into the supply input; null: nothing measures it, and it counts as 0.</param>
/// <param name="inferred">How the rail is concluded.</param>
internal sealed class MeasuredPower(IQuantity? rail, IQuantity? supply, QuantitySpec.FromSupply? inferred)
    : IPowerSensor
{
    /// <inheritdoc/>
    public PartIdentity Identity { get; } = new(
        "power sensor",
        $"rail: {rail?.Description ?? "from the supply current"}; supply: {supply?.Description ?? "not measured"}",
        (rail?.IsSimulated ?? false) || (supply?.IsSimulated ?? false));

    /// <inheritdoc/>
    public async ValueTask<PowerSample> SampleAsync(CancellationToken cancel)
    {
        int milliamps = supply is null ? 0 : await supply.MeasureAsync(cancel);
        int millivolts = rail is not null ? await rail.MeasureAsync(cancel)
            : milliamps >= inferred!.OnAboveMilliamps ? inferred.Reads : 0;
        return new PowerSample(millivolts, milliamps);
    }
}
