namespace FlashBench.Hardware.Flash;

/// <summary>One erase instruction of a chip, with its datasheet times.</summary>
/// <param name="Opcode">Instruction byte, followed by a 3-byte address.</param>
/// <param name="SizeBytes">How much it sets to 0xFF; the address is aligned to it.</param>
/// <param name="Typical">Typical duration.</param>
/// <param name="Max">Maximum duration; still busy after it is a fault.</param>
public sealed record EraseCommand(byte Opcode, uint SizeBytes, TimeSpan Typical, TimeSpan Max);

/// <summary>What the datasheet says about one SPI NOR part (row of hardware/chips.json).</summary>
/// <param name="Name">Part name for people.</param>
/// <param name="JedecId">Answer to 9Fh: manufacturer, type, capacity, most significant byte first.</param>
/// <param name="SizeBytes">Capacity in bytes.</param>
/// <param name="PageBytes">Program page in bytes; programming wraps inside it.</param>
/// <param name="Erases">Erase instructions, smallest first.</param>
/// <param name="PageProgramTypical">Typical time of one page program.</param>
/// <param name="PageProgramMax">Maximum time of one page program.</param>
/// <param name="SupplyMillivoltsMin">Lowest supply voltage in millivolts.</param>
/// <param name="SupplyMillivoltsMax">Highest supply voltage in millivolts.</param>
/// <param name="Source">The document the row was taken from.</param>
public sealed record SpiNorChip(
    string Name, uint JedecId, uint SizeBytes, int PageBytes, IReadOnlyList<EraseCommand> Erases,
    TimeSpan PageProgramTypical, TimeSpan PageProgramMax, int SupplyMillivoltsMin, int SupplyMillivoltsMax,
    string Source);
