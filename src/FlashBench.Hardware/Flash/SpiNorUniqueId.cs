namespace FlashBench.Hardware.Flash;

/// <summary>Asks a chip for its unique id, by its maker's way.</summary>
/// <remarks>
/// Source: spi-flash 1.6, UID. Read twice; both must be the same. Behind Micron's extended device id, which all chips
/// of a kind share, are up to 14 bytes of factory data; they are programmed upon customer request only (Numonyx N25Q128
/// datasheet, features and read identification), and a chip without them cannot be told from the next.
/// </remarks>
internal static class SpiNorUniqueId
{
    private const int SfdpUniqueIdAt = 0x80, SfdpUniqueIdBytes = 12; // Eon datasheets, read SFDP mode and unique ID
    private const int ExtendedIdBytes = 20, TailLengthAt = 3, TailAt = 4; // Micron: 1 + 2 + 1 + up to 16
    private const int ExtendedDeviceIdBytes = 2;

    /// <summary>Reads it.</summary>
    /// <returns>In hex; null if the chip has none, or it is blank.</returns>
    /// <exception cref="FlashChipException">Two reads differ.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public static async Task<string?> ReadAsync(ISpiBus bus, SpiNorUniqueIdKind kind, CancellationToken cancel)
    {
        if (kind == SpiNorUniqueIdKind.None)
            return null;
        byte[] first = new byte[Length(kind)], second = new byte[Length(kind)];
        await bus.ExecuteAsync([Frame(kind, first), Frame(kind, second)], cancel);
        if (!first.AsSpan().SequenceEqual(second))
        {
            throw new FlashChipException(
                SpiNorProbe.AnyChip, 0, $"its unique id changes from read to read: {BusSymptoms.Changing}");
        }

        byte[] id = kind == SpiNorUniqueIdKind.JedecTail ? Tail(first) : first;
        byte[] own = kind == SpiNorUniqueIdKind.JedecTail ? [.. id.Skip(ExtendedDeviceIdBytes)] : id;
        return own.All(b => b == 0) || own.All(b => b == 0xFF) ? null : Convert.ToHexString(id);
    }

    private static byte[] Tail(byte[] answer)
    {
        int length = answer[TailLengthAt];
        return length <= ExtendedIdBytes - TailAt ? answer[TailAt..(TailAt + length)] : [];
    }

    private static int Length(SpiNorUniqueIdKind kind) => kind switch
    {
        SpiNorUniqueIdKind.EightBytes => 8,
        SpiNorUniqueIdKind.SixteenBytes => 16,
        SpiNorUniqueIdKind.JedecTail => ExtendedIdBytes,
        SpiNorUniqueIdKind.SfdpSpace => SfdpUniqueIdBytes,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static SpiTransaction Frame(SpiNorUniqueIdKind kind, Memory<byte> answer) => kind switch
    {
        SpiNorUniqueIdKind.JedecTail => new(new[] { SpiNorOpcode.ReadJedecId }, answer),
        SpiNorUniqueIdKind.SfdpSpace => SfdpReader.Frame(answer, SfdpUniqueIdAt),
        _ => new(new byte[] { SpiNorOpcode.ReadUniqueId, 0, 0, 0, 0 }, answer),
    };
}
