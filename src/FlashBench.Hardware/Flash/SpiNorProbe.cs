using System.Buffers.Binary;

namespace FlashBench.Hardware.Flash;

/// <summary>Wakes a chip of unknown state and asks it who it is.</summary>
/// <remarks>
/// Source: wake-up order of spi-flash 1.6: chip select high, leave continuous read, release power-down, reset unless
/// busy, leave 4-byte addressing. A chip ignores the instructions it does not know.
/// </remarks>
internal sealed class SpiNorProbe(ISpiBus bus, TimeProvider time)
{
    internal const string AnyChip = "SPI flash";

    private const int IdReads = 8, ShortIdBytes = 3, LongIdBytes = 20;

    internal static readonly TimeSpan WakeTime = TimeSpan.FromMicroseconds(100); // tRES1, tRST: 30 us at most

    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(1); // timers know no shorter time
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    // The longest operation that may be left over from a crash is a block erase (2 s); a chip erase is never used here.
    private static readonly TimeSpan LeftOverMax = TimeSpan.FromSeconds(3);

    /// <summary>Wakes and identifies the chip.</summary>
    /// <exception cref="FlashChipException">The answers are none, or differ; the message says why.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<SpiNorIdentity> RunAsync(CancellationToken cancel)
    {
        await WakeAsync(cancel);
        uint id = await ReadIdAsync(cancel);
        string extendedId = await ReadExtendedIdAsync(cancel);
        SfdpReading sfdp = await SfdpReader.ReadAsync(bus, cancel);
        SpiNorChip? chip = SpiNorChips.Identify(id, sfdp.Table, extendedId);
        if (chip is not null && new SpiNorCommands(chip).Leave() is { Count: > 0 } leave)
            await bus.ExecuteAsync(leave, cancel); // some need write enable for it, some an address register set to 0
        string? uniqueId =
            await SpiNorUniqueId.ReadAsync(bus, chip?.UniqueIdKind ?? SpiNorUniqueIdKind.None, cancel);
        return new SpiNorIdentity(id, chip, uniqueId)
        {
            Sfdp = sfdp.Table,
            SfdpDamage = sfdp.Damage,
            ExtendedId = extendedId,
        };
    }

    private async Task WakeAsync(CancellationToken cancel)
    {
        await Task.Delay(SettleTime, time, cancel);
        await bus.ExecuteAsync(
            [
                new SpiTransaction(new[] { SpiNorOpcode.LeaveContinuousRead, SpiNorOpcode.LeaveContinuousRead }),
                Command(SpiNorOpcode.ReleasePowerDown) with { DelayAfter = WakeTime },
            ],
            cancel);
        if (!await WaitUntilReadyAsync(cancel))
            return; // nothing answers: the id will show it, and a reset would be sent blindly
        await bus.ExecuteAsync(
            [
                Command(SpiNorOpcode.EnableReset),
                Command(SpiNorOpcode.Reset) with { DelayAfter = WakeTime },
                Command(SpiNorOpcode.LeaveFourByteMode),
            ],
            cancel);
        await Task.Delay(SettleTime, time, cancel);
    }

    // A reset in the middle of an erase would leave cells half erased.
    private async Task<bool> WaitUntilReadyAsync(CancellationToken cancel)
    {
        byte[] status = new byte[1];
        long start = time.GetTimestamp();
        while (true)
        {
            await bus.ExecuteAsync([new(new[] { SpiNorOpcode.ReadStatus1 }, status)], cancel);
            if (status[0] == SpiNorStatus.Unanswered)
                return false;
            if ((status[0] & SpiNorStatus.WriteInProgress) == 0)
                return true;
            if (time.GetElapsedTime(start) > LeftOverMax)
                throw Fault($"busy for {LeftOverMax.TotalSeconds} s, status 0x{status[0]:X2}", BusSymptoms.StaysBusy);
            await Task.Delay(PollInterval, time, cancel);
        }
    }

    private async Task<uint> ReadIdAsync(CancellationToken cancel)
    {
        uint[] ids = await ReadIdsAsync(bus, IdReads, cancel);
        if (ids.Distinct().Count() > 1)
            throw Fault($"its id changes from read to read: {Hex(ids)}", BusSymptoms.Changing);
        string? cause = BusSymptoms.OfJedecId(ids[0], [.. SpiNorChips.All.Select(chip => chip.JedecId)]);
        return cause is null ? ids[0] : throw Fault($"its id reads {Hex(ids)}", cause);
    }

    private async Task<string> ReadExtendedIdAsync(CancellationToken cancel)
    {
        byte[] answer = new byte[LongIdBytes];
        await bus.ExecuteAsync([new(new[] { SpiNorOpcode.ReadJedecId }, answer)], cancel);
        return Convert.ToHexString(answer.AsSpan(ShortIdBytes));
    }

    /// <summary>Reads the JEDEC id <paramref name="count"/> times.</summary>
    internal static async Task<uint[]> ReadIdsAsync(ISpiBus bus, int count, CancellationToken cancel)
    {
        byte[] command = [SpiNorOpcode.ReadJedecId];
        byte[] answers = new byte[4 * count]; // big-endian, the first byte of each stays 0
        await bus.ExecuteAsync(
            [.. Enumerable.Range(0, count).Select(i => new SpiTransaction(command, answers.AsMemory(4 * i + 1, 3)))],
            cancel);
        return [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadUInt32BigEndian(answers.AsSpan(4 * i)))];
    }

    internal static string Hex(IEnumerable<uint> ids) => string.Join(", ", ids.Distinct().Select(id => $"{id:X6}"));

    private static SpiTransaction Command(byte opcode) => new(new[] { opcode });

    private static FlashChipException Fault(string what, string cause) => new(AnyChip, 0, $"{what}: {cause}");
}
