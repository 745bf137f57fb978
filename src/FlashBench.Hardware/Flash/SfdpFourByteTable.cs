namespace FlashBench.Hardware.Flash;

/// <summary>The instructions of a chip that take four address bytes in any mode (table FF84).</summary>
/// <param name="Read">13h reads.</param>
/// <param name="FastRead">0Ch reads, after one dummy byte.</param>
/// <param name="PageProgram">12h programs a page.</param>
/// <param name="Erases">Instruction per erase type number, 1 to 4; types without one are left out.</param>
/// <remarks>Source: JEDEC JESD216D, 4-byte address instruction table. Not kept: dual, quad and DTR reads.</remarks>
public sealed record SfdpFourByteTable(
    bool Read, bool FastRead, bool PageProgram, IReadOnlyDictionary<int, byte> Erases)
{
    private const int EraseTypes = 4, FirstEraseBit = 9;

    /// <summary>Reads the table.</summary>
    /// <exception cref="SfdpFormatException">It is too short.</exception>
    internal static SfdpFourByteTable From(SfdpDwords table)
    {
        Dictionary<int, byte> erases = [];
        for (int type = 1; type <= EraseTypes; type++)
        {
            byte opcode = (byte)table.Bits(2, 8 * type - 1, 8 * (type - 1));
            if (table.Bit(1, FirstEraseBit + type - 1) && opcode is not (0 or 0xFF))
                erases.Add(type, opcode);
        }

        return new SfdpFourByteTable(table.Bit(1, 0), table.Bit(1, 1), table.Bit(1, 6), erases);
    }
}
