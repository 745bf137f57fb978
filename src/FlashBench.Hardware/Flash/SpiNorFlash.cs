using FlashBench.Hardware.Flash.Writing;

namespace FlashBench.Hardware.Flash;

/// <summary>Drives one 25-series SPI NOR chip.</summary>
/// <remarks>
/// Sources: Winbond W25Q64JV, W25Q128JV and W25Q256JV datasheets (instructions, AC characteristics); spi-flash 1.6 and
/// 2.4. An erase or a page that was begun is waited for even when cancelled, so that the chip is never left busy.
/// Dispose brings the chip back to three address bytes. Not safe for concurrent use; the bus stays the caller's.
/// </remarks>
public sealed class SpiNorFlash : IAsyncDisposable
{
    private const int ReadChunkBytes = 64 * 1024; // chip select and address cost next to nothing at this size
    private const int StatusSamples = 4, PageStatusSamples = 30; // 30 and the opcode fill one CH341A packet
    private const double FirstPollFraction = 0.8, DeadlineFactor = 1.5; // of the typical and the maximum time
    private const byte FlagReady = 1 << 7, FlagErrors = 1 << 5 | 1 << 4 | 1 << 1; // erase, program, protection
    private const byte LatchAndBusy = SpiNorStatus.WriteEnableLatch | SpiNorStatus.WriteInProgress;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    private readonly ISpiBus _bus;
    private readonly TimeProvider _time;
    private readonly SpiNorRegisters _registers;
    private SpiNorProtection? _protection;
    private PageProgrammer? _pages;
    private uint? _segment; // which 16 MiB the chip is set to; null before it was told

    /// <summary>Takes a chip that was identified before.</summary>
    /// <param name="bus">The bus it sits on.</param>
    /// <param name="chip">What is known about it.</param>
    /// <param name="time">Clock for polls and deadlines.</param>
    public SpiNorFlash(ISpiBus bus, SpiNorChip chip, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(chip);
        (_bus, Chip, _time) = (bus, chip, time);
        (Commands, _registers) = (new SpiNorCommands(chip), new SpiNorRegisters(bus, chip, time));
    }

    /// <summary>What is known about the chip.</summary>
    public SpiNorChip Chip { get; }

    /// <summary>The voltage at the chip; what it does not allow is refused before a byte is sent.</summary>
    public SupplyGuard Supply { get; init; } = SupplyGuard.Default;

    /// <summary>The chip's commands; right once <see cref="PrepareAsync"/> has returned.</summary>
    internal SpiNorCommands Commands { get; }

    /// <summary>Wakes the chip on <paramref name="bus"/>, whatever state it is in, and asks it who it is.</summary>
    /// <param name="bus">The bus; its board must be without power.</param>
    /// <param name="time">Clock for waits.</param>
    /// <param name="cancel">Honoured between commands.</param>
    /// <exception cref="FlashChipException">The answers are none, or differ; the message says why.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public static Task<SpiNorIdentity> ProbeAsync(ISpiBus bus, TimeProvider time, CancellationToken cancel) =>
        new SpiNorProbe(bus, time).RunAsync(cancel);

    /// <summary>Fills <paramref name="destination"/> from the chip, starting at <paramref name="address"/>.</summary>
    /// <param name="address">First byte address.</param>
    /// <param name="destination">Filled to its last byte; the range must not reach past the end of the chip.</param>
    /// <param name="progress">Told the bytes read so far, after every 64 KiB; may be null.</param>
    /// <param name="cancel">Honoured between transfers.</param>
    /// <exception cref="FlashChipException">Busy or silent: what it gave is no data.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task ReadAsync(
        uint address, Memory<byte> destination, IProgress<long>? progress, CancellationToken cancel)
    {
        CheckRange(address, destination.Length, nameof(destination));
        RefuseSupply(address, Supply.RefuseRead(Chip));
        byte[] status = new byte[StatusSamples];
        int length;
        for (int done = 0; done < destination.Length; done += length)
        {
            uint from = address + (uint)done;
            int chunkBytes = Math.Min(ReadChunkBytes, _bus.ResponseBytesMax);
            length = SpiNorCommands.WithinReach(from, Math.Min(chunkBytes, destination.Length - done));
            Memory<byte> chunk = destination.Slice(done, length);
            await PrepareAsync(from, cancel);
            await _bus.ExecuteAsync([ReadStatus(status), new(Commands.Read(from), chunk)], cancel);
            CheckReady(status, from);
            if (chunk.Span[^1] == SpiNorStatus.Unanswered)
                await CheckStillThereAsync(from, cancel);
            progress?.Report(done + chunk.Length);
        }
    }

    /// <summary>Makes sure that the chip takes the addresses that follow; often nothing to do.</summary>
    /// <param name="address">The first address of the next command, which must not cross a multiple of 16 MiB.</param>
    /// <param name="cancel">Honoured before anything is sent.</param>
    /// <exception cref="FlashChipException">The chip is busy, or did not take the mode.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task PrepareAsync(uint address, CancellationToken cancel)
    {
        uint segment = Chip.Addressing == SpiNorAddressing.ExtendedAddressRegister
            ? address / SpiNorCommands.ThreeByteReach
            : 0;
        if (!Commands.ChangesState || segment == _segment)
            return;
        cancel.ThrowIfCancellationRequested();
        byte[] status = new byte[StatusSamples];
        await _bus.ExecuteAsync([ReadStatus(status)], cancel);
        CheckReady(status, address); // a busy chip would ignore it
        await _bus.ExecuteAsync(Commands.Enter(address), CancellationToken.None);
        _segment = segment;
        if (Chip.FourByteModeBit is { } mode && Chip.Addressing != SpiNorAddressing.ExtendedAddressRegister
            && !mode.IsSet(await _registers.ReadAsync(CancellationToken.None)))
        {
            _segment = null;
            throw Fault(address, "it did not take 4-byte addressing: another part than the one identified?");
        }
    }

    /// <summary>
    /// Brings a chip above 16 MiB back to what a board's boot ROM expects: three address bytes, the lower 16 MiB, and a
    /// reset; does nothing on others. A volatile register setting is lost by it.
    /// </summary>
    /// <exception cref="FlashChipException">The chip does not answer or stays busy.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task RestoreAsync()
    {
        IReadOnlyList<SpiTransaction> leave = Commands.Leave();
        if (leave.Count == 0)
            return;
        await WaitUntilReadyAsync(address: 0, _time.GetTimestamp(), SpiNorDefaults.Erase(uint.MaxValue).Max);
        SpiTransaction reset = new(new[] { SpiNorOpcode.Reset }, DelayAfter: SpiNorProbe.WakeTime);
        await _bus.ExecuteAsync([.. leave, new(new[] { SpiNorOpcode.EnableReset }), reset], CancellationToken.None);
        (_segment, _protection) = (null, null);
    }

    /// <summary>As <see cref="RestoreAsync"/>; call it yourself where its errors matter.</summary>
    public async ValueTask DisposeAsync() => await RestoreAsync();

    /// <summary>Reads the status and configuration registers, by the chip's own layout.</summary>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public Task<SpiNorStatus> ReadStatusAsync(CancellationToken cancel) => _registers.ReadAsync(cancel);

    /// <summary>Reads which bytes the chip protects against erasing and programming.</summary>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<SpiNorProtection> ReadProtectionAsync(CancellationToken cancel) =>
        _protection = SpiNorProtection.From(await ReadStatusAsync(cancel), Chip);

    /// <summary>Throws if this chip must not be erased or programmed at all; asks nothing of it.</summary>
    /// <exception cref="FlashChipException">How it is erased is not known, or its voltage is not right.</exception>
    public void RefuseUnwritable() => RefuseUnwritable(address: 0);

    /// <summary>Sets every byte of one erase unit to 0xFF; returns when the chip is ready again.</summary>
    /// <param name="erase">One of the chip's <see cref="SpiNorChip.Erases"/>.</param>
    /// <param name="address">First byte of the unit; a multiple of its size.</param>
    /// <param name="cancel">Honoured before the erase; a begun one is waited for.</param>
    /// <exception cref="FlashChipException">
    /// Protected: nothing was changed. Else refused by the chip, or still busy after 1.5 times the datasheet maximum.
    /// </exception>
    /// <exception cref="ProgrammerException">The programmer failed; the unit may be erased in part.</exception>
    public async Task EraseAsync(EraseCommand erase, uint address, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(erase);
        if (!Chip.Erases.Contains(erase))
            throw new ArgumentException($"{Chip.Name} has no such erase", nameof(erase));
        ArgumentOutOfRangeException.ThrowIfNotEqual(address % erase.SizeBytes, 0u, nameof(address));
        CheckRange(address, (int)erase.SizeBytes, nameof(address));
        SpiNorProtection protection = await RefuseProtectedAsync(address, erase.SizeBytes, cancel);
        await PrepareAsync(address, cancel);

        // Unlike a page, an erase is sent only when the answer to the write enable has been seen.
        byte[] before = new byte[1];
        await _bus.ExecuteAsync([WriteEnable(), ReadStatus(before)], CancellationToken.None);
        CheckEnabled(before[0], protection, address);
        await _bus.ExecuteAsync([new(Commands.Erase(erase, address))], CancellationToken.None);
        long start = _time.GetTimestamp();
        await Task.Delay(erase.Typical * FirstPollFraction, _time, CancellationToken.None);
        await WaitUntilReadyAsync(address, start, erase.Max);
        await CheckFlagsAsync(address);
    }

    /// <summary>Clears bits in one page: a bit goes from 1 to 0 only, so erase first.</summary>
    /// <param name="address">Where <paramref name="data"/> starts.</param>
    /// <param name="data">At least 1 byte; crosses no page boundary, where the chip would wrap.</param>
    /// <param name="cancel">Honoured before the page; a begun one is waited for.</param>
    /// <exception cref="FlashChipException">
    /// Protected: nothing was changed. Else refused by the chip, or still busy after 1.5 times the datasheet maximum.
    /// </exception>
    /// <exception cref="ProgrammerException">The programmer failed; the page may be programmed in part.</exception>
    public async Task ProgramPageAsync(uint address, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, PageRemainder(address), nameof(data));
        CheckRange(address, data.Length, nameof(data));
        SpiNorProtection protection = await RefuseProtectedAsync(address, (uint)data.Length, cancel);
        await PrepareAsync(address, cancel);

        // One batch: a chip that did not take the write enable ignores the page, which its status tells afterwards.
        byte[] before = new byte[1], after = new byte[PageStatusSamples];
        byte[] page = Commands.Program(address, data.Span);
        TimeSpan pause = Chip.PageProgramTypical * FirstPollFraction;
        await _bus.ExecuteAsync(
            [WriteEnable(), ReadStatus(before), new(page, DelayAfter: pause), ReadStatus(after)],
            CancellationToken.None);
        long start = _time.GetTimestamp();
        CheckEnabled(before[0], protection, address);
        CheckAnswers(after, address);
        if ((after[^1] & LatchAndBusy) != 0)
            await WaitUntilReadyAsync(address, start, Chip.PageProgramMax);
        await CheckFlagsAsync(address);
    }

    /// <summary>Programs a range page by page, without the pages that are all 0xFF; erase first.</summary>
    /// <param name="address">Where <paramref name="data"/> starts.</param>
    /// <param name="data">Must not reach past the end of the chip.</param>
    /// <param name="progress">Told the bytes done so far, after every page; may be null.</param>
    /// <param name="cancel">Honoured between pages.</param>
    /// <exception cref="FlashChipException">As <see cref="ProgramPageAsync"/>; the pages before are done.</exception>
    /// <exception cref="ProgrammerException">The programmer failed; a page may be programmed in part.</exception>
    public async Task ProgramAsync(
        uint address, ReadOnlyMemory<byte> data, IProgress<long>? progress, CancellationToken cancel)
    {
        CheckRange(address, data.Length, nameof(data));
        int length;
        for (int done = 0; done < data.Length; done += length)
        {
            uint from = address + (uint)done;
            length = Math.Min(PageRemainder(from), data.Length - done);
            ReadOnlyMemory<byte> page = data.Slice(done, length);
            if (page.Span.ContainsAnyExcept((byte)0xFF))
                await ProgramPageAsync(from, page, cancel);
            progress?.Report(done + length);
        }
    }

    /// <summary>Programs pages in a stream, without a round trip for each; erase first.</summary>
    /// <param name="pages">In any order; no two overlap.</param>
    /// <param name="done">Told the bytes of pages as the chip has taken them; may be null.</param>
    /// <param name="cancel">Honoured before the first page; the rest is finished.</param>
    /// <exception cref="FlashChipException">As <see cref="ProgramPageAsync"/>.</exception>
    /// <exception cref="ProgrammerException">The programmer failed; pages may be programmed in part.</exception>
    public async Task ProgramPagesAsync(IReadOnlyList<PageStep> pages, Action<long>? done, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(pages);
        foreach (PageStep page in pages)
        {
            CheckRange(page.Address, page.Data.Length, nameof(pages));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(
                page.Data.Length, PageRemainder(page.Address), nameof(pages));
            await RefuseProtectedAsync(page.Address, (uint)page.Data.Length, cancel);
        }

        _pages ??= new PageProgrammer(_bus, this);
        foreach (IGrouping<uint, PageStep> reach in pages.GroupBy(page => page.Address / SpiNorCommands.ThreeByteReach))
        {
            PageStep[] steps = [.. reach];
            await PrepareAsync(steps[0].Address, CancellationToken.None);
            await _pages.ProgramAsync(steps, done);
            await CheckFlagsAsync(steps[^1].Address);
        }
    }

    /// <summary>Returns when the page that was sent last has ended.</summary>
    internal Task WaitForPageAsync(uint address) =>
        WaitUntilReadyAsync(address, _time.GetTimestamp(), Chip.PageProgramMax);

    // A clip that comes off in the middle of a read gives 0xFF for the rest of it.
    private async Task CheckStillThereAsync(uint address, CancellationToken cancel)
    {
        byte[] status = new byte[StatusSamples];
        await _bus.ExecuteAsync([ReadStatus(status)], cancel);
        CheckReady(status, address);
    }

    private async Task<SpiNorProtection> RefuseProtectedAsync(uint address, uint length, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        RefuseUnwritable(address);
        SpiNorProtection protection = _protection ?? await ReadProtectionAsync(cancel);
        return protection.Covers(address, length)
            ? throw Fault(address, $"write refused, {protection}")
            : protection;
    }

    private void RefuseUnwritable(uint address) =>
        RefuseSupply(address, Chip.IsReadOnly ? "how it is erased is not known" : Supply.RefuseWrite(Chip));

    private void RefuseSupply(uint address, string? reason)
    {
        if (reason is not null)
            throw Fault(address, $"refused, {reason}");
    }

    // Micron: a failed erase or page is told in the flag status register only, and stays there until it is cleared.
    private async Task CheckFlagsAsync(uint address)
    {
        if (!Chip.HasFlagStatus)
            return;
        byte[] flags = new byte[1];
        long start = _time.GetTimestamp();
        do
        {
            await _bus.ExecuteAsync([new(new[] { SpiNorOpcode.ReadFlagStatus }, flags)], CancellationToken.None);
            if ((flags[0] & FlagReady) != 0)
                break;
            if (_time.GetElapsedTime(start) > Chip.PageProgramMax * DeadlineFactor)
                throw Fault(address, $"its flag status stays busy, 0x{flags[0]:X2}");
            await Task.Delay(PollInterval, _time, CancellationToken.None);
        }
        while (true);
        if ((flags[0] & FlagErrors) == 0)
            return;
        await _bus.ExecuteAsync([new(new[] { SpiNorOpcode.ClearFlagStatus }), new(new[] { SpiNorOpcode.WriteDisable })],
            CancellationToken.None);
        throw Fault(address, $"the chip reports a failed erase or program, flag status 0x{flags[0]:X2}");
    }

    private async Task WaitUntilReadyAsync(uint address, long start, TimeSpan max)
    {
        byte[] status = new byte[StatusSamples];
        bool latched = false;
        while (true)
        {
            await _bus.ExecuteAsync([ReadStatus(status)], CancellationToken.None);
            CheckAnswers(status, address);
            byte last = status[^1];
            if ((last & LatchAndBusy) == 0)
                return;
            if ((last & SpiNorStatus.WriteInProgress) != 0 && _time.GetElapsedTime(start) > max * DeadlineFactor)
                throw Fault(address, $"still busy, status 0x{last:X2}, after 1.5 times its {max.TotalMilliseconds} ms");

            // The latch may fall just after the busy bit, so it is believed only when it is seen twice.
            bool ignored = (last & SpiNorStatus.WriteInProgress) == 0;
            if (ignored && latched)
                throw Fault(address, $"the chip ignored the command, status 0x{last:X2}: protected or not understood");
            latched = ignored;
            await Task.Delay(PollInterval, _time, CancellationToken.None);
        }
    }

    private void CheckEnabled(byte status, SpiNorProtection protection, uint address)
    {
        if (status == SpiNorStatus.Unanswered)
            throw Fault(address, $"no status: {BusSymptoms.AllOnes}");
        if ((status & SpiNorStatus.WriteInProgress) != 0)
            throw Fault(address, $"busy before the command, status 0x{status:X2}: {BusSymptoms.StaysBusy}");
        if ((status & SpiNorStatus.WriteEnableLatch) == 0)
            throw Fault(address, $"write enable has no effect, status 0x{status:X2}: {BusSymptoms.LatchDoesNotFollow}");
        if ((status & ~LatchAndBusy) != (protection.Status.Register1 & ~LatchAndBusy))
            throw Fault(address, $"status register 1 changed by itself, 0x{status:X2}, before {protection.Status}");
    }

    private void CheckReady(ReadOnlySpan<byte> status, uint address)
    {
        CheckAnswers(status, address);
        if ((status[^1] & SpiNorStatus.WriteInProgress) != 0)
            throw Fault(address, $"busy before the command, status 0x{status[^1]:X2}: {BusSymptoms.StaysBusy}");
    }

    // A busy chip never has every status bit set: 0xFF again and again is a bus on which nobody speaks.
    internal void CheckAnswers(ReadOnlySpan<byte> status, uint address)
    {
        if (!status.ContainsAnyExcept(SpiNorStatus.Unanswered))
            throw Fault(address, $"no status: {BusSymptoms.AllOnes}");
    }

    private void CheckRange(uint address, int length, string parameter) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)address + length, Chip.SizeBytes, parameter);

    private int PageRemainder(uint address) => Chip.PageBytes - (int)(address % (uint)Chip.PageBytes);

    private FlashChipException Fault(uint address, string reason) => new(Chip.Name, address, reason);

    private static SpiTransaction WriteEnable() => new(new[] { SpiNorOpcode.WriteEnable });

    private static SpiTransaction ReadStatus(Memory<byte> samples) => new(new[] { SpiNorOpcode.ReadStatus1 }, samples);
}
