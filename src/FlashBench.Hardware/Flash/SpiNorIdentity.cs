namespace FlashBench.Hardware.Flash;

/// <summary>Who a flash chip says it is.</summary>
/// <param name="JedecId">Answer to 9Fh: manufacturer, type, capacity; 24 bits, most significant byte first.</param>
/// <param name="Chip">Its row of the chip table; null if the table does not know the id: read-only then.</param>
/// <param name="UniqueId">Answer to 4Bh in hex, 16 digits; null if the chip has none or none is known.</param>
public sealed record SpiNorIdentity(uint JedecId, SpiNorChip? Chip, string? UniqueId);
