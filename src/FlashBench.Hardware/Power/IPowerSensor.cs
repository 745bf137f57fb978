namespace FlashBench.Hardware.Power;

/// <summary>What a board's supply looks like at one instant.</summary>
/// <param name="RailMillivolts">Main (S0) rail of the board.</param>
/// <param name="SupplyMilliamps">Current into the board's supply input, standby included.</param>
public readonly record struct PowerSample(int RailMillivolts, int SupplyMilliamps);

/// <summary>Measures actual power. A relay says what was commanded; only the sensor says what is.</summary>
public interface IPowerSensor
{
    /// <summary>The part that measures.</summary>
    PartIdentity Identity { get; }

    /// <summary>Takes one sample now.</summary>
    /// <exception cref="PowerException">The sensor did not answer.</exception>
    ValueTask<PowerSample> SampleAsync(CancellationToken cancel);
}
