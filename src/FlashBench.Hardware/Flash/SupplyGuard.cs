namespace FlashBench.Hardware.Flash;

/// <summary>What is known about the voltage that reaches the chip, and what must not be done at it.</summary>
/// <param name="BusMillivolts">Supply and signal voltage at the chip, in millivolts.</param>
/// <param name="AdapterDeclared">True if somebody said that a level-shifting adapter makes it so.</param>
/// <param name="ConfirmedMillivolts">
/// The chip's own supply voltage by the user's word, for chips whose voltage is not known; null if nobody said it.
/// </param>
/// <remarks>
/// Source: spi-flash 1.1 and 3 (1.8 V chips on 3.3 V programmers: failed erases, wrong ids, damage). Pure.
/// </remarks>
public sealed record SupplyGuard(int BusMillivolts, bool AdapterDeclared = false, int? ConfirmedMillivolts = null)
{
    /// <summary>A programmer with 3.3 V and nothing between it and the chip.</summary>
    public static SupplyGuard Default { get; } = new(3300);

    /// <summary>Why this chip must not be read for long at this voltage.</summary>
    /// <returns>A sentence without a full stop; null if it may be read.</returns>
    public string? RefuseRead(SpiNorChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        if (chip.IsSupplyKnown)
            return Contradiction(chip.SupplyMillivoltsMin, chip.SupplyMillivoltsMax);
        return ConfirmedMillivolts is { } confirmed ? Contradiction(confirmed * 9 / 10, confirmed * 11 / 10) : null;
    }

    /// <summary>Why this chip must not be erased or programmed at this voltage.</summary>
    /// <returns>A sentence without a full stop; null if it may be written.</returns>
    public string? RefuseWrite(SpiNorChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        return !chip.IsSupplyKnown && ConfirmedMillivolts is null
            ? $"the supply voltage of {chip.Title} is not known: confirm it before anything is written"
            : RefuseRead(chip);
    }

    private string? Contradiction(int min, int max)
    {
        if (BusMillivolts >= min && BusMillivolts <= max)
            return null;
        string chip = $"the chip is made for {Volts(min)} to {Volts(max)}";
        return BusMillivolts > max
            ? $"{chip}, the programmer has {Volts(BusMillivolts)}: put a level-shifting adapter between them "
                + "and declare it"
            : $"{chip}, {(AdapterDeclared ? "the declared adapter gives it" : "it gets")} only {Volts(BusMillivolts)}"
                + ": take the adapter out";
    }

    private static string Volts(int millivolts) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{millivolts / 1000.0:0.0#} V");
}
