namespace FlashBench.Hardware.Flash;

/// <summary>What a chip answered to 5Ah.</summary>
/// <param name="Table">The tables; null if there are none, or they are damaged.</param>
/// <param name="Damage">What is wrong with them; null if nothing is.</param>
internal sealed record SfdpReading(Sfdp? Table, string? Damage);

/// <summary>Reads a chip's SFDP space: always twice, and both must be the same.</summary>
/// <remarks>Source: JEDEC JESD216D, 5Ah with 3 address bytes and 8 dummy clocks, at up to 50 MHz.</remarks>
internal static class SfdpReader
{
    private const int StartBytes = 256; // the headers of every chip and, on most, the basic table

    /// <exception cref="FlashChipException">Two reads differ.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public static async Task<SfdpReading> ReadAsync(ISpiBus bus, CancellationToken cancel)
    {
        try
        {
            byte[] space = await ReadTwiceAsync(bus, StartBytes, cancel);
            int extent = Sfdp.Extent(space);
            if (extent > StartBytes)
                space = await ReadTwiceAsync(bus, extent, cancel);
            return new SfdpReading(Sfdp.Find(space), Damage: null);
        }
        catch (SfdpFormatException damage)
        {
            return new SfdpReading(Table: null, damage.Message);
        }
    }

    /// <summary>One read of the start of the space.</summary>
    internal static SpiTransaction Frame(Memory<byte> answer, byte offset = 0) =>
        new(new byte[] { SpiNorOpcode.ReadSfdp, 0, 0, offset, 0 }, answer);

    private static async Task<byte[]> ReadTwiceAsync(ISpiBus bus, int length, CancellationToken cancel)
    {
        byte[] first = new byte[length], second = new byte[length];
        await bus.ExecuteAsync([Frame(first), Frame(second)], cancel);
        return first.AsSpan().SequenceEqual(second)
            ? first
            : throw new FlashChipException(
                SpiNorProbe.AnyChip, 0, $"its SFDP changes from read to read: {BusSymptoms.Changing}");
    }
}
