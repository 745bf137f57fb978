namespace FlashBench.Hardware.Flash;

/// <summary>Whether an SPI bus can be trusted with a write, and if not, why probably.</summary>
/// <param name="ClockHz">SPI clock it was tried at, in hertz.</param>
/// <param name="Finding">What was seen, as a sentence without a full stop.</param>
/// <param name="LikelyCause">What to look at first; null if the bus is healthy.</param>
public sealed record BusHealth(int ClockHz, string Finding, string? LikelyCause)
{
    private const int IdReads = 256, StatusReads = 64, LatchRounds = 4, CompareBytes = 64 * 1024;

    /// <summary>True if every check passed.</summary>
    public bool IsHealthy => LikelyCause is null;

    /// <summary>Tries the bus, without changing a byte of the chip; takes about a second at 1.5 MHz.</summary>
    /// <param name="bus">The bus; its board must be without power.</param>
    /// <param name="chip">The chip that was identified on it.</param>
    /// <param name="time">Clock for the reads.</param>
    /// <param name="cancel">Honoured between checks and inside reads.</param>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    /// <remarks>Source: bus health test of spi-flash 4, at the one clock the bus has.</remarks>
    public static async Task<BusHealth> CheckAsync(
        ISpiBus bus, SpiNorChip chip, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(chip);
        var fault = await CheckIdAsync(bus, chip, cancel)
            ?? await CheckStatusAsync(bus, cancel)
            ?? await CheckLatchAsync(bus, cancel)
            ?? await CheckDataAsync(bus, chip, time, cancel);
        return fault ?? new BusHealth(
            bus.FrequencyHz,
            $"{IdReads} ids, {StatusReads} statuses, the write enable latch and 2 x 64 KiB were read without a fault",
            LikelyCause: null);
    }

    private static async Task<BusHealth?> CheckIdAsync(ISpiBus bus, SpiNorChip chip, CancellationToken cancel)
    {
        uint[] ids = await SpiNorProbe.ReadIdsAsync(bus, IdReads, cancel);
        if (ids.All(id => id == chip.JedecId))
            return null;
        string finding = $"{ids.Count(id => id != chip.JedecId)} of {IdReads} ids are not {chip.JedecId:X6} but "
            + SpiNorProbe.Hex(ids.Where(id => id != chip.JedecId).Take(4));
        string cause = ids.Distinct().Count() > 1
            ? BusSymptoms.Changing
            : BusSymptoms.OfJedecId(ids[0], [chip.JedecId]) ?? BusSymptoms.AnotherChip;
        return new BusHealth(bus.FrequencyHz, finding, cause);
    }

    private static async Task<BusHealth?> CheckStatusAsync(ISpiBus bus, CancellationToken cancel)
    {
        byte[] status = new byte[StatusReads];
        await bus.ExecuteAsync([new(new[] { SpiNorOpcode.ReadStatus1 }, status)], cancel);
        string? cause = status switch
        {
            _ when status.Distinct().Count() > 1 => BusSymptoms.Changing,
            [SpiNorStatus.Unanswered, ..] => BusSymptoms.AllOnes,
            _ when (status[0] & SpiNorStatus.WriteInProgress) != 0 => BusSymptoms.StaysBusy,
            _ => null,
        };
        string seen = string.Join(", ", status.Distinct().Take(4).Select(value => $"0x{value:X2}"));
        return cause is null ? null : new BusHealth(bus.FrequencyHz, $"the status of an idle chip reads {seen}", cause);
    }

    // The only check that proves MOSI and chip select; the latch ends cleared.
    private static async Task<BusHealth?> CheckLatchAsync(ISpiBus bus, CancellationToken cancel)
    {
        byte[] status = new byte[2 * LatchRounds];
        List<SpiTransaction> batch = [];
        for (int i = 0; i < status.Length; i++)
        {
            bool enable = i % 2 == 0;
            batch.Add(new(new[] { enable ? SpiNorOpcode.WriteEnable : SpiNorOpcode.WriteDisable }));
            batch.Add(new(new[] { SpiNorOpcode.ReadStatus1 }, status.AsMemory(i, 1)));
        }

        await bus.ExecuteAsync(batch, cancel);
        for (int i = 0; i < status.Length; i++)
        {
            bool enable = i % 2 == 0, latched = (status[i] & SpiNorStatus.WriteEnableLatch) != 0;
            if (latched != enable)
            {
                string finding = $"write {(enable ? "enable" : "disable")} has no effect, status 0x{status[i]:X2}";
                return new BusHealth(bus.FrequencyHz, finding, BusSymptoms.LatchDoesNotFollow);
            }
        }

        return null;
    }

    private static async Task<BusHealth?> CheckDataAsync(
        ISpiBus bus, SpiNorChip chip, TimeProvider time, CancellationToken cancel)
    {
        var flash = new SpiNorFlash(bus, chip, time);
        byte[] first = new byte[CompareBytes], second = new byte[CompareBytes];
        try
        {
            await flash.ReadAsync(0, first, progress: null, cancel);
            await flash.ReadAsync(0, second, progress: null, cancel);
        }
        catch (FlashChipException fault)
        {
            return new BusHealth(bus.FrequencyHz, fault.Message, BusSymptoms.Changing);
        }

        int same = first.AsSpan().CommonPrefixLength(second);
        return same == CompareBytes
            ? null
            : new BusHealth(bus.FrequencyHz, $"two reads differ at 0x{same:X6}", BusSymptoms.Changing);
    }
}
