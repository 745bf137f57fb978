namespace FlashBench.Hardware.Flash;

/// <summary>A setting that was taken away and can be put back.</summary>
/// <param name="Original">The registers before.</param>
/// <param name="IsVolatile">True if a reset or power-up puts them back as well.</param>
public sealed record ProtectionChange(SpiNorStatus Original, bool IsVolatile);

/// <summary>Protects ranges of a chip against writing, takes the protection away, and puts it back.</summary>
/// <remarks>
/// Only the bits that choose the range are written; locks of the registers, security registers, individual locks and
/// one-time bits stay as they are. Not safe for concurrent use; the bus stays the caller's. A
/// <see cref="SpiNorFlash"/> that is open on the same chip must read its protection again afterwards.
/// </remarks>
public sealed class BlockProtection(ISpiBus bus, SpiNorChip chip, TimeProvider time)
{
    private readonly SpiNorRegisters _registers = new(bus, chip, time);
    private readonly SpiNorCommands _commands = new(chip);

    /// <summary>Reads what is protected now.</summary>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<SpiNorProtection> ReadAsync(CancellationToken cancel) =>
        SpiNorProtection.From(await _registers.ReadAsync(cancel), chip);

    /// <summary>Every range the chip can protect without writing a one-time bit; "nothing" first.</summary>
    /// <exception cref="FlashChipException">The chip is busy or silent, or its scheme is not known.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<IReadOnlyList<ProtectedRange>> RangesAsync(CancellationToken cancel)
    {
        SpiNorStatus status = await _registers.ReadAsync(cancel);
        return [.. Scheme().Settings(status, chip.SizeBytes).Select(setting => setting.Range)];
    }

    /// <summary>Protects exactly this range; when it returns, the registers say so.</summary>
    /// <param name="range">One of <see cref="RangesAsync"/>.</param>
    /// <param name="how">Whether it lasts.</param>
    /// <param name="cancel">Honoured before the write.</param>
    /// <returns>What was changed, for <see cref="RestoreAsync"/>.</returns>
    /// <exception cref="FlashChipException">
    /// The chip cannot protect this range, or uses individual locks: nothing was written. Or it did not take it.
    /// </exception>
    /// <exception cref="ProgrammerException">The programmer failed; the registers may be written in part.</exception>
    public async Task<ProtectionChange> SetAsync(ProtectedRange range, RegisterWrite how, CancellationToken cancel)
    {
        SpiNorStatus now = await _registers.ReadAsync(cancel);
        if (Scheme().IndividualLocks?.IsSet(now) ?? false)
            throw Fault($"it uses individual block locks (WPS), {now}: block protection has no effect");
        if (range.LengthBytes == 0)
            range = default;
        var found = Scheme().Settings(now, chip.SizeBytes).Where(setting => setting.Range == range).ToList();
        if (found.Count == 0)
            throw Fault($"it cannot protect {range}; nearest are {Nearest(range, now)}");
        return new ProtectionChange(now, await _registers.WriteAsync(found[0].Setting, how, null, cancel));
    }

    /// <summary>Takes all block protection away, volatile if the chip can.</summary>
    /// <param name="cancel">Honoured before the write.</param>
    /// <returns>What was changed, for <see cref="RestoreAsync"/>.</returns>
    /// <exception cref="FlashChipException">It uses individual locks, or did not take it.</exception>
    /// <exception cref="ProgrammerException">The programmer failed; the registers may be written in part.</exception>
    public async Task<ProtectionChange> ClearAsync(CancellationToken cancel)
    {
        if (chip.ProtectionScheme is not null)
            return await SetAsync(default, RegisterWrite.VolatileIfPossible, cancel);
        SpiNorStatus now = await _registers.ReadAsync(cancel);
        SpiNorStatus open = now with { Register1 = (byte)(now.Register1 & ~0x3C & 0xFF) }; // BP0-3 of every known chip
        bool isVolatile = await _registers.WriteAsync(open, RegisterWrite.VolatileIfPossible, null, cancel);
        return new ProtectionChange(now, isVolatile);
    }

    /// <summary>Puts the registers back; when it returns, they read as they did before.</summary>
    /// <param name="change">What <see cref="SetAsync"/> or <see cref="ClearAsync"/> returned.</param>
    /// <exception cref="FlashChipException">The chip did not take it: the message has both readings.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task RestoreAsync(ProtectionChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        RegisterWrite how = change.IsVolatile ? RegisterWrite.VolatileIfPossible : RegisterWrite.Lasting;
        await _registers.WriteAsync(change.Original, how, null, CancellationToken.None);
    }

    /// <summary>Reads the lock of every block and, in the first and the last, of every sector (3Dh).</summary>
    /// <param name="cancel">Honoured between batches.</param>
    /// <returns>The locked ranges, joined; null if the chip does not use individual locks.</returns>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    /// <remarks>Source: Winbond W25Q128JV datasheet, individual block memory protection (WPS = 1).</remarks>
    public async Task<IReadOnlyList<ProtectedRange>?> ReadIndividualLocksAsync(CancellationToken cancel)
    {
        const uint block = 64 * 1024, sector = 4096;
        SpiNorStatus now = await _registers.ReadAsync(cancel);
        if (chip.ProtectionScheme?.IndividualLocks is not { } bit || !bit.IsSet(now))
            return null;
        List<ProtectedRange> locked = [];
        uint step;
        for (uint address = 0; address < chip.SizeBytes; address += step)
        {
            step = address < block || address >= chip.SizeBytes - block ? sector : block;
            byte[] answer = new byte[1];
            await bus.ExecuteAsync(
                [.. _commands.Enter(address), new(_commands.With(SpiNorOpcode.ReadBlockLock, address), answer)],
                cancel);
            if ((answer[0] & 1) == 0)
                continue;
            if (locked.Count > 0 && locked[^1].End == address)
                locked[^1] = locked[^1] with { End = address + step };
            else
                locked.Add(new ProtectedRange(address, address + step));
        }

        if (_commands.Leave() is { Count: > 0 } leave)
            await bus.ExecuteAsync(leave, CancellationToken.None);
        return locked;
    }

    private string Nearest(ProtectedRange range, SpiNorStatus now) => string.Join(
        ", ", Scheme().Settings(now, chip.SizeBytes).Select(setting => setting.Range)
            .OrderBy(other => Math.Abs((long)other.Start - range.Start) + Math.Abs((long)other.End - range.End))
            .Take(3));

    private SpiNorProtectionScheme Scheme() => chip.ProtectionScheme
        ?? throw Fault("how it expresses protected ranges is not known");

    private FlashChipException Fault(string reason) => new(chip.Name, 0, reason);
}
