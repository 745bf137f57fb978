namespace FlashBench.Hardware.Flash;

/// <summary>Makes one chip out of the parts that share an id and of what the chip says about itself.</summary>
/// <remarks>
/// Source: spi-flash 5.3. Nobody has to choose: parts that the chip's SFDP or long id contradicts are left out, of the
/// others only that is used which is right for all. The chip's own word counts for erase instructions, page and
/// typical times; a maximum time is the longer of both words. Pure.
/// </remarks>
internal static class SpiNorResolution
{
    private const uint ThreeByteReach = SpiNorCommands.ThreeByteReach;

    /// <summary>The chip that is there.</summary>
    /// <param name="jedecId">Its answer to 9Fh.</param>
    /// <param name="parts">The parts of the table with this id; may be none.</param>
    /// <param name="sfdp">Its SFDP; null if it has none.</param>
    /// <param name="extendedId">How its answer to 9Fh goes on, in hex; may be empty.</param>
    /// <returns>The chip; null if neither the table nor an SFDP knows it.</returns>
    public static SpiNorChip? Resolve(
        uint jedecId, IReadOnlyList<SpiNorPart> parts, Sfdp? sfdp, string extendedId)
    {
        if (parts.Count == 0)
            return sfdp is null ? null : FromSfdp(jedecId, sfdp);
        List<SpiNorPart> left = [.. parts.Where(part => part.When?.Holds(sfdp, extendedId) == true)];
        string? by = left.Count > 0 ? left[0].When!.By : null;
        if (left.Count == 0)
            left = [.. parts.Where(part => part.When?.Holds(sfdp, extendedId) != false)];
        if (left.Count == 0)
            left = [.. parts];
        return Complete(Merge(left) with { Title = Title(parts, left, by) }, sfdp);
    }

    // What is right for every one of the parts.
    private static SpiNorChip Merge(List<SpiNorPart> parts)
    {
        SpiNorPart first = parts[0];
        SpiNorRegisterLayout layout = CommonLayout(parts);
        return new SpiNorChip(
            first.Family, first.JedecId, first.SizeBytes, parts.Min(part => part.PageBytes), CommonErases(parts),
            Shortest(parts, part => part.PageProgramTypical) ?? SpiNorDefaults.PageProgramTypical,
            Longest(parts, part => part.PageProgramMax) ?? SpiNorDefaults.PageProgramMax,
            parts.Max(part => part.SupplyMillivoltsMin), parts.Min(part => part.SupplyMillivoltsMax),
            string.Join("; ", parts.Select(part => part.Source).Distinct()))
        {
            Variants = [.. parts.Select(part => part.Family + part.Variant)],
            Addressing = CommonAddressing(parts),
            HasExtendedAddressRegister = parts.Any(part => part.HasExtendedAddressRegister),
            FourByteModeBit = Common(parts, part => part.FourByteModeBit, null),
            Registers = layout,
            ProtectionScheme = CommonScheme(parts, layout),
            QuadEnable = Common(parts, part => part.QuadEnable, null),
            HasVolatileStatus = parts.All(part => part.HasVolatileStatus),
            HasFlagStatus = parts.All(part => part.HasFlagStatus),
            Otp = Common(parts, part => part.Otp, SpiNorOtp.Unknown),
            UniqueIdKind = Common(parts, part => part.UniqueId, SpiNorUniqueIdKind.None),
            Notes = [.. parts.Where(part => part.Unsure is not null).Select(part => $"{Name(part)}: {part.Unsure}")],
        };
    }

    private static SpiNorChip Complete(SpiNorChip chip, Sfdp? sfdp)
    {
        if (sfdp is null)
            return chip;
        if (sfdp.Basic.SizeBytes != chip.SizeBytes)
        {
            return chip with
            {
                Erases = [],
                Notes =
                [
                    .. chip.Notes,
                    $"read only: the table says {chip.SizeBytes} bytes, the chip's SFDP {sfdp.Basic.SizeBytes}",
                ],
            };
        }

        SfdpBasicTable basic = sfdp.Basic;
        List<EraseCommand> erases = SfdpErases(sfdp, chip);
        SpiNorChip complete = chip with
        {
            HasSfdp = true,
            PageBytes = Math.Min(chip.PageBytes, basic.PageBytes),
            PageProgramTypical = basic.PageProgramTypical ?? chip.PageProgramTypical,
            PageProgramMax = Longer(basic.PageProgramMax, chip.PageProgramMax),
            Erases = erases.Count > 0 ? erases : chip.Erases,
        };
        return OwnInstructions(complete, sfdp) ?? complete with { Addressing = SfdpAddressing(complete, sfdp) };
    }

    // Instructions of their own are best: they leave no state behind. Read and program must have one; an erase that has
    // none (32 KiB on most Winbond parts) is left out.
    private static SpiNorChip? OwnInstructions(SpiNorChip chip, Sfdp sfdp)
    {
        bool always = sfdp.Basic.AddressBytes == SfdpAddressBytes.Four
            || sfdp.Basic.FourByteEntry.HasFlag(SfdpFourByteEntry.Always);
        bool own = sfdp.FourByte is { Read: true, PageProgram: true }
            || sfdp.FourByte is null && chip.Addressing == SpiNorAddressing.FourByteOpcodes;
        EraseCommand[] erases = [.. chip.Erases.Where(erase => erase.FourByteOpcode is not null)];
        return !always && own && chip.SizeBytes > ThreeByteReach && erases.Length > 0
            ? chip with { Addressing = SpiNorAddressing.FourByteOpcodes, Erases = erases }
            : null;
    }

    private static SpiNorChip? FromSfdp(uint jedecId, Sfdp sfdp)
    {
        SpiNorChip chip = SpiNorChip.ReadOnly(jedecId, sfdp.Basic.SizeBytes) with
        {
            Source = "the chip's SFDP",
            PageBytes = 256,
            Notes = ["not in the table: supply voltage, block protection, OTP and unique id are not known"],
            HasFlagStatus = sfdp.Basic is { PollsFlagStatus: true, PollsStatusRegister: false },
        };
        return Complete(chip, sfdp);
    }

    // The chip's own list, as far as it is understood, with the times of the table where they are longer.
    private static List<EraseCommand> SfdpErases(Sfdp sfdp, SpiNorChip chip)
    {
        int uniform = sfdp.SectorMap?.UniformEraseTypes ?? 0xF;
        List<EraseCommand> erases = [];
        foreach (SfdpEraseType type in sfdp.Basic.Erases.OrderBy(type => type.SizeBytes))
        {
            EraseCommand? row = chip.Erases.FirstOrDefault(erase => erase.Opcode == type.Opcode);
            bool isKnown = IsErase(type.Opcode, type.SizeBytes) && (row is null || row.SizeBytes == type.SizeBytes);
            if (!isKnown || (uniform >> type.Number - 1 & 1) == 0 || erases.Any(e => e.SizeBytes == type.SizeBytes))
                continue;
            (TimeSpan typical, TimeSpan max) = SpiNorDefaults.Erase(type.SizeBytes);
            bool hasTwin = sfdp.FourByte?.Erases.ContainsKey(type.Number) ?? false;
            byte? twin = hasTwin && IsErase(sfdp.FourByte!.Erases[type.Number], type.SizeBytes)
                ? sfdp.FourByte.Erases[type.Number]
                : null;
            erases.Add(new EraseCommand(
                type.Opcode, type.SizeBytes, type.Typical ?? row?.Typical ?? typical,
                Longer(type.Max, row?.Max ?? max))
            {
                FourByteOpcode = chip.SizeBytes <= ThreeByteReach ? null : twin ?? row?.FourByteOpcode,
            });
        }

        return erases;
    }

    // No chip uses these for an erase of another size: an SFDP that says so could make one sector's erase the chip's.
    private static bool IsErase(byte opcode, uint sizeBytes) => opcode switch
    {
        0x20 or 0x21 or 0xD7 => sizeBytes == 4096,
        0x52 or 0x53 or 0x5C => sizeBytes == 32 * 1024,
        0xD8 or 0xDC => sizeBytes is 64 * 1024 or 256 * 1024,
        _ => false,
    };

    private static SpiNorAddressing SfdpAddressing(SpiNorChip chip, Sfdp sfdp)
    {
        SfdpFourByteEntry entry = sfdp.Basic.FourByteEntry;
        if (sfdp.Basic.AddressBytes == SfdpAddressBytes.Four || entry.HasFlag(SfdpFourByteEntry.Always))
            return SpiNorAddressing.AlwaysFourBytes;
        if (chip.SizeBytes <= ThreeByteReach)
            return SpiNorAddressing.ThreeByte;
        if (chip.IsInTable && chip.Addressing is not (SpiNorAddressing.ThreeByte or SpiNorAddressing.FourByteOpcodes))
            return chip.Addressing;
        return entry switch
        {
            _ when entry.HasFlag(SfdpFourByteEntry.EnterAfterWriteEnable)
                && !entry.HasFlag(SfdpFourByteEntry.Enter) => SpiNorAddressing.FourByteModeAfterWriteEnable,
            _ when entry.HasFlag(SfdpFourByteEntry.Enter) => SpiNorAddressing.FourByteMode,
            _ when entry.HasFlag(SfdpFourByteEntry.BankRegister) => SpiNorAddressing.BankRegister,
            _ when entry.HasFlag(SfdpFourByteEntry.ExtendedAddressRegister) =>
                SpiNorAddressing.ExtendedAddressRegister,
            _ => SpiNorAddressing.FourByteMode,
        };
    }

    private static SpiNorRegisterLayout CommonLayout(List<SpiNorPart> parts)
    {
        SpiNorRegisterLayout[] layouts = [.. parts.Select(part => part.Registers).Distinct()];
        if (layouts.Length == 1)
            return layouts[0];
        return layouts.All(layout => layout is SpiNorRegisterLayout.Two or SpiNorRegisterLayout.TwoSeparate
                or SpiNorRegisterLayout.Three)
            ? SpiNorRegisterLayout.Three
            : SpiNorRegisterLayout.One;
    }

    // Where parts differ in WPS only, the one that has it: on the others that bit reads 0.
    private static SpiNorProtectionScheme? CommonScheme(List<SpiNorPart> parts, SpiNorRegisterLayout layout)
    {
        SpiNorProtectionScheme? scheme = (parts.FirstOrDefault(part => part.Scheme?.IndividualLocks is not null)
            ?? parts[0]).Scheme;
        bool isCommon = scheme is not null && parts.All(part => part.Scheme?.HasRangesOf(scheme) ?? false);
        bool isReadable = layout != SpiNorRegisterLayout.One
            || (scheme?.RangeBits.Append(scheme.TopBottom ?? default).All(bit => bit.Register <= 1) ?? false);
        return isCommon && isReadable ? scheme : null;
    }

    private static SpiNorAddressing CommonAddressing(List<SpiNorPart> parts)
    {
        SpiNorAddressing[] ways = [.. parts.Select(part => part.Addressing).Distinct()];
        if (ways.Length == 1)
            return ways[0];
        // Every part with instructions of its own also knows B7h; write enable before it harms none.
        return ways.Contains(SpiNorAddressing.FourByteModeAfterWriteEnable)
            ? SpiNorAddressing.FourByteModeAfterWriteEnable
            : SpiNorAddressing.FourByteMode;
    }

    private static List<EraseCommand> CommonErases(List<SpiNorPart> parts)
    {
        List<EraseCommand> common = [];
        foreach (PartErase erase in parts[0].Erases.OrderBy(erase => erase.SizeBytes))
        {
            PartErase?[] same =
            [
                .. parts.Select(part => part.Erases.FirstOrDefault(
                    other => (other.Opcode, other.SizeBytes) == (erase.Opcode, erase.SizeBytes))),
            ];
            if (same.Contains(null) || common.Any(other => other.SizeBytes == erase.SizeBytes))
                continue;
            (TimeSpan typical, TimeSpan max) = SpiNorDefaults.Erase(erase.SizeBytes);
            common.Add(new EraseCommand(
                erase.Opcode, erase.SizeBytes, Shortest(same, other => other!.Typical) ?? typical,
                Longest(same, other => other!.Max) ?? max)
            {
                FourByteOpcode = same.All(other => other!.FourByte == erase.FourByte) ? erase.FourByte : null,
            });
        }

        return common;
    }

    // "W25Q256 (FV or JV: JV by SFDP)"; the bare name where there is nothing to tell apart.
    private static string Title(IReadOnlyList<SpiNorPart> all, List<SpiNorPart> left, string? by)
    {
        if (all.Count == 1)
            return Name(all[0]);
        string[] names = [.. all.Select(Label)];
        string variants = $"{string.Join(", ", names[..^1])} or {names[^1]}";
        string seen = left.Count < all.Count ? $": {string.Join(", ", left.Select(Label))}" : "";
        return $"{all[0].Family} ({variants}{seen}{(seen.Length > 0 && by is not null ? $" by {by}" : "")})";
    }

    private static string Label(SpiNorPart part) =>
        part.Variant?.Trim(' ', '(', ')') is { Length: > 0 } variant ? variant : part.Family;

    private static string Name(SpiNorPart part) => part.Family + part.Variant;

    // Polls begin by the shortest typical time, so that no part is kept waiting.
    private static TimeSpan? Shortest<T>(IReadOnlyList<T> all, Func<T, TimeSpan?> time) => all.Min(time);

    // A maximum that one part does not tell is not known for all: null, so that the caller's default applies.
    private static TimeSpan? Longest<T>(IReadOnlyList<T> all, Func<T, TimeSpan?> time) =>
        all.Any(each => time(each) is null) ? null : all.Max(time);

    private static TimeSpan Longer(TimeSpan? left, TimeSpan right) => left > right ? left.Value : right;

    private static T Common<T>(List<SpiNorPart> parts, Func<SpiNorPart, T> fact, T otherwise) =>
        parts.All(part => EqualityComparer<T>.Default.Equals(fact(part), fact(parts[0]))) ? fact(parts[0]) : otherwise;
}
