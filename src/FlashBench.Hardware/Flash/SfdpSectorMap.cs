namespace FlashBench.Hardware.Flash;

/// <summary>A part of the address space in which the same erase types work.</summary>
/// <param name="Start">First byte address.</param>
/// <param name="LengthBytes">Length in bytes; a multiple of 256.</param>
/// <param name="EraseTypes">Bit 0 to 3: erase type 1 to 4 works here.</param>
public sealed record SfdpRegion(uint Start, ulong LengthBytes, int EraseTypes);

/// <summary>One of the layouts a chip can be configured to.</summary>
/// <param name="ConfigurationId">What the detection commands must answer for this layout.</param>
/// <param name="Regions">From address 0 to the end of the chip.</param>
public sealed record SfdpLayout(byte ConfigurationId, IReadOnlyList<SfdpRegion> Regions);

/// <summary>A read that tells one bit of the configuration id.</summary>
/// <param name="Opcode">Instruction.</param>
/// <param name="Address">Its address.</param>
/// <param name="AddressBytes">0, 3 or 4 address bytes; null for as many as the chip is set to.</param>
/// <param name="DummyClocks">Clocks before the answer; null for as many as the chip is set to.</param>
/// <param name="Mask">The bit that counts.</param>
public sealed record SfdpDetection(byte Opcode, uint Address, int? AddressBytes, int? DummyClocks, byte Mask);

/// <summary>Where on a chip which erase type works (table FF81).</summary>
/// <param name="Detections">Reads that tell which layout is set, most significant bit first.</param>
/// <param name="Layouts">At least one.</param>
/// <remarks>Source: JEDEC JESD216D, sector map parameter table.</remarks>
public sealed record SfdpSectorMap(IReadOnlyList<SfdpDetection> Detections, IReadOnlyList<SfdpLayout> Layouts)
{
    private const int RegionUnitBytes = 256;
    private const uint VariableLength = 0xF; // "as the chip is set to"

    /// <summary>Bit 0 to 3: erase type 1 to 4 works everywhere, whatever layout is set.</summary>
    public int UniformEraseTypes =>
        Layouts.SelectMany(layout => layout.Regions).Aggregate(0xF, (types, region) => types & region.EraseTypes);

    /// <summary>True if every erase type that works anywhere works everywhere.</summary>
    public bool IsUniform =>
        Layouts.SelectMany(layout => layout.Regions).All(region => region.EraseTypes == UniformEraseTypes);

    /// <summary>Reads the table.</summary>
    /// <param name="table">Its DWORDs.</param>
    /// <param name="sizeBytes">What the regions of every layout must add up to.</param>
    /// <exception cref="SfdpFormatException">It ends too early, or a layout is not as large as the chip.</exception>
    internal static SfdpSectorMap From(SfdpDwords table, uint sizeBytes)
    {
        List<SfdpDetection> detections = [];
        List<SfdpLayout> layouts = [];
        int dword = 1;
        bool isLast;
        do
        {
            isLast = table.Bit(dword, 0);
            if (table.Bit(dword, 1))
            {
                layouts.Add(ReadLayout(table, dword, sizeBytes));
                dword += 1 + layouts[^1].Regions.Count;
            }
            else
            {
                detections.Add(ReadDetection(table, dword));
                dword += 2;
                isLast = false; // ends the detections only; layouts follow
            }
        }
        while (!isLast);
        return new SfdpSectorMap(detections, layouts);
    }

    private static SfdpDetection ReadDetection(SfdpDwords table, int dword)
    {
        uint dummy = table.Bits(dword, 19, 16);
        int? addressBytes = table.Bits(dword, 23, 22) switch { 0 => 0, 1 => 3, 2 => 4, _ => null };
        return new SfdpDetection(
            (byte)table.Bits(dword, 15, 8), table[dword + 1], addressBytes,
            dummy == VariableLength ? null : (int)dummy, (byte)table.Bits(dword, 31, 24));
    }

    private static SfdpLayout ReadLayout(SfdpDwords table, int dword, uint sizeBytes)
    {
        int count = (int)table.Bits(dword, 23, 16) + 1;
        ulong start = 0;
        List<SfdpRegion> regions = [];
        for (int i = 1; i <= count; i++)
        {
            ulong length = ((ulong)table.Bits(dword + i, 31, 8) + 1) * RegionUnitBytes;
            if (start + length > sizeBytes)
                throw table.Fault(dword + i, "the regions of the sector map are larger than the chip");
            regions.Add(new SfdpRegion((uint)start, length, (int)table.Bits(dword + i, 3, 0)));
            start += length;
        }

        return start == sizeBytes
            ? new SfdpLayout((byte)table.Bits(dword, 15, 8), regions)
            : throw table.Fault(dword, "the regions of the sector map are smaller than the chip");
    }
}
