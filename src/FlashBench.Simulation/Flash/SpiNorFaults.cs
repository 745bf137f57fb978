namespace FlashBench.Simulation.Flash;

/// <summary>Bits of one cell.</summary>
/// <param name="Address">Byte address on the chip.</param>
/// <param name="Mask">The bits.</param>
public sealed record CellBits(uint Address, byte Mask);

/// <summary>A page that takes longer to program than the others.</summary>
/// <param name="Time">How long, exactly.</param>
/// <param name="Address">Any byte of the page; null for every page.</param>
public sealed record SlowPage(TimeSpan Time, uint? Address = null);

/// <summary>A bit that reads wrong now and then.</summary>
/// <param name="Address">Byte address on the chip.</param>
/// <param name="Bit">Bit of the byte, 0 to 7.</param>
/// <param name="Probability">Of a wrong bit, each time the byte is read; drawn from the chip's seed.</param>
public sealed record FlakyBit(uint Address, int Bit, double Probability);

/// <summary>Faults of a simulated chip and of the clip on it; none by default, each may change at any time.</summary>
/// <remarks>
/// More of them stand on the chip itself: <see cref="SimulatedSpiNor.StuckBusy"/>,
/// <see cref="SimulatedSpiNor.ReadFlipOnce"/>, <see cref="SimulatedSpiNor.FlipBit"/>.
/// </remarks>
public sealed class SpiNorFaults
{
    /// <summary>No chip under the clip: MISO floats high and nothing is executed.</summary>
    public bool Absent { get; set; }

    /// <summary>MISO is held: every byte reads this, but the chip hears. 0x00 for a short circuit to ground.</summary>
    public byte? StuckMiso { get; set; }

    /// <summary>Every bit of an answer arrives one clock late: EF 40 18 reads F7 A0 0C.</summary>
    public bool LateMiso { get; set; }

    /// <summary>About every second answer to 9Fh has one bit wrong, drawn from the chip's seed.</summary>
    public bool UnstableId { get; set; }

    /// <summary>06h and 50h are not heard.</summary>
    public bool IgnoresWriteEnable { get; set; }

    /// <summary>Bits that stay 0 whatever erases them.</summary>
    public CellBits? EraseLeaves { get; set; }

    /// <summary>Bits that stay 1 whatever programs them.</summary>
    public CellBits? ProgramLeaves { get; set; }

    /// <summary>The n-th instruction that erases or programs (1-based, since the bench was opened) never ends; null =
    /// none.</summary>
    public long? BusyFromChange { get; set; }

    /// <summary>A page, or all of them, that takes its own time.</summary>
    public SlowPage? SlowPage { get; set; }

    /// <summary>A bit that reads wrong now and then; the cell stays right.</summary>
    public FlakyBit? FlakyBit { get; set; }
}
