using System.Numerics;

namespace FlashBench.Tests.Simulation.Flash;

// Supply, the board's side of the chip, and what is left when the host or the supply goes away.
public sealed class ChipSupplyTests
{
    [Fact]
    public void Without_supply_the_chip_is_silent_and_does_nothing()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 1);
        using var pins = new ChipOnPins(cells: cells);
        pins.Supply(false);

        Assert.Equal([0xFF, 0xFF, 0xFF], pins.Send([0x9F], 3));
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x20, 0));
        pins.Supply(true);

        Assert.Equal(0x00, pins.Status);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void Right_after_power_on_the_chip_is_deaf()
    {
        using var pins = new ChipOnPins();
        pins.Supply(false);
        pins.Chip.SetSupply(true, false, pins.Now);

        Assert.Equal([0xFF], pins.Send([0x9F], 1));
        pins.Wait(TimeSpan.FromMicroseconds(20));
        Assert.Equal([0xEF], pins.Send([0x9F], 1));
    }

    [Fact]
    public void A_power_cycle_clears_the_latch_and_power_down_and_a_second_supply_bridges_it()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Chip.SetSupply(true, true, pins.Now);
        pins.Chip.SetSupply(false, true, pins.Now);
        Assert.Equal(0x02, pins.Status);

        pins.Send([0xB9]);
        pins.Chip.SetSupply(false, false, pins.Now);
        pins.Supply(true);

        Assert.Equal(0x00, pins.Status);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Power_loss_in_an_erase_leaves_the_block_between_its_old_content_and_erased(int seed)
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, seed);
        using var pins = new ChipOnPins(cells: cells);
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0xD8, 0x030000));
        pins.Wait(TimeSpan.FromMilliseconds(20 + 10 * seed));
        pins.Supply(false);
        pins.Supply(true);

        byte[] now = pins.Cells.ToArray();
        Assert.Equal(cells[..0x030000], now[..0x030000]);
        Assert.Equal(cells[0x040000..], now[0x040000..]);
        int changed = 0, erased = 0;
        for (int i = 0x030000; i < 0x040000; i++)
        {
            Assert.Equal(cells[i], now[i] & cells[i]); // bits are set, none is cleared
            changed += now[i] != cells[i] ? 1 : 0;
            erased += now[i] == 0xFF ? 1 : 0;
        }

        Assert.InRange(changed, 1, 0xFFFF);
        Assert.InRange(erased, 1, 0xFFFF);
        Assert.Equal(0x00, pins.Status);
        Assert.Null(pins.Pending);
    }

    [Fact]
    public void Power_loss_in_a_program_leaves_some_bits_of_it_and_nothing_outside_the_page()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x02, 0x5000, new byte[256]));
        pins.Wait(TimeSpan.FromMicroseconds(200));
        pins.Supply(false);
        pins.CatchUp();

        int zeros = pins.Cells[0x5000..0x5100].ToArray().Sum(value => 8 - BitOperations.PopCount(value));
        Assert.InRange(zeros, 500, 1500); // of 2048, at 42 to 63 % of the time
        Assert.Equal(-1, pins.Cells[..0x5000].IndexOfAnyExcept((byte)0xFF));
        Assert.Equal(-1, pins.Cells[0x5100..].IndexOfAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Power_loss_in_a_chip_erase_leaves_erased_blocks_one_partial_block_and_old_blocks()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 3);
        using var pins = new ChipOnPins(cells: cells);
        pins.Send([0x06]);
        pins.Send([0xC7]);
        pins.Wait(TimeSpan.FromSeconds(1.25)); // of 2.5 s +-20 %
        pins.Supply(false);

        byte[] now = pins.Cells.ToArray();
        int erased = 0, old = 0;
        for (int block = 0; block < now.Length; block += 0x10000)
        {
            erased += now.AsSpan(block, 0x10000).ContainsAnyExcept((byte)0xFF) ? 0 : 1;
            old += now.AsSpan(block, 0x10000).SequenceEqual(cells.AsSpan(block, 0x10000)) ? 1 : 0;
        }

        Assert.InRange(erased, 6, 10);
        Assert.Equal(15, erased + old);
    }

    [Fact]
    public void The_same_seed_leaves_the_same_damage()
    {
        Assert.True(Damage().AsSpan().SequenceEqual(Damage()));

        static byte[] Damage()
        {
            using var pins = new ChipOnPins(cells: ChipOnPins.Random(ChipRows.W25Q80, 4));
            pins.Send([0x06]);
            pins.Send(ChipOnPins.At(0x20, 0));
            pins.Wait(TimeSpan.FromMilliseconds(20));
            pins.Supply(false);
            return pins.Cells.ToArray();
        }
    }

    [Fact]
    public void A_killed_host_does_not_stop_an_erase()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 5);
        using var pins = new ChipOnPins(cells: cells);
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0xD8, 0x020000));
        Assert.True(pins.Cells.SequenceEqual(cells)); // not a moment of it is over

        pins.Reopen(supplied: false);

        cells.AsSpan(0x020000, 0x10000).Fill(0xFF);
        Assert.True(pins.Cells.SequenceEqual(cells));
        Assert.Null(pins.Pending);
    }

    [Fact]
    public void A_killed_host_does_not_stop_a_program_or_a_register_write()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x02, 0x1FE, 0x11, 0x22, 0x33));
        pins.Reopen();
        Assert.Equal([0x33, 0xFF], pins.Cells[0x100..0x102].ToArray());
        Assert.Equal([0x11, 0x22, 0xFF], pins.Cells[0x1FE..0x201].ToArray());

        pins.Send([0x06]);
        pins.Send([0x01, 0x1C]);
        pins.Reopen();
        Assert.Equal(0x1C, pins.Status);
    }

    [Fact]
    public void An_operation_that_lost_its_supply_is_not_finished_by_the_next_process()
    {
        using var pins = new ChipOnPins(cells: new byte[1 << 20]);
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x20, 0));
        pins.Wait(TimeSpan.FromMilliseconds(10));
        pins.Supply(false);
        byte[] left = pins.Cells.ToArray();

        pins.Reopen();

        Assert.True(pins.Cells.SequenceEqual(left));
        Assert.True(pins.Cells[..0x1000].ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void The_board_side_sees_an_operation_end_without_anybody_asking_the_chip()
    {
        using var pins = new ChipOnPins(cells: new byte[1 << 20]);
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x20, 0));
        pins.Wait(TimeSpan.FromMilliseconds(60));

        pins.CatchUp();

        Assert.Equal(0xFF, pins.Cells[0xFFF]);
    }

    [Fact]
    public void A_board_that_drives_the_bus_makes_reads_noise_and_stops_every_instruction()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 6);
        using var pins = new ChipOnPins(cells: cells);
        pins.Chip.BoardDrivesBus = true;

        byte[] first = pins.Send(ChipOnPins.At(0x03, 0), 64);
        byte[] second = pins.Send(ChipOnPins.At(0x03, 0), 64);
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x20, 0));
        pins.Chip.BoardDrivesBus = false;

        Assert.NotEqual(cells[..64], first);
        Assert.NotEqual(first, second);
        Assert.Equal(4, pins.Chip.ContentionCount);
        Assert.Equal(0x00, pins.Status);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void A_rail_that_comes_up_inside_a_frame_spoils_it()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Chip.Select(pins.Now);
        pins.Clock(ChipOnPins.At(0x02, 0, 0x00), new byte[5]);
        pins.Chip.BoardDrivesBus = true;
        pins.Chip.BoardDrivesBus = false;
        pins.Chip.Deselect(pins.Now);

        Assert.Equal(1, pins.Chip.ContentionCount);
        Assert.Equal(0x02, pins.Status);
        Assert.Equal(0xFF, pins.Cells[0]);
    }

    [Fact]
    public void What_the_board_writes_and_a_flipped_bit_are_in_the_cells_and_in_the_file()
    {
        using var pins = new ChipOnPins();

        pins.Chip.WriteAsBoard(0x800, [0x12, 0x34]);
        pins.Chip.WriteAsBoard(0x801, [0xFF]);
        pins.Chip.FlipBit(0x900, 7);
        pins.Reopen();

        Assert.Equal([0x12, 0xFF], pins.Cells[0x800..0x802].ToArray());
        Assert.Equal(0x7F, pins.Cells[0x900]);
        Assert.Equal([0x12, 0xFF], pins.Send(ChipOnPins.At(0x03, 0x800), 2));
    }

    [Fact]
    public void The_board_cannot_write_past_the_chip()
    {
        using var pins = new ChipOnPins();

        Assert.Throws<ArgumentOutOfRangeException>(() => pins.Chip.WriteAsBoard((1 << 20) - 1, [1, 2]));
        Assert.Equal(0xFF, pins.Cells[^1]);
    }

    public static TheoryData<int> Seeds() => [1, 2, 3, 4, 5, 6];
}
