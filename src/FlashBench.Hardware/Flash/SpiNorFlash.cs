using FlashBench.Hardware.Flash.Writing;

namespace FlashBench.Hardware.Flash;

/// <summary>Drives one 25-series SPI NOR chip with 3-byte addresses (parts up to 16 MiB).</summary>
/// <remarks>
/// Sources: Winbond W25Q64JV and W25Q128JV datasheets (instructions, AC characteristics); spi-flash 1.6 and 2.4. An
/// erase or a page that was begun is waited for even when cancelled, so that the chip is never left busy. Not safe
/// for concurrent use; the bus stays the caller's.
/// </remarks>
public sealed class SpiNorFlash
{
    private const uint SizeBytesMax = 1 << 24; // what three address bytes reach
    private const int ReadChunkBytes = 64 * 1024; // chip select and address cost next to nothing at this size
    private const int StatusSamples = 4, PageStatusSamples = 30; // 30 and the opcode fill one CH341A packet
    private const double FirstPollFraction = 0.8, DeadlineFactor = 1.5; // of the typical and the maximum time
    private const byte LatchAndBusy = SpiNorStatus.WriteEnableLatch | SpiNorStatus.WriteInProgress;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    private readonly ISpiBus _bus;
    private readonly TimeProvider _time;
    private SpiNorProtection? _protection;
    private PageProgrammer? _pages;

    /// <summary>Takes a chip that was identified before.</summary>
    /// <param name="bus">The bus it sits on.</param>
    /// <param name="chip">What its datasheet says; at most 16 MiB.</param>
    /// <param name="time">Clock for polls and deadlines.</param>
    public SpiNorFlash(ISpiBus bus, SpiNorChip chip, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chip.SizeBytes, SizeBytesMax, nameof(chip));
        (_bus, Chip, _time) = (bus, chip, time);
    }

    /// <summary>What the datasheet says about the chip.</summary>
    public SpiNorChip Chip { get; }

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
        byte[] status = new byte[StatusSamples];
        for (int done = 0; done < destination.Length; done += ReadChunkBytes)
        {
            uint from = address + (uint)done;
            Memory<byte> chunk = destination.Slice(done, Math.Min(ReadChunkBytes, destination.Length - done));
            await _bus.ExecuteAsync([ReadStatus(status), new(Command(SpiNorOpcode.ReadData, from), chunk)], cancel);
            CheckReady(status, from);
            progress?.Report(done + chunk.Length);
        }
    }

    /// <summary>Reads the three status registers.</summary>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<SpiNorStatus> ReadStatusAsync(CancellationToken cancel)
    {
        byte[] first = new byte[StatusSamples], others = new byte[2];
        await _bus.ExecuteAsync(
            [
                ReadStatus(first),
                new(new[] { SpiNorOpcode.ReadStatus2 }, others.AsMemory(0, 1)),
                new(new[] { SpiNorOpcode.ReadStatus3 }, others.AsMemory(1, 1)),
            ],
            cancel);
        CheckReady(first, address: 0);
        return new SpiNorStatus(first[^1], others[0], others[1]);
    }

    /// <summary>Reads which bytes the chip protects against erasing and programming.</summary>
    /// <exception cref="FlashChipException">The chip is busy or does not answer.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<SpiNorProtection> ReadProtectionAsync(CancellationToken cancel) =>
        _protection = SpiNorProtection.From(await ReadStatusAsync(cancel), Chip.SizeBytes);

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

        // Unlike a page, an erase is sent only when the answer to the write enable has been seen.
        byte[] before = new byte[1];
        await _bus.ExecuteAsync([WriteEnable(), ReadStatus(before)], CancellationToken.None);
        CheckEnabled(before[0], protection, address);
        await _bus.ExecuteAsync([new(Command(erase.Opcode, address))], CancellationToken.None);
        long start = _time.GetTimestamp();
        await Task.Delay(erase.Typical * FirstPollFraction, _time, CancellationToken.None);
        await WaitUntilReadyAsync(address, start, erase.Max);
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

        // One batch: a chip that did not take the write enable ignores the page, which its status tells afterwards.
        byte[] before = new byte[1], after = new byte[PageStatusSamples];
        byte[] page = [.. Command(SpiNorOpcode.PageProgram, address), .. data.Span];
        TimeSpan pause = Chip.PageProgramTypical * FirstPollFraction;
        await _bus.ExecuteAsync(
            [WriteEnable(), ReadStatus(before), new(page, DelayAfter: pause), ReadStatus(after)],
            CancellationToken.None);
        long start = _time.GetTimestamp();
        CheckEnabled(before[0], protection, address);
        CheckAnswers(after, address);
        if ((after[^1] & LatchAndBusy) != 0)
            await WaitUntilReadyAsync(address, start, Chip.PageProgramMax);
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
        await _pages.ProgramAsync(pages, done);
    }

    /// <summary>Opcode and address of a page program.</summary>
    internal int ProgramCommandBytes => Chip.SizeBytes > SizeBytesMax ? 5 : 4;

    /// <summary>Writes opcode and address of a page program.</summary>
    internal void EncodeProgram(uint address, Span<byte> command)
    {
        byte[] head = Command(SpiNorOpcode.PageProgram, address);
        head.CopyTo(command[..ProgramCommandBytes]);
    }

    /// <summary>Returns when the page that was sent last has ended.</summary>
    internal Task WaitForPageAsync(uint address) =>
        WaitUntilReadyAsync(address, _time.GetTimestamp(), Chip.PageProgramMax);

    private async Task<SpiNorProtection> RefuseProtectedAsync(uint address, uint length, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        SpiNorProtection protection = _protection ?? await ReadProtectionAsync(cancel);
        return protection.Covers(address, length)
            ? throw Fault(address, $"write refused, {protection}")
            : protection;
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

    private static byte[] Command(byte opcode, uint address) =>
        [opcode, (byte)(address >> 16 & 0xFF), (byte)(address >> 8 & 0xFF), (byte)(address & 0xFF)];
}
