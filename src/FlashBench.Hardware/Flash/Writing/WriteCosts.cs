namespace FlashBench.Hardware.Flash.Writing;

/// <summary>What the steps of a plan cost on one bus, beside the erase times of the chip.</summary>
/// <param name="PerPage">Time of one page program with its commands, besides the bytes of the page.</param>
/// <param name="PerByte">Time of one byte on the bus.</param>
/// <param name="PerErase">What an erase costs beside its own time: commands and polls.</param>
public readonly record struct WriteCosts(TimeSpan PerPage, TimeSpan PerByte, TimeSpan PerErase)
{
    private const int CommandBytes = 6; // write enable, opcode, address, status

    /// <summary>Costs of a chip on a bus, from datasheet times and the clock.</summary>
    public static WriteCosts Of(SpiNorChip chip, int clockHz)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clockHz);
        TimeSpan perByte = TimeSpan.FromSeconds(8.0 / clockHz);
        return new WriteCosts(
            chip.PageProgramTypical + CommandBytes * perByte, perByte, TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Time of one page step.</summary>
    public TimeSpan Of(PageStep page) => PerPage + page.Data.Length * PerByte;

    /// <summary>Time of one erase step.</summary>
    public TimeSpan Of(EraseCommand erase)
    {
        ArgumentNullException.ThrowIfNull(erase);
        return erase.Typical + PerErase;
    }
}
