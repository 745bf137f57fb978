namespace FlashBench.Tests.Simulation.Flash;

public sealed class StatusRegisterTests
{
    // Ranges of the W25Q128JV datasheet, table 7.1.16 (CMP = 0) and 7.1.17 (CMP = 1), and of the W25Q64JV's.
    [Theory]
    [InlineData(128, 0x00, 0x00, 0x000000, 0x000000)]
    [InlineData(128, 0x04, 0x00, 0xFC0000, 0x1000000)]
    [InlineData(128, 0x08, 0x00, 0xF80000, 0x1000000)]
    [InlineData(128, 0x18, 0x00, 0x800000, 0x1000000)]
    [InlineData(128, 0x24, 0x00, 0x000000, 0x040000)]
    [InlineData(128, 0x38, 0x00, 0x000000, 0x800000)]
    [InlineData(128, 0x1C, 0x00, 0x000000, 0x1000000)]
    [InlineData(128, 0x44, 0x00, 0xFFF000, 0x1000000)]
    [InlineData(128, 0x50, 0x00, 0xFF8000, 0x1000000)]
    [InlineData(128, 0x54, 0x00, 0xFF8000, 0x1000000)]
    [InlineData(128, 0x64, 0x00, 0x000000, 0x001000)]
    [InlineData(128, 0x6C, 0x00, 0x000000, 0x004000)]
    [InlineData(128, 0x00, 0x40, 0x000000, 0x1000000)]
    [InlineData(128, 0x04, 0x40, 0x000000, 0xFC0000)]
    [InlineData(128, 0x24, 0x40, 0x040000, 0x1000000)]
    [InlineData(128, 0x44, 0x40, 0x000000, 0xFFF000)]
    [InlineData(128, 0x1C, 0x40, 0x000000, 0x000000)]
    [InlineData(64, 0x04, 0x00, 0x7E0000, 0x800000)]
    [InlineData(64, 0x18, 0x00, 0x400000, 0x800000)]
    [InlineData(64, 0x24, 0x00, 0x000000, 0x020000)]
    public void Pages_of_the_protected_range_are_refused_silently_and_the_latch_stays(
        int megabits, byte sr1, byte sr2, int start, int end)
    {
        var row = megabits == 128 ? ChipRows.W25Q128 : ChipRows.W25Q64;
        using var pins = new ChipOnPins(row);
        pins.Change([0x01, sr1, sr2]);

        int[] edges = [0, start - 256, start, end - 256, end, (int)row.SizeBytes - 256];
        foreach (int page in edges.Where(at => at >= 0 && at < row.SizeBytes).Distinct())
        {
            bool isProtected = page >= start && page < end;
            pins.Change(ChipOnPins.At(0x02, (uint)page, 0x5A));

            Assert.Equal(isProtected ? 0xFF : 0x5A, pins.Cells[page]);
            Assert.Equal(sr1 | (isProtected ? 0x02 : 0x00), pins.Status);
            pins.Send([0x04]);
        }
    }

    [Fact]
    public void An_erase_that_touches_the_protected_range_erases_nothing()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q128, 1);
        using var pins = new ChipOnPins(ChipRows.W25Q128, cells);
        pins.Change([0x01, 0x64, 0x00]); // the lowest sector

        pins.Change(ChipOnPins.At(0xD8, 0x8000));
        Assert.Equal(0x66, pins.Status);
        pins.Change([0xC7]);
        Assert.Equal(0x66, pins.Status);
        Assert.True(pins.Cells.SequenceEqual(cells));
        pins.Change(ChipOnPins.At(0x20, 0x1000));

        cells.AsSpan(0x1000, 0x1000).Fill(0xFF);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void The_individual_locks_protect_everything()
    {
        using var pins = new ChipOnPins();
        pins.Change([0x11, 0x64]);

        pins.Change(ChipOnPins.At(0x02, 0x8000, 0x00));

        Assert.Equal(0x64, pins.Status3);
        Assert.Equal(0xFF, pins.Cells[0x8000]);
    }

    [Fact]
    public void A_register_write_takes_its_time_needs_the_latch_and_ends_it()
    {
        using var pins = new ChipOnPins();

        pins.Send([0x01, 0x1C]);
        Assert.Equal(0x00, pins.Status);
        pins.Send([0x06]);
        pins.Send([0x01, 0x1C]);
        Assert.Equal(0x03, pins.Status);
        pins.Wait(TimeSpan.FromMilliseconds(7.9));
        Assert.Equal(0x03, pins.Status);
        pins.Wait(TimeSpan.FromMilliseconds(7.1)); // maximum 15 ms
        Assert.Equal(0x1C, pins.Status);
    }

    [Fact]
    public void One_byte_of_01_leaves_the_second_register_alone_and_two_write_both()
    {
        using var pins = new ChipOnPins();
        pins.Change([0x31, 0x42]);

        pins.Change([0x01, 0x24]);
        Assert.Equal((0x24, 0x42), (pins.Status, pins.Status2));
        pins.Change([0x01, 0x00, 0x02]);
        Assert.Equal((0x00, 0x02), (pins.Status, pins.Status2));
        pins.Change([0x01, 0xFF, 0xFF, 0xFF]); // three bytes are no instruction
        Assert.Equal((0x02, 0x02), (pins.Status, pins.Status2));
    }

    [Fact]
    public void Busy_latch_suspend_and_reserved_bits_cannot_be_written()
    {
        using var pins = new ChipOnPins();

        pins.Change([0x31, 0x84]);
        pins.Change([0x11, 0xFB]);
        pins.Change([0x01, 0x03]);

        Assert.Equal((0x00, 0x00, 0x60), (pins.Status, pins.Status2, pins.Status3));
    }

    [Fact]
    public void A_volatile_write_holds_at_once_without_the_latch_and_until_power_is_lost()
    {
        using var pins = new ChipOnPins();
        pins.Change([0x01, 0x24]);

        pins.Send([0x50]);
        pins.Send([0x01, 0x00]);
        Assert.Equal(0x00, pins.Status);
        pins.Supply(false);
        pins.Supply(true);
        Assert.Equal(0x24, pins.Status);
    }

    [Fact]
    public void The_volatile_enable_counts_for_the_next_instruction_only()
    {
        using var pins = new ChipOnPins();

        pins.Send([0x50]);
        pins.Send([0x9F], 3);
        pins.Send([0x01, 0x1C]);

        Assert.Equal(0x00, pins.Status);
    }

    [Fact]
    public void Srl_locks_the_registers_until_the_power_cycle_and_over_a_reset()
    {
        using var pins = new ChipOnPins();
        pins.Change([0x01, 0x1C, 0x01]);

        pins.Change([0x01, 0x00, 0x00]);
        Assert.Equal((0x1E, 0x01), (pins.Status, pins.Status2));
        pins.Send([0x66]);
        pins.Send([0x99]);
        pins.Wait(TimeSpan.FromMilliseconds(1));
        pins.Change([0x01, 0x00, 0x00]);
        Assert.Equal((0x1E, 0x01), (pins.Status, pins.Status2));
        pins.Supply(false);
        pins.Supply(true);
        Assert.Equal((0x1C, 0x00), (pins.Status, pins.Status2));
        pins.Change([0x01, 0x00, 0x00]);
        Assert.Equal(0x00, pins.Status);
    }

    [Fact]
    public void One_time_bits_never_go_back()
    {
        using var pins = new ChipOnPins();
        pins.Change([0x31, 0x08]);

        pins.Change([0x31, 0x10]);
        pins.Send([0x50]);
        pins.Send([0x31, 0x20]);
        pins.Supply(false);
        pins.Supply(true);

        Assert.Equal(0x18, pins.Status2);
    }

    [Fact]
    public void Registers_are_in_the_bench_file()
    {
        using var pins = new ChipOnPins();
        pins.Change([0x01, 0x38, 0x42]);
        pins.Change([0x11, 0x20]);

        pins.Reopen();

        Assert.Equal((0x38, 0x42, 0x20), (pins.Status, pins.Status2, pins.Status3));
    }
}
