namespace FlashBench.Hardware.Flash;

/// <summary>How long a register write lasts.</summary>
public enum RegisterWrite
{
    /// <summary>Until the next reset or power-up, if the chip can; else as <see cref="Lasting"/>.</summary>
    VolatileIfPossible,

    /// <summary>For good: the nonvolatile bits are written, which wears them.</summary>
    Lasting,
}

/// <summary>Reads and writes the status and configuration registers of a chip, by its maker's way.</summary>
/// <remarks>
/// Source: spi-flash 1.6. Every write is read-modify-write of all registers and is read back: a one-byte 01h clears
/// register 2 on some parts, which is then written again. Not safe for concurrent use; the bus stays the caller's.
/// </remarks>
public sealed class SpiNorRegisters(ISpiBus bus, SpiNorChip chip, TimeProvider time)
{
    private const int StatusSamples = 4, Rounds = 3, LatchedPolls = 3;
    private const byte LatchAndBusy = SpiNorStatus.WriteInProgress | SpiNorStatus.WriteEnableLatch;
    private const byte Suspended = 1 << 7; // of register 2; read only
    private const byte FourByteMode = 1 << 0, MacronixFourByteMode = 1 << 5; // of the last register; read only

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Reads all registers.</summary>
    /// <param name="cancel">Honoured before the read.</param>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<SpiNorStatus> ReadAsync(CancellationToken cancel)
    {
        byte[] first = new byte[StatusSamples], others = new byte[2];
        List<SpiTransaction> batch = [new(new[] { SpiNorOpcode.ReadStatus1 }, first)];
        byte[] opcodes = chip.Registers switch
        {
            SpiNorRegisterLayout.One => [],
            SpiNorRegisterLayout.Two or SpiNorRegisterLayout.TwoSeparate => [SpiNorOpcode.ReadStatus2],
            SpiNorRegisterLayout.Three => [SpiNorOpcode.ReadStatus2, SpiNorOpcode.ReadStatus3],
            SpiNorRegisterLayout.Macronix => [SpiNorOpcode.ReadStatus3],
            SpiNorRegisterLayout.Issi => [SpiNorOpcode.ReadFunctionRegister],
            _ => throw new InvalidOperationException($"no such layout: {chip.Registers}"),
        };
        for (int i = 0; i < opcodes.Length; i++)
            batch.Add(new(new[] { opcodes[i] }, others.AsMemory(i, 1)));
        await bus.ExecuteAsync(batch, cancel);
        if (!first.AsSpan().ContainsAnyExcept(SpiNorStatus.Unanswered))
            throw Fault($"no status: {BusSymptoms.AllOnes}");
        if ((first[^1] & SpiNorStatus.WriteInProgress) != 0)
            throw Fault($"busy before the command, status 0x{first[^1]:X2}: {BusSymptoms.StaysBusy}");
        if (others[1] == SpiNorStatus.Unanswered)
            others[1] = 0; // older parts of a family have no third register: nobody answered
        return new SpiNorStatus(first[^1], others[0], others[1]);
    }

    /// <summary>Writes the registers; when it returns, they read as <paramref name="target"/>.</summary>
    /// <param name="target">What they shall be; busy, latch and suspend bits do not count.</param>
    /// <param name="how">Whether it lasts.</param>
    /// <param name="confirmation">Needed for <see cref="GuardedBits"/>; null allows none of them.</param>
    /// <param name="cancel">Honoured before the first write; a begun one is waited for.</param>
    /// <returns>True if it was written volatile: a reset takes it back.</returns>
    /// <exception cref="FlashChipException">
    /// Guarded bits would change: nothing was written. Or the chip did not take it: the message has the registers.
    /// </exception>
    /// <exception cref="ProgrammerException">The programmer failed; the registers may be written in part.</exception>
    public async Task<bool> WriteAsync(
        SpiNorStatus target, RegisterWrite how, TypedConfirmation? confirmation, CancellationToken cancel)
    {
        SpiNorStatus now = await ReadAsync(cancel);
        RefuseGuarded(now, target, confirmation);
        bool isVolatile = how == RegisterWrite.VolatileIfPossible && chip.HasVolatileStatus && !chip.HasFlagStatus;
        bool ignored = false;
        for (int round = 0; round < Rounds && !Same(now, target); round++)
        {
            foreach (byte[] write in Writes(now, target, separately: round % 2 == 1))
                ignored = !await WriteOneAsync(write, isVolatile);
            now = await ReadAsync(CancellationToken.None);
        }

        return Same(now, target)
            ? isVolatile
            : throw Fault(
                $"the registers did not take {Masked(target)}, they read {now}: "
                + now.LockedBy(chip.ProtectionScheme?.RegisterLock)
                + (ignored ? ", the write was ignored (is WP# low?)" : ""));
    }

    /// <summary>True if two readings say the same, busy, latch and suspend bits left aside.</summary>
    public bool Same(SpiNorStatus left, SpiNorStatus right) => Masked(left) == Masked(right);

    /// <summary>What of a change is guarded: everything but the range bits, the quad enable bit and SRP0.</summary>
    /// <param name="from">The registers as they are.</param>
    /// <param name="to">As they would be.</param>
    public GuardedBits Guarded(SpiNorStatus from, SpiNorStatus to)
    {
        (from, to) = (Masked(from), Masked(to));
        GuardedBits guarded = GuardedBits.None;
        for (int register = 1; register <= 3; register++)
        {
            for (int position = 0; position < 8; position++)
            {
                var bit = new RegisterBit(register, position);
                if (bit.IsSet(from) != bit.IsSet(to))
                    guarded |= GuardOf(bit);
            }
        }

        return guarded;
    }

    private GuardedBits GuardOf(RegisterBit bit)
    {
        SpiNorProtectionScheme? scheme = chip.ProtectionScheme;
        if (bit == chip.QuadEnable || bit == new RegisterBit(1, 7)) // SRP0, SRWD: works only while WP# is low
            return GuardedBits.None;
        if (scheme is null && bit is { Register: 1, Bit: >= 2 and <= 5 })
            return GuardedBits.None; // BP0-3 of every known chip
        if (scheme?.RangeBits.Contains(bit) ?? false)
            return GuardedBits.None;
        if (bit == scheme?.TopBottom)
            return GuardedBits.OneTimeTopBottom;
        if (bit == scheme?.IndividualLocks)
            return GuardedBits.IndividualLocks;
        if (bit == scheme?.RegisterLock)
            return GuardedBits.RegisterLock;
        return (chip.Registers, bit) switch
        {
            (SpiNorRegisterLayout.Macronix or SpiNorRegisterLayout.Issi or SpiNorRegisterLayout.One, _) =>
                GuardedBits.UnknownBits,
            (_, { Register: 2, Bit: 0 or 6 }) => GuardedBits.RegisterLock, // where known parts keep SRP1
            (_, { Register: 2, Bit: >= 2 and <= 5 }) => GuardedBits.SecurityLocks, // LB; GD25QxxB, C: bit 2
            _ => GuardedBits.UnknownBits,
        };
    }

    private void RefuseGuarded(SpiNorStatus now, SpiNorStatus target, TypedConfirmation? confirmation)
    {
        GuardedBits guarded = Guarded(now, target);
        GuardedBits allowed = confirmation?.JedecId == chip.JedecId ? confirmation.Bits : GuardedBits.None;
        if ((guarded & ~allowed) != 0)
        {
            throw Fault(
                $"write of the registers refused, {guarded & ~allowed} would change from {now} to {Masked(target)}: "
                + "such bits need a typed confirmation");
        }
    }

    // The frames that turn one setting into the other. Where a family has parts of both ways, 01h with two bytes comes
    // first: a part that wants one byte ignores it, but a part that wants two clears register 2 after one.
    private List<byte[]> Writes(SpiNorStatus now, SpiNorStatus target, bool separately)
    {
        (now, target) = (Masked(now), Masked(target));
        byte[] one = [SpiNorOpcode.WriteStatus1, target.Register1];
        byte[] both = [.. one, target.Register2];
        bool first = now.Register1 != target.Register1, second = now.Register2 != target.Register2;
        List<byte[]> writes = [];
        switch (chip.Registers)
        {
            case SpiNorRegisterLayout.One or SpiNorRegisterLayout.Issi:
                if (second || now.Register3 != target.Register3)
                    throw Fault("only register 1 of this chip is written here");
                return [one];
            case SpiNorRegisterLayout.Two or SpiNorRegisterLayout.Macronix:
                return [both];
            case SpiNorRegisterLayout.Three when !separately && (first || second):
                writes.Add(both);
                break;
            default:
                if (first)
                    writes.Add(one);
                if (second)
                    writes.Add([SpiNorOpcode.WriteStatus2, target.Register2]);
                break;
        }

        if (now.Register3 != target.Register3)
            writes.Add([SpiNorOpcode.WriteStatus3, target.Register3]);
        return writes;
    }

    // False if the chip ignored it: it is ready, but its latch stays. The latch may fall just after the busy bit.
    private async Task<bool> WriteOneAsync(byte[] write, bool isVolatile)
    {
        byte enable = isVolatile ? SpiNorOpcode.VolatileWriteEnable : SpiNorOpcode.WriteEnable;
        await bus.ExecuteAsync([new(new[] { enable }), new(write)], CancellationToken.None);
        byte[] status = new byte[StatusSamples];
        long start = time.GetTimestamp();
        int latched = 0;
        while (true)
        {
            await bus.ExecuteAsync([new(new[] { SpiNorOpcode.ReadStatus1 }, status)], CancellationToken.None);
            byte last = status[^1];
            if (!status.AsSpan().ContainsAnyExcept(SpiNorStatus.Unanswered))
                throw Fault($"no status: {BusSymptoms.AllOnes}");
            if ((last & LatchAndBusy) == 0)
                return true;
            bool isBusy = (last & SpiNorStatus.WriteInProgress) != 0;
            if (isBusy && time.GetElapsedTime(start) > SpiNorDefaults.RegisterWriteMax)
                throw Fault($"still busy after a write of the registers, status 0x{last:X2}: {BusSymptoms.StaysBusy}");
            latched = isBusy ? 0 : latched + 1;
            if (latched == LatchedPolls)
                break;
            await Task.Delay(PollInterval, time, CancellationToken.None);
        }

        await bus.ExecuteAsync([new(new[] { SpiNorOpcode.WriteDisable })], CancellationToken.None);
        return false;
    }

    // Without the bits that cannot be written: busy, latch, suspended, 4-byte addressing.
    private SpiNorStatus Masked(SpiNorStatus status) => new(
        Without(status.Register1, LatchAndBusy),
        Without(status.Register2, chip.Registers switch
        {
            SpiNorRegisterLayout.Macronix => MacronixFourByteMode,
            SpiNorRegisterLayout.Issi => 0,
            _ => Suspended,
        }),
        Without(status.Register3, FourByteMode));

    private static byte Without(byte register, byte mask) => (byte)(register & ~mask & 0xFF);

    private FlashChipException Fault(string reason) => new(chip.Name, 0, reason);
}
