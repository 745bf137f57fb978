namespace FlashBench.Hardware.Power.Sensors;

/// <summary>Measures one quantity: millivolts of a rail, or milliamps of a supply.</summary>
internal interface IQuantity
{
    /// <summary>What and where, for people.</summary>
    string Description { get; }

    /// <summary>True if the kernel only pretends to have the part.</summary>
    bool IsSimulated { get; }

    /// <summary>Measures now.</summary>
    /// <exception cref="PowerException">The part did not answer, or answered nonsense.</exception>
    ValueTask<int> MeasureAsync(CancellationToken cancel);
}
