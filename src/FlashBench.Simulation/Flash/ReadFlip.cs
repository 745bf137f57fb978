namespace FlashBench.Simulation.Flash;

/// <summary>A fault: one bit reads wrong once, as a bad clip contact does it; the cells stay right.</summary>
/// <param name="Address">Byte address on the chip.</param>
/// <param name="Bit">Bit of the byte, 0 to 7.</param>
/// <param name="Skip">How many reads over the address pass unharmed before it happens.</param>
public sealed record ReadFlip(uint Address, int Bit, int Skip = 0);
