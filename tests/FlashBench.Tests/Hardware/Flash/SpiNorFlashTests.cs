using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorFlashTests : IAsyncDisposable
{
    private static readonly SpiNorChip Chip = SpiNorChips.Find(0xEF4018)!;
    private static readonly EraseCommand Sector = Chip.Erases[0], Block = Chip.Erases[^1];

    private readonly VirtualTime _time = new();
    private readonly ScriptedSpiNor _bus;
    private readonly SpiNorFlash _flash;

    public SpiNorFlashTests()
    {
        _bus = new ScriptedSpiNor(Chip, _time);
        _flash = new SpiNorFlash(_bus, Chip, _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public void A_read_goes_in_chunks_of_64_KiB_and_reports_each()
    {
        new Random(1).NextBytes(_bus.Cells);
        byte[] data = new byte[150_000];
        var progress = new Reports();

        _time.Run(() => _flash.ReadAsync(0x123456, data, progress, Cancel));

        Assert.Equal(_bus.Cells[0x123456..(0x123456 + 150_000)], data);
        Assert.Equal([65536, 131072, 150_000], progress.Values);
        Assert.Equal(
            ["03123456", "03133456", "03143456"], _bus.Frames.Where(f => f[0] == 3).Select(Convert.ToHexString));
    }

    [Fact]
    public void A_read_of_a_busy_chip_is_refused()
    {
        _bus.BeBusyFor(TimeSpan.FromSeconds(1));

        FlashChipException error = Fails(() => _flash.ReadAsync(0x1000, new byte[16], null, Cancel));

        Assert.Contains("busy", error.Message, StringComparison.Ordinal);
        Assert.Equal(0x1000u, error.Address);
    }

    [Fact]
    public void A_read_without_a_chip_is_refused()
    {
        _bus.Hear = (_, _, answer) => [.. answer.Select(_ => (byte)0xFF)];

        Assert.Contains("MISO open", Fails(() => _flash.ReadAsync(0, new byte[16], null, Cancel)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_that_falls_silent_in_the_middle_of_a_read_gave_no_data()
    {
        bool gone = false;
        _bus.Hear = (opcode, _, answer) =>
        {
            gone |= opcode == 0x03;
            return gone ? [.. answer.Select(_ => (byte)0xFF)] : answer;
        };

        Assert.Contains("MISO open", Fails(() => _flash.ReadAsync(0, new byte[16], null, Cancel)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_past_the_end_is_a_bug_of_the_caller()
    {
        _time.Run(async () =>
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                () => _flash.ReadAsync(Chip.SizeBytes - 1, new byte[2], null, Cancel));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _flash.EraseAsync(Sector, 0x1001, Cancel));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                () => _flash.EraseAsync(Sector, Chip.SizeBytes, Cancel));
            await Assert.ThrowsAsync<ArgumentException>(
                () => _flash.EraseAsync(Sector with { Opcode = 0x81 }, 0, Cancel));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                () => _flash.ProgramPageAsync(0x1FF, new byte[2], Cancel));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                () => _flash.ProgramPageAsync(0, ReadOnlyMemory<byte>.Empty, Cancel));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                () => _flash.ProgramAsync(Chip.SizeBytes - 1, new byte[2], null, Cancel));
        });

        Assert.Empty(_bus.Frames);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_erase_enables_checks_and_waits_until_the_chip_is_ready(int index)
    {
        EraseCommand erase = Chip.Erases[index];
        Array.Clear(_bus.Cells);

        _time.Run(() => _flash.EraseAsync(erase, 0x20000, Cancel));

        Assert.Equal(0x20000, _bus.Cells.AsSpan().IndexOf((byte)0xFF));
        Assert.Equal((int)erase.SizeBytes, _bus.Cells.Count(b => b == 0xFF));
        Assert.Equal(
            ["05", "35", "15", "06", "05", $"{erase.Opcode:X2}020000", "05"],
            _bus.Frames.Take(7).Select(Convert.ToHexString));
        TimeSpan polled = _bus.StatusTimes.Last(t => t < erase.Typical * 0.8);
        Assert.InRange(_bus.StatusTimes.First(t => t > polled), erase.Typical * 0.8, erase.Typical);
        Assert.InRange(_time.GetElapsedTime(0), erase.Typical - TimeSpan.FromMilliseconds(1), erase.Typical * 1.1);
    }

    [Fact]
    public void An_erase_is_not_sent_when_the_write_enable_latch_does_not_set()
    {
        _bus.Ignores = opcode => opcode == 0x06;

        FlashChipException error = Fails(() => _flash.EraseAsync(Sector, 0x3000, Cancel));

        Assert.Contains("write enable has no effect", error.Message, StringComparison.Ordinal);
        Assert.Contains("WP#", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] == 0x20);
    }

    [Fact]
    public void An_erase_that_the_chip_ignores_is_told_from_one_that_was_done()
    {
        Array.Clear(_bus.Cells);
        _bus.Ignores = opcode => opcode == 0x20;

        FlashChipException error = Fails(() => _flash.EraseAsync(Sector, 0, Cancel));

        Assert.Contains("ignored the command", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain((byte)0xFF, _bus.Cells);
    }

    [Fact]
    public void A_latch_that_falls_a_moment_after_the_busy_bit_is_no_fault()
    {
        _bus.LatchFallsLate = true;

        _time.Run(() => _flash.EraseAsync(Sector, 0, Cancel));
    }

    [Fact]
    public void An_erase_gives_up_after_one_and_a_half_times_the_datasheet_maximum_and_not_earlier()
    {
        _bus.Duration = TimeSpan.FromMinutes(1);

        FlashChipException error = Fails(() => _flash.EraseAsync(Block, 0x10000, Cancel));

        Assert.Contains("still busy", error.Message, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(0).TotalSeconds, 3, 3.01);
    }

    [Fact]
    public void A_slow_erase_within_the_limit_succeeds()
    {
        _bus.Duration = TimeSpan.FromSeconds(2.9);

        _time.Run(() => _flash.EraseAsync(Block, 0x10000, Cancel));

        Assert.InRange(_time.GetElapsedTime(0).TotalSeconds, 2.7, 2.91);
    }

    [Fact]
    public void Status_FF_again_and_again_is_a_bus_fault_and_not_a_busy_chip()
    {
        bool erased = false;
        _bus.OnFrame = opcode => erased |= opcode == 0x20;
        _bus.Hear = (opcode, _, answer) => erased && opcode == 0x05 ? [.. answer.Select(_ => (byte)0xFF)] : answer;

        FlashChipException error = Fails(() => _flash.EraseAsync(Sector, 0, Cancel));

        Assert.Contains("MISO open", error.Message, StringComparison.Ordinal);
        Assert.True(_time.GetElapsedTime(0) < Sector.Typical);
    }

    [Fact]
    public void A_begun_erase_is_waited_for_when_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        _bus.OnFrame = opcode =>
        {
            if (opcode == 0x20)
                cancel.Cancel();
        };

        _time.Run(async () =>
        {
            await _flash.EraseAsync(Sector, 0, cancel.Token);
            await Assert.ThrowsAsync<OperationCanceledException>(() => _flash.EraseAsync(Sector, 0x1000, cancel.Token));
        });

        Assert.Single(_bus.Frames, frame => frame[0] == 0x20);
        Assert.True(_time.GetElapsedTime(0) >= Sector.Typical - TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_page_is_enabled_programmed_and_polled_in_one_batch()
    {
        byte[] page = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        _time.Run(() => _flash.ProgramPageAsync(0x123400, page, Cancel));

        Assert.Equal(page, _bus.Cells[0x123400..0x123500]);
        Assert.Equal([3, 4], _bus.Batches); // the protection once, then WREN, RDSR, page, RDSR
        Assert.Equal("02123400" + Convert.ToHexString(page), Convert.ToHexString(_bus.Frames[5]));
    }

    [Theory]
    [InlineData(0x06, "write enable has no effect")]
    [InlineData(0x02, "ignored the command")]
    public void A_page_that_the_chip_ignores_is_told(byte ignored, string words)
    {
        _bus.Ignores = opcode => opcode == ignored;

        FlashChipException error = Fails(() => _flash.ProgramPageAsync(0x500, new byte[4], Cancel));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(0x500u, error.Address);
    }

    [Fact]
    public void A_slow_page_is_waited_for_and_a_stuck_one_is_not()
    {
        _bus.Duration = TimeSpan.FromMilliseconds(3);
        _time.Run(() => _flash.ProgramPageAsync(0, new byte[4], Cancel));
        Assert.InRange(_time.GetElapsedTime(0).TotalMilliseconds, 2, 4);

        _bus.Duration = TimeSpan.FromMinutes(1);
        long start = _time.GetTimestamp();

        FlashChipException error = Fails(() => _flash.ProgramPageAsync(0x100, new byte[4], Cancel));

        Assert.Contains("still busy", error.Message, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(start).TotalMilliseconds, 4.5, 7);
    }

    [Fact]
    public void A_chip_that_is_busy_already_gets_no_write()
    {
        _time.Run(() => _flash.ReadProtectionAsync(Cancel));
        _bus.BeBusyFor(TimeSpan.FromSeconds(1));

        Assert.Contains("busy before", Fails(() => _flash.EraseAsync(Sector, 0, Cancel)).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] == 0x20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Programming_splits_at_pages_and_leaves_blank_ones_out(int seed)
    {
        var random = new Random(seed);
        uint address = (uint)random.Next(0x10000, 0x20000);
        byte[] data = new byte[random.Next(2000, 5000)];
        random.NextBytes(data);
        int blankPage = (int)(address / 256 + 3) * 256;
        data.AsSpan(blankPage - (int)address, 256).Fill(0xFF);
        var progress = new Reports();

        _time.Run(() => _flash.ProgramAsync(address, data, progress, Cancel));

        Assert.Equal(data, _bus.Cells[(int)address..((int)address + data.Length)]);
        int pages = (int)((address + data.Length - 1) / 256 - address / 256) + 1;
        byte[][] programmed = [.. _bus.Frames.Where(frame => frame[0] == 0x02)];
        Assert.Equal(pages - 1, programmed.Length);
        Assert.All(programmed, frame => Assert.InRange(frame[3] + frame.Length - 4, 1, 256));
        Assert.Equal(pages, progress.Values.Count);
        Assert.Equal(data.Length, progress.Values[^1]);
    }

    [Theory]
    [InlineData(0xA0, "failed erase or program")]  // ready, erase error
    [InlineData(0x90, "failed erase or program")]  // ready, program error
    [InlineData(0x00, "stays busy")]
    public async Task A_micron_chip_that_reports_an_error_in_its_flags_is_believed(byte flags, string words)
    {
        SpiNorChip chip = SpiNorChips.ByName("N25Q064")!;
        await using var bus = new ScriptedSpiNor(chip, _time) { FlagStatus = flags };
        var flash = new SpiNorFlash(bus, chip, _time);

        Assert.Contains(words, Fails(() => flash.EraseAsync(chip.Erases[0], 0, Cancel)).Message,
            StringComparison.Ordinal);
        Assert.Equal(flags != 0, bus.Frames.Any(frame => frame[0] == 0x50)); // an error stays until it is cleared
    }

    [Fact]
    public void Programming_is_cancelled_between_pages()
    {
        using var cancel = new CancellationTokenSource();
        _bus.OnFrame = opcode =>
        {
            if (opcode == 0x02 && _bus.Frames.Count(frame => frame[0] == 0x02) == 2)
                cancel.Cancel();
        };

        _time.Run(() => Assert.ThrowsAsync<OperationCanceledException>(
            () => _flash.ProgramAsync(0, new byte[4096], null, cancel.Token)));

        Assert.Equal(3, _bus.Frames.Count(frame => frame[0] == 0x02));
        Assert.Equal(3 * 256, _bus.Cells.Count(b => b == 0));
    }

    private FlashChipException Fails(Func<Task> work) =>
        _time.Run(() => Assert.ThrowsAsync<FlashChipException>(work));

    private sealed class Reports : IProgress<long>
    {
        public List<long> Values { get; } = [];

        public void Report(long value) => Values.Add(value);
    }
}
