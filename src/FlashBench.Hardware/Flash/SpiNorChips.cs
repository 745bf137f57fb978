using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashBench.Hardware.Flash;

/// <summary>The chip table that ships with the program (hardware/chips.json).</summary>
public static class SpiNorChips
{
    private const int TableVersion = 1;
    private const uint SizeBytesMax = 1 << 24; // what three address bytes reach

    private static readonly Lazy<IReadOnlyList<SpiNorChip>> Table = new(ReadEmbedded);

    /// <summary>Every row, in the order of the file.</summary>
    public static IReadOnlyList<SpiNorChip> All => Table.Value;

    /// <summary>The row with this answer to 9Fh.</summary>
    /// <param name="jedecId">Manufacturer, type, capacity; 24 bits, most significant byte first.</param>
    /// <returns>The chip, or null if the table does not know it.</returns>
    public static SpiNorChip? Find(uint jedecId) => All.FirstOrDefault(chip => chip.JedecId == jedecId);

    /// <summary>The row with this name, upper or lower case.</summary>
    /// <returns>The chip, or null if the table does not know it.</returns>
    public static SpiNorChip? ByName(string name) =>
        All.FirstOrDefault(chip => chip.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a chip table.</summary>
    /// <exception cref="InvalidDataException">The text is not a chip table, or a row contradicts itself.</exception>
    internal static IReadOnlyList<SpiNorChip> Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            ChipFile file = JsonSerializer.Deserialize(json, ChipFileContext.Default.ChipFile)
                ?? throw new InvalidDataException("the chip table is empty");
            if (file.Version != TableVersion)
                throw new InvalidDataException($"chip table version {file.Version} is not {TableVersion}");
            SpiNorChip[] chips = [.. file.Chips.Select(ToChip)];
            if (chips.DistinctBy(chip => chip.JedecId).Count() != chips.Length)
                throw new InvalidDataException("two chips of the table have the same JEDEC id");
            return chips;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"the chip table is no chip table: {error.Message}", error);
        }
    }

    private static IReadOnlyList<SpiNorChip> ReadEmbedded()
    {
        using Stream stream = typeof(SpiNorChips).Assembly.GetManifestResourceStream("chips.json")
            ?? throw new InvalidDataException("the program was built without its chip table");
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(json);
    }

    private static SpiNorChip ToChip(ChipRow row)
    {
        SpiNorChip chip = new(
            row.Name, Hex(row.JedecId, 0xFFFFFF), row.SizeBytes, row.PageBytes, [.. row.Erases.Select(ToErase)],
            TimeSpan.FromMicroseconds(row.PageProgramTypicalUs), TimeSpan.FromMicroseconds(row.PageProgramMaxUs),
            row.SupplyMillivoltsMin, row.SupplyMillivoltsMax, row.Source);
        return IsSound(chip) ? chip : throw new InvalidDataException($"chip row {row.Name} contradicts itself");
    }

    private static EraseCommand ToErase(EraseRow row) => new(
        (byte)Hex(row.Opcode, 0xFF), row.SizeBytes,
        TimeSpan.FromMilliseconds(row.TypicalMs), TimeSpan.FromMilliseconds(row.MaxMs));

    private static bool IsSound(SpiNorChip chip) =>
        chip.SizeBytes is > 0 and <= SizeBytesMax
        && chip.PageBytes is > 0 and <= 256 && chip.SizeBytes % (uint)chip.PageBytes == 0
        && chip.PageProgramTypical > TimeSpan.Zero && chip.PageProgramMax >= chip.PageProgramTypical
        && chip.SupplyMillivoltsMin > 0 && chip.SupplyMillivoltsMax >= chip.SupplyMillivoltsMin
        && chip.Erases.Count > 0 && chip.Erases.All(erase => IsSound(erase, chip))
        && chip.Erases.Zip(chip.Erases.Skip(1)).All(pair => pair.First.SizeBytes < pair.Second.SizeBytes);

    private static bool IsSound(EraseCommand erase, SpiNorChip chip) =>
        erase.SizeBytes > 0 && erase.SizeBytes % (uint)chip.PageBytes == 0 && chip.SizeBytes % erase.SizeBytes == 0
        && erase.Typical > TimeSpan.Zero && erase.Max >= erase.Typical;

    private static uint Hex(string text, uint max) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
        && value <= max
            ? value
            : throw new InvalidDataException($"\"{text}\" in the chip table is no number up to {max:X}");
}

internal sealed record ChipFile(int Version, IReadOnlyList<ChipRow> Chips);

internal sealed record ChipRow(
    string Name, string JedecId, uint SizeBytes, int PageBytes, IReadOnlyList<EraseRow> Erases,
    uint PageProgramTypicalUs, uint PageProgramMaxUs, int SupplyMillivoltsMin, int SupplyMillivoltsMax, string Source);

internal sealed record EraseRow(string Opcode, uint SizeBytes, uint TypicalMs, uint MaxMs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ChipFile))]
internal sealed partial class ChipFileContext : JsonSerializerContext;
