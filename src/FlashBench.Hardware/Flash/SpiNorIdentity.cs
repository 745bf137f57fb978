namespace FlashBench.Hardware.Flash;

/// <summary>Who a flash chip says it is.</summary>
/// <param name="JedecId">Answer to 9Fh: manufacturer, type, capacity; 24 bits, most significant byte first.</param>
/// <param name="Chip">
/// What the chip table and the chip's SFDP say together; null if the table does not know the id and there is no sound
/// SFDP: it can be read only, by a size the user gives (<see cref="SpiNorChip.ReadOnly"/>).
/// </param>
/// <param name="UniqueId">Its unique id in hex, 16 to 32 digits; null if the chip has none or none is known.</param>
public sealed record SpiNorIdentity(uint JedecId, SpiNorChip? Chip, string? UniqueId)
{
    /// <summary>The chip's SFDP; null if it has none or it is damaged.</summary>
    public Sfdp? Sfdp { get; init; }

    /// <summary>What is wrong with its SFDP, as a sentence without a full stop; null if nothing is.</summary>
    public string? SfdpDamage { get; init; }

    /// <summary>The answer to 9Fh behind the first three bytes, in hex: tells apart parts that share an id.</summary>
    public string ExtendedId { get; init; } = "";
}
