namespace FlashBench.Hardware.Flash;

/// <summary>One parameter header: which table, which revision, where.</summary>
/// <param name="Id">Parameter id, most significant byte first: FF00 is the basic table.</param>
/// <param name="Major">Major revision of the table.</param>
/// <param name="Minor">Minor revision of the table.</param>
/// <param name="LengthDwords">Length in DWORDs.</param>
/// <param name="Offset">Byte offset of the table in the SFDP space.</param>
public sealed record SfdpParameter(ushort Id, byte Major, byte Minor, int LengthDwords, int Offset);

/// <summary>What a chip says about itself in its serial flash discoverable parameters.</summary>
/// <param name="Major">Major revision; 1.</param>
/// <param name="Minor">Minor revision: 0 JESD216, 5 A, 6 B, 7 C, 8 D.</param>
/// <param name="Parameters">Every header, in order; also those of unknown tables.</param>
/// <param name="Basic">The basic flash parameters.</param>
/// <param name="FourByte">The 4-byte instructions (FF84); null if there is no such table.</param>
/// <param name="SectorMap">The sector map (FF81); null if there is no such table: the chip is uniform.</param>
/// <remarks>Source: JEDEC JESD216D, headers; spi-flash 1.6. Not read: the tables of the manufacturer.</remarks>
public sealed record Sfdp(
    byte Major, byte Minor, IReadOnlyList<SfdpParameter> Parameters, SfdpBasicTable Basic,
    SfdpFourByteTable? FourByte, SfdpSectorMap? SectorMap)
{
    /// <summary>Where tables are looked for; chips keep theirs in the first kilobytes.</summary>
    public const int SpaceBytesMax = 16 * 1024;

    /// <summary>More headers than any chip has, and as many as 256 bytes hold; further ones are an error.</summary>
    public const int ParametersMax = 31;

    internal const int HeaderBytes = 8;

    private const ushort BasicId = 0xFF00, FourByteId = 0xFF84, SectorMapId = 0xFF81, StatusMapId = 0xFF87;
    private const byte KnownMajor = 1;

    /// <summary>True if the chip describes its registers (FF87); recognised, not read here.</summary>
    public bool HasRegisterMap => Parameters.Any(parameter => parameter.Id == StatusMapId);

    /// <summary>Reads the tables.</summary>
    /// <param name="space">The SFDP space from offset 0 on; at least <see cref="Extent"/> bytes of it.</param>
    /// <returns>The tables, or null if the signature is absent: the chip has no SFDP.</returns>
    /// <exception cref="SfdpFormatException">The signature is there, but the tables are not sound.</exception>
    public static Sfdp? Find(ReadOnlySpan<byte> space)
    {
        if (!space.StartsWith("SFDP"u8))
            return null;
        SfdpParameter[] parameters = ReadParameters(space);
        SfdpParameter basic = Latest(parameters, BasicId)
            ?? throw new SfdpFormatException(HeaderBytes, "there is no basic parameter table of major revision 1");
        SfdpBasicTable table = SfdpBasicTable.From(Table(space, basic));
        return new Sfdp(
            space[5], space[4], parameters, table,
            Latest(parameters, FourByteId) is { } fourByte ? SfdpFourByteTable.From(Table(space, fourByte)) : null,
            Latest(parameters, SectorMapId) is { } map ? SfdpSectorMap.From(Table(space, map), table.SizeBytes) : null);
    }

    /// <summary>How many bytes of the space the tables that are read here take, from offset 0.</summary>
    /// <param name="start">The start of the space; at least the header and all parameter headers.</param>
    /// <returns>The length in bytes; 0 without a signature.</returns>
    /// <exception cref="SfdpFormatException">The headers are not sound.</exception>
    public static int Extent(ReadOnlySpan<byte> start)
    {
        if (!start.StartsWith("SFDP"u8))
            return 0;
        SfdpParameter[] parameters = ReadParameters(start);
        int headers = HeaderBytes * (parameters.Length + 1);
        return parameters.Where(parameter => parameter.Id is BasicId or FourByteId or SectorMapId)
            .Select(End).Append(headers).Max();
    }

    private static SfdpParameter[] ReadParameters(ReadOnlySpan<byte> space)
    {
        if (space.Length < HeaderBytes)
            throw new SfdpFormatException(space.Length, "the header is cut off");
        if (space[5] != KnownMajor)
            throw new SfdpFormatException(5, $"major revision {space[5]} is not {KnownMajor}");
        int count = space[6] + 1;
        if (count > ParametersMax)
            throw new SfdpFormatException(6, $"{count} parameter headers are more than {ParametersMax}");
        if (space.Length < HeaderBytes * (count + 1))
            throw new SfdpFormatException(space.Length, "the parameter headers are cut off");
        var parameters = new SfdpParameter[count];
        for (int i = 0; i < count; i++)
            parameters[i] = ReadParameter(space.Slice(HeaderBytes * (i + 1), HeaderBytes), HeaderBytes * (i + 1));
        return parameters;
    }

    private static SfdpParameter ReadParameter(ReadOnlySpan<byte> header, int offset)
    {
        var parameter = new SfdpParameter(
            (ushort)(header[7] << 8 | header[0]), header[2], header[1], header[3],
            header[4] | header[5] << 8 | header[6] << 16);
        bool isRead = parameter.Id is BasicId or FourByteId or SectorMapId;
        if (isRead && (parameter.LengthDwords == 0 || End(parameter) > SpaceBytesMax))
        {
            throw new SfdpFormatException(
                offset, $"table {parameter.Id:X4} of {parameter.LengthDwords} DWORDs at 0x{parameter.Offset:X} "
                + $"is outside of the first {SpaceBytesMax / 1024} KiB");
        }

        return parameter;
    }

    // A chip may carry one table in several revisions; the highest one that is understood counts.
    private static SfdpParameter? Latest(SfdpParameter[] parameters, ushort id) => parameters
        .Where(parameter => parameter.Id == id && parameter.Major == KnownMajor)
        .OrderBy(parameter => parameter.Minor).ThenBy(parameter => parameter.LengthDwords)
        .LastOrDefault();

    private static SfdpDwords Table(ReadOnlySpan<byte> space, SfdpParameter parameter) =>
        End(parameter) <= space.Length
            ? new(space.Slice(parameter.Offset, 4 * parameter.LengthDwords), parameter.Offset)
            : throw new SfdpFormatException(space.Length, $"table {parameter.Id:X4} is cut off");

    private static int End(SfdpParameter parameter) => parameter.Offset + 4 * parameter.LengthDwords;
}
