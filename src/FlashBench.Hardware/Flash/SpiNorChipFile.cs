using System.Globalization;
using System.Text.Json;

namespace FlashBench.Hardware.Flash;

/// <summary>Reads a chip table (hardware/chips.json).</summary>
/// <remarks>
/// A row may have variants: parts with the same id. A variant has what differs; the rest it takes from its row.
/// </remarks>
internal static class SpiNorChipFile
{
    private const int TableVersion = 2;
    private const uint SizeBytesMax = 1u << 31; // addresses are 32 bits
    private const uint ThreeByteReach = SpiNorCommands.ThreeByteReach;

    /// <summary>Reads a chip table.</summary>
    /// <returns>Every part, in the order of the file; rows with variants give one part per variant.</returns>
    /// <exception cref="InvalidDataException">The text is not a chip table, or a row contradicts itself.</exception>
    public static IReadOnlyList<SpiNorPart> Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            ChipFile file = JsonSerializer.Deserialize(json, ChipFileContext.Default.ChipFile)
                ?? throw new InvalidDataException("the chip table is empty");
            if (file.Version != TableVersion)
                throw new InvalidDataException($"chip table version {file.Version} is not {TableVersion}");
            var schemes = (file.Protections ?? []).ToDictionary(pair => pair.Key, pair => ToScheme(pair.Value));
            RefuseDuplicates(file.Chips);
            return [.. file.Chips.SelectMany(row => ToParts(row, schemes))];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"the chip table is no chip table: {error.Message}", error);
        }
    }

    private static void RefuseDuplicates(IReadOnlyList<ChipRow> rows)
    {
        if (rows.DistinctBy(row => row.JedecId).Count() != rows.Count)
            throw new InvalidDataException("two rows of the chip table have the same JEDEC id");
        if (rows.DistinctBy(row => row.Name.ToUpperInvariant()).Count() != rows.Count)
            throw new InvalidDataException("two rows of the chip table have the same name");
    }

    private static IEnumerable<SpiNorPart> ToParts(ChipRow row, Dictionary<string, SpiNorProtectionScheme> schemes)
    {
        if (row.Variants is not { Count: > 0 } variants)
            return [ToPart(row, new VariantRow(null!), schemes)];
        if (variants.DistinctBy(variant => variant.Name).Count() != variants.Count)
            throw new InvalidDataException($"two variants of chip row {row.Name} have the same name");
        return variants.Select(variant => ToPart(row, variant, schemes));
    }

    private static SpiNorPart ToPart(
        ChipRow row, VariantRow variant, Dictionary<string, SpiNorProtectionScheme> schemes)
    {
        string? scheme = variant.Protection ?? row.Protection;
        SpiNorPart part = new()
        {
            Family = row.Name,
            Variant = variant.Name,
            JedecId = Hex(row.JedecId, 0xFFFFFF),
            SizeBytes = row.SizeBytes,
            PageBytes = variant.PageBytes ?? row.PageBytes ?? 256,
            Erases = [.. (variant.Erases ?? row.Erases).Select(ToErase)],
            PageProgramTypical = Microseconds(variant.PageProgramTypicalUs ?? row.PageProgramTypicalUs),
            PageProgramMax = Microseconds(variant.PageProgramMaxUs ?? row.PageProgramMaxUs),
            SupplyMillivoltsMin = variant.SupplyMillivoltsMin ?? row.SupplyMillivoltsMin,
            SupplyMillivoltsMax = variant.SupplyMillivoltsMax ?? row.SupplyMillivoltsMax,
            Addressing = Kind<SpiNorAddressing>(variant.Addressing ?? row.Addressing),
            HasExtendedAddressRegister = variant.ExtendedAddressRegister ?? row.ExtendedAddressRegister ?? false,
            FourByteModeBit = ToBit(variant.FourByteModeBit ?? row.FourByteModeBit),
            Registers = Kind<SpiNorRegisterLayout>(variant.Registers ?? row.Registers),
            Scheme = scheme is null or "unknown"
                ? null
                : schemes.GetValueOrDefault(scheme)
                    ?? throw new InvalidDataException($"chip row {row.Name} names an unknown protection \"{scheme}\""),
            QuadEnable = ToBit(variant.QuadEnable ?? row.QuadEnable),
            HasVolatileStatus = variant.VolatileStatus ?? row.VolatileStatus ?? false,
            HasFlagStatus = variant.FlagStatus ?? row.FlagStatus ?? false,
            Otp = Kind<SpiNorOtp>(variant.Otp ?? row.Otp),
            UniqueId = Kind<SpiNorUniqueIdKind>(variant.UniqueId ?? row.UniqueId),
            When = ToCondition(variant.When),
            Source = variant.Source ?? row.Source,
            Unsure = variant.Unsure ?? row.Unsure,
        };
        return IsSound(part)
            ? part
            : throw new InvalidDataException($"chip row {row.Name}{variant.Name} contradicts itself");
    }

    private static PartErase ToErase(EraseRow row) => new(
        (byte)Hex(row.Opcode, 0xFF), row.SizeBytes, row.FourByte is null ? null : (byte)Hex(row.FourByte, 0xFF),
        Milliseconds(row.TypicalMs), Milliseconds(row.MaxMs));

    private static SpiNorProtectionScheme ToScheme(ProtectionRow row)
    {
        RegisterBit[] bits = [.. row.Bp.Select(bit => ToBit(bit)!.Value)];
        if (bits.Length is 0 or > 5 || row.Blocks is not null && row.Blocks.Count != 1 << bits.Length)
            throw new InvalidDataException("a protection of the chip table has too few or too many BP bits or blocks");
        return new SpiNorProtectionScheme(bits, ToBit(row.Tb), ToBit(row.Sec), ToBit(row.Cmp), ToBit(row.Wps))
        {
            RegisterLock = ToBit(row.Srp1),
            IsTopBottomOneTime = row.TbOnce ?? false,
            Blocks = row.Blocks,
        };
    }

    private static PartCondition? ToCondition(ConditionRow? row) => row is null
        ? null
        : new PartCondition(row.SfdpMinorMin, row.SfdpMinorMax, row.Dword5Bit4, row.ExtendedId);

    private static bool IsSound(SpiNorPart part) =>
        part.SizeBytes is > 0 and <= SizeBytesMax
        && part.PageBytes is > 0 and <= 512 && part.SizeBytes % (uint)part.PageBytes == 0
        && IsSound(part.PageProgramTypical, part.PageProgramMax)
        && part.SupplyMillivoltsMin > 0 && part.SupplyMillivoltsMax >= part.SupplyMillivoltsMin
        && (part.SizeBytes > ThreeByteReach) == (part.Addressing != SpiNorAddressing.ThreeByte)
        && part.Erases.Count > 0 && part.Erases.All(erase => IsSound(erase, part))
        && part.Erases.Zip(part.Erases.Skip(1)).All(pair => pair.First.SizeBytes < pair.Second.SizeBytes)
        && (part.Addressing != SpiNorAddressing.FourByteOpcodes
            || part.Erases.All(erase => erase.FourByte is not null));

    private static bool IsSound(PartErase erase, SpiNorPart part) =>
        erase.SizeBytes > 0 && erase.SizeBytes % (uint)part.PageBytes == 0 && part.SizeBytes % erase.SizeBytes == 0
        && IsSound(erase.Typical, erase.Max);

    private static bool IsSound(TimeSpan? typical, TimeSpan? max) =>
        !(typical <= TimeSpan.Zero || max <= TimeSpan.Zero || max < typical);

    private static TimeSpan? Microseconds(uint? value) =>
        value is { } known ? TimeSpan.FromMicroseconds(known) : null;

    private static TimeSpan? Milliseconds(uint? value) =>
        value is { } known ? TimeSpan.FromMilliseconds(known) : null;

    // "2.6": register 2, bit 6.
    private static RegisterBit? ToBit(string? text) => text switch
    {
        null or "none" => null,
        [>= '1' and <= '3', '.', >= '0' and <= '7'] => new RegisterBit(text[0] - '0', text[2] - '0'),
        _ => throw new InvalidDataException($"\"{text}\" in the chip table is no register bit"),
    };

    private static T Kind<T>(string? text)
        where T : struct, Enum
    {
        if (text is null)
            return default;
        return Enum.GetNames<T>().Contains(text, StringComparer.Ordinal)
            ? Enum.Parse<T>(text)
            : throw new InvalidDataException($"\"{text}\" in the chip table is no {typeof(T).Name}");
    }

    private static uint Hex(string text, uint max) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
        && value <= max
            ? value
            : throw new InvalidDataException($"\"{text}\" in the chip table is no number up to {max:X}");
}
