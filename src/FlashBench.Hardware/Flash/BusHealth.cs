using System.Security.Cryptography;

namespace FlashBench.Hardware.Flash;

/// <summary>Whether an SPI bus can be trusted with a write, and if not, why probably.</summary>
/// <param name="ClockHz">SPI clock it was tried at, in hertz.</param>
/// <param name="Finding">What was seen, as a sentence without a full stop.</param>
/// <param name="LikelyCause">What to look at first; null if the bus is healthy.</param>
public sealed record BusHealth(int ClockHz, string Finding, string? LikelyCause)
{
    private const int IdReads = 256, StatusReads = 64, LatchRounds = 4, CompareBytes = 64 * 1024, SfdpBytes = 256;

    /// <summary>SHA-256 of the first 64 KiB of the chip as they were read, in hex; null if they were not.</summary>
    public string? ContentHash { get; init; }

    /// <summary>True if every check passed.</summary>
    public bool IsHealthy => LikelyCause is null;

    /// <summary>Tries the bus, without changing a byte of the chip; takes about a second at 1.5 MHz.</summary>
    /// <param name="bus">The bus; its board must be without power.</param>
    /// <param name="chip">The chip that was identified on it.</param>
    /// <param name="time">Clock for the reads.</param>
    /// <param name="cancel">Honoured between checks and inside reads.</param>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    /// <remarks>Source: bus health test of spi-flash 4, at the clock the bus is set to.</remarks>
    public static Task<BusHealth> CheckAsync(
        ISpiBus bus, SpiNorChip chip, TimeProvider time, CancellationToken cancel) =>
        CheckAsync(bus, chip, SupplyGuard.Default, time, cancel);

    /// <summary>As the other, for a bus whose voltage was declared.</summary>
    /// <param name="bus">The bus; its board must be without power.</param>
    /// <param name="chip">The chip that was identified on it.</param>
    /// <param name="supply">The voltage at the chip; a contradiction is the finding, and nothing is sent.</param>
    /// <param name="time">Clock for the reads.</param>
    /// <param name="cancel">Honoured between checks and inside reads.</param>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public static async Task<BusHealth> CheckAsync(
        ISpiBus bus, SpiNorChip chip, SupplyGuard supply, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentNullException.ThrowIfNull(supply);
        if (supply.RefuseRead(chip) is { } refused)
            return new BusHealth(bus.FrequencyHz, refused, BusSymptoms.WrongSupply);
        var fault = await CheckIdAsync(bus, chip, cancel)
            ?? await CheckStatusAsync(bus, cancel)
            ?? await CheckSfdpAsync(bus, chip, cancel)
            ?? await CheckLatchAsync(bus, cancel);
        if (fault is not null)
            return fault;

        // Three address bytes reach the first 64 KiB of every chip, and leave no mode behind.
        SpiNorChip low = chip.Addressing == SpiNorAddressing.AlwaysFourBytes
            ? chip
            : chip with { Addressing = SpiNorAddressing.ThreeByte };
        return await CheckDataAsync(new SpiNorFlash(bus, low, time) { Supply = supply }, bus.FrequencyHz, cancel);
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

    // A chip without SFDP answers nothing, but that twice.
    private static async Task<BusHealth?> CheckSfdpAsync(ISpiBus bus, SpiNorChip chip, CancellationToken cancel)
    {
        byte[] first = new byte[SfdpBytes], second = new byte[SfdpBytes];
        await bus.ExecuteAsync([SfdpReader.Frame(first), SfdpReader.Frame(second)], cancel);
        int same = first.AsSpan().CommonPrefixLength(second);
        if (same < SfdpBytes)
            return new BusHealth(bus.FrequencyHz, $"two reads of the SFDP differ at 0x{same:X}", BusSymptoms.Changing);
        return !chip.HasSfdp || first.AsSpan().StartsWith("SFDP"u8)
            ? null
            : new BusHealth(
                bus.FrequencyHz, $"the SFDP signature reads {Convert.ToHexString(first.AsSpan(0, 4))}",
                BusSymptoms.Shifted);
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

    private static async Task<BusHealth> CheckDataAsync(SpiNorFlash flash, int clockHz, CancellationToken cancel)
    {
        int length = (int)Math.Min(CompareBytes, flash.Chip.SizeBytes);
        byte[] first = new byte[length], second = new byte[length];
        try
        {
            await flash.ReadAsync(0, first, progress: null, cancel);
            await flash.ReadAsync(0, second, progress: null, cancel);
        }
        catch (FlashChipException fault)
        {
            return new BusHealth(clockHz, fault.Message, BusSymptoms.Changing);
        }

        int same = first.AsSpan().CommonPrefixLength(second);
        if (same < length)
            return new BusHealth(clockHz, $"two reads differ at 0x{same:X6}", BusSymptoms.Changing);
        string finding = $"{IdReads} ids, {StatusReads} statuses, the SFDP, the write enable latch and 2 x "
            + $"{length / 1024} KiB were read without a fault";
        return new BusHealth(clockHz, finding, LikelyCause: null)
        {
            ContentHash = Convert.ToHexString(SHA256.HashData(first)),
        };
    }
}
