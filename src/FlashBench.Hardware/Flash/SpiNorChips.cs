namespace FlashBench.Hardware.Flash;

/// <summary>The chip table that ships with the program (hardware/chips.json).</summary>
public static class SpiNorChips
{
    private static readonly Lazy<IReadOnlyList<SpiNorPart>> Table = new(ReadEmbedded);

    private static readonly Lazy<IReadOnlyList<SpiNorChip>> Chips = new(() => Resolve(Parts));

    /// <summary>One chip per id, in the order of the file: what is right for every part that has the id.</summary>
    public static IReadOnlyList<SpiNorChip> All => Chips.Value;

    /// <summary>Every part of the table.</summary>
    internal static IReadOnlyList<SpiNorPart> Parts => Table.Value;

    /// <summary>The chip with this answer to 9Fh, as far as the table alone knows it.</summary>
    /// <param name="jedecId">Manufacturer, type, capacity; 24 bits, most significant byte first.</param>
    /// <returns>The chip, or null if the table does not know it.</returns>
    public static SpiNorChip? Find(uint jedecId) => All.FirstOrDefault(chip => chip.JedecId == jedecId);

    /// <summary>The chip with this name, upper or lower case.</summary>
    /// <returns>The chip, or null if the table does not know it.</returns>
    public static SpiNorChip? ByName(string name) =>
        All.FirstOrDefault(chip => chip.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The chip with this answer to 9Fh, by the table and what the chip says about itself.</summary>
    /// <param name="jedecId">Manufacturer, type, capacity; 24 bits, most significant byte first.</param>
    /// <param name="sfdp">Its SFDP; null if it has none, or it is damaged.</param>
    /// <param name="extendedId">How its answer to 9Fh goes on after three bytes, in hex; may be empty.</param>
    /// <returns>The chip, or null if neither the table nor an SFDP knows it.</returns>
    public static SpiNorChip? Identify(uint jedecId, Sfdp? sfdp, string extendedId) => SpiNorResolution.Resolve(
        jedecId, [.. Parts.Where(part => part.JedecId == jedecId)], sfdp, extendedId);

    /// <summary>One chip per id of these parts.</summary>
    internal static IReadOnlyList<SpiNorChip> Resolve(IReadOnlyList<SpiNorPart> parts) =>
    [
        .. parts.GroupBy(part => part.JedecId).Select(
            same => SpiNorResolution.Resolve(same.Key, [.. same], sfdp: null, extendedId: "")!),
    ];

    private static IReadOnlyList<SpiNorPart> ReadEmbedded()
    {
        using Stream stream = typeof(SpiNorChips).Assembly.GetManifestResourceStream("chips.json")
            ?? throw new InvalidDataException("the program was built without its chip table");
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return SpiNorChipFile.Parse(json);
    }
}
