using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorAddressingTests
{
    private const uint Reach = 1 << 24;

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Own_instructions_leave_no_state_behind()
    {
        await using ScriptedSpiNor bus = Bus(SpiNorAddressing.FourByteOpcodes, out SpiNorChip chip);
        var flash = new SpiNorFlash(bus, chip, _time);

        WriteAndReadBoth(bus, flash);

        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0xB7 or 0xE9 or 0xC5 or 0x17 or 0x03 or 0x02 or 0xD8);
        Assert.Contains(bus.Frames, frame => Convert.ToHexString(frame) == "DC01000000");
        Assert.Contains(bus.Frames, frame => frame.AsSpan().StartsWith<byte>([0x12, 0x01, 0x00, 0x01, 0x00]));
    }

    [Theory]
    [InlineData(SpiNorAddressing.FourByteMode, "B7")]
    [InlineData(SpiNorAddressing.FourByteModeAfterWriteEnable, "B7")]
    [InlineData(SpiNorAddressing.BankRegister, "1780")]
    public async Task The_mode_is_entered_once_and_left_at_the_end(SpiNorAddressing addressing, string enter)
    {
        await using ScriptedSpiNor bus = Bus(addressing, out SpiNorChip chip);
        bus.ModeNeedsWriteEnable = addressing == SpiNorAddressing.FourByteModeAfterWriteEnable;
        var flash = new SpiNorFlash(bus, chip, _time);

        WriteAndReadBoth(bus, flash);
        Assert.True(bus.FourByteMode);
        _time.Run(async () => await flash.DisposeAsync());

        Assert.Single(bus.Frames, frame => Convert.ToHexString(frame) == enter);
        Assert.False(bus.FourByteMode);
        Assert.Equal(["66", "99"], bus.Frames.TakeLast(2).Select(Convert.ToHexString));
        Assert.Contains(bus.Frames, frame => frame[0] == 0xE9);
    }

    [Fact]
    public async Task W25q256fv_is_left_with_its_lower_half_selected()
    {
        await using ScriptedSpiNor bus = Bus(SpiNorAddressing.FourByteModeAfterWriteEnable, out SpiNorChip chip);
        (bus.ModeNeedsWriteEnable, bus.LeavingSelectsUpperHalf) = (true, true);
        bus.Ignores = opcode => opcode is 0x66 or 0x99; // the register write alone must do it
        var flash = new SpiNorFlash(bus, chip, _time);
        WriteAndReadBoth(bus, flash);

        _time.Run(flash.RestoreAsync);

        Assert.Equal((false, 0), (bus.FourByteMode, (int)bus.ExtendedAddress));
        Assert.Contains(bus.Frames, frame => Convert.ToHexString(frame) == "C500");
    }

    [Fact]
    public async Task An_extended_address_register_is_set_whenever_the_segment_changes()
    {
        await using ScriptedSpiNor bus = Bus(SpiNorAddressing.ExtendedAddressRegister, out SpiNorChip chip);
        var flash = new SpiNorFlash(bus, chip, _time);

        WriteAndReadBoth(bus, flash);
        _time.Run(flash.RestoreAsync);

        Assert.Equal(0, bus.ExtendedAddress);
        Assert.Contains(bus.Frames, frame => Convert.ToHexString(frame) == "C501");
        Assert.All(bus.Frames.Where(frame => frame[0] == 0xD8), frame => Assert.Equal(4, frame.Length));
    }

    [Theory]
    [InlineData(SpiNorAddressing.FourByteOpcodes)]
    [InlineData(SpiNorAddressing.FourByteMode)]
    [InlineData(SpiNorAddressing.ExtendedAddressRegister)]
    public async Task No_read_crosses_16_MiB_in_one_command(SpiNorAddressing addressing)
    {
        await using ScriptedSpiNor bus = Bus(addressing, out SpiNorChip chip);
        new Random(5).NextBytes(bus.Cells.AsSpan((int)Reach - 1000, 2000));
        var flash = new SpiNorFlash(bus, chip, _time);
        byte[] data = new byte[2000];

        _time.Run(() => flash.ReadAsync(Reach - 1000, data, progress: null, Cancel));

        Assert.Equal(bus.Cells[((int)Reach - 1000)..((int)Reach + 1000)], data);
        Assert.Equal(2, bus.Frames.Count(frame => frame[0] is 0x03 or 0x13));
    }

    [Fact]
    public async Task A_chip_that_does_not_take_the_mode_is_found_before_anything_is_written()
    {
        await using ScriptedSpiNor bus = Bus(SpiNorAddressing.FourByteMode, out SpiNorChip chip);
        chip = chip with { FourByteModeBit = new RegisterBit(3, 0) };
        bus.Ignores = opcode => opcode == 0xB7;
        var flash = new SpiNorFlash(bus, chip, _time);

        FlashChipException error = _time.Run(
            () => Assert.ThrowsAsync<FlashChipException>(() => flash.EraseAsync(chip.Erases[^1], Reach, Cancel)));

        Assert.Contains("4-byte addressing", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bus.Frames, frame => frame[0] == 0xD8);
    }

    [Fact]
    public async Task A_small_chip_is_not_touched_at_the_end()
    {
        SpiNorChip chip = SpiNorChips.ByName("W25Q64")!;
        await using var bus = new ScriptedSpiNor(chip, _time);

        _time.Run(async () => await new SpiNorFlash(bus, chip, _time).DisposeAsync());

        Assert.Empty(bus.Frames);
    }

    [Fact]
    public async Task A_chip_that_is_busy_for_ever_is_not_reset_at_the_end()
    {
        await using ScriptedSpiNor bus = Bus(SpiNorAddressing.FourByteMode, out SpiNorChip chip);
        bus.BeBusyFor(TimeSpan.FromHours(1));

        _time.Run(() => Assert.ThrowsAsync<FlashChipException>(() => new SpiNorFlash(bus, chip, _time).RestoreAsync()));

        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0x66 or 0x99);
    }

    private ScriptedSpiNor Bus(SpiNorAddressing addressing, out SpiNorChip chip)
    {
        SpiNorChip row = SpiNorChips.ByName("W25Q256")!;
        chip = row with
        {
            Addressing = addressing,
            FourByteModeBit = null,
            Erases = [.. row.Erases.Select(e => e with { FourByteOpcode = (byte?)(e.Opcode == 0x20 ? 0x21 : 0xDC) })],
        };
        return new ScriptedSpiNor(chip, _time);
    }

    // The same offset in both halves, so that a lost address bit shows.
    private void WriteAndReadBoth(ScriptedSpiNor bus, SpiNorFlash flash)
    {
        byte[] low = [.. Enumerable.Range(1, 256).Select(i => (byte)(i & 0xFF))], high = [.. low.Reverse()];
        byte[] readLow = new byte[256], readHigh = new byte[256];
        bus.Cells.AsSpan(0, 65536).Clear();
        bus.Cells.AsSpan((int)Reach, 65536).Clear();
        _time.Run(async () =>
        {
            foreach ((uint start, byte[] page) in new[] { (0u, low), (Reach, high) })
            {
                await flash.EraseAsync(flash.Chip.Erases[^1], start, Cancel);
                await flash.ProgramPageAsync(start + 0x100, page, Cancel);
            }

            await flash.ReadAsync(0x100, readLow, progress: null, Cancel);
            await flash.ReadAsync(Reach + 0x100, readHigh, progress: null, Cancel);
        });
        Assert.Equal(low, readLow);
        Assert.Equal(high, readHigh);
        Assert.Equal(low, bus.Cells[0x100..0x200]);
        Assert.Equal(high, bus.Cells[((int)Reach + 0x100)..((int)Reach + 0x200)]);
    }
}
