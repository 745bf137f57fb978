using FlashBench.Simulation.Flash;

namespace FlashBench.Tests.Simulation.Flash;

public sealed class SimulatedSpiNorTests
{
    private static readonly byte[] Nothing = [0xFF, 0xFF, 0xFF, 0xFF];

    [Fact]
    public void It_tells_its_jedec_id_again_and_again()
    {
        using var pins = new ChipOnPins(ChipRows.W25Q128);

        Assert.Equal([0xEF, 0x40, 0x18, 0xEF, 0x40, 0x18], pins.Send([0x9F], 6));
    }

    [Fact]
    public void It_tells_its_unique_id_after_four_dummy_bytes()
    {
        using var pins = new ChipOnPins();

        Assert.Equal([0xD2, 0x64, 0x38, 0x17, 0x5A, 0x3C, 0x0F, 0x21], pins.Send([0x4B, 0, 0, 0, 0], 8));
    }

    [Theory]
    [InlineData(0x03, 0)]
    [InlineData(0x0B, 1)]
    public void A_read_goes_on_over_the_end_of_the_chip_to_its_start(byte opcode, int dummies)
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 1);
        using var pins = new ChipOnPins(cells: cells);

        byte[] read = pins.Send(ChipOnPins.At(opcode, 0x0FFFF0, new byte[dummies]), 48);

        Assert.Equal([.. cells[^16..], .. cells[..32]], read);
    }

    [Fact]
    public void A_frame_may_come_in_pieces_of_any_size()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 2);
        using var pins = new ChipOnPins(cells: cells);
        byte[] mosi = [.. ChipOnPins.At(0x03, 0x012345), .. new byte[100]];
        byte[] miso = new byte[mosi.Length];

        pins.Chip.Select(pins.Now);
        for (int at = 0, size = 1; at < mosi.Length; at += size, size = Math.Min(size + 1, mosi.Length - at))
            pins.Clock(mosi.AsSpan(at, size), miso.AsSpan(at, size));
        pins.Chip.Deselect(pins.Now);

        Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF, .. cells[0x012345..(0x012345 + 100)]], miso);
    }

    [Fact]
    public void Write_enable_sets_the_latch_and_write_disable_clears_it()
    {
        using var pins = new ChipOnPins();

        Assert.Equal(0x00, pins.Status);
        pins.Send([0x06]);
        Assert.Equal(0x02, pins.Status);
        pins.Send([0x04]);
        Assert.Equal(0x00, pins.Status);
    }

    [Theory]
    [InlineData(0x02)]
    [InlineData(0x20)]
    [InlineData(0x52)]
    [InlineData(0xD8)]
    public void Without_write_enable_nothing_changes(byte opcode)
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 3);
        using var pins = new ChipOnPins(cells: cells);

        pins.Send(opcode == 0x02 ? ChipOnPins.At(opcode, 0, 0x00) : ChipOnPins.At(opcode, 0));

        Assert.Equal(0x00, pins.Status);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void Programming_clears_bits_and_sets_none()
    {
        using var pins = new ChipOnPins();

        pins.Change(ChipOnPins.At(0x02, 0x1000, 0b1100_1100));
        pins.Change(ChipOnPins.At(0x02, 0x1000, 0b1010_1010));

        Assert.Equal(0b1000_1000, pins.Cells[0x1000]);
        Assert.Equal(0xFF, pins.Cells[0x1001]);
    }

    [Fact]
    public void Programming_wraps_inside_the_page_and_the_last_bytes_win()
    {
        using var pins = new ChipOnPins();
        byte[] data = [.. Enumerable.Range(0, 300).Select(i => (byte)(i & 0xFF)), 0x77];

        pins.Change(ChipOnPins.At(0x02, 0x20F8, data));

        byte[] expected = new byte[256];
        for (int i = 0; i < data.Length; i++)
            expected[(0xF8 + i) % 256] = data[i];
        Assert.Equal(expected, pins.Cells[0x2000..0x2100]);
        Assert.Equal(ChipOnPins.Blank(ChipRows.W25Q80).AsSpan(0, 256), pins.Cells[0x2100..0x2200]);
    }

    [Theory]
    [InlineData(0x20, 0x1000)]
    [InlineData(0x52, 0x8000)]
    [InlineData(0xD8, 0x10000)]
    public void An_erase_sets_the_whole_aligned_block_around_its_address_and_nothing_else(byte opcode, int size)
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 4);
        using var pins = new ChipOnPins(cells: cells);

        pins.Change(ChipOnPins.At(opcode, 0x034567));

        int start = 0x034567 / size * size;
        cells.AsSpan(start, size).Fill(0xFF);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Theory]
    [InlineData(0xC7)]
    [InlineData(0x60)]
    public void A_chip_erase_sets_everything(byte opcode)
    {
        using var pins = new ChipOnPins(cells: ChipOnPins.Random(ChipRows.W25Q80, 5));

        pins.Change([opcode]);

        Assert.False(pins.Cells.ContainsAnyExcept((byte)0xFF));
    }

    [Theory]
    [InlineData(0x20, 2)]
    [InlineData(0x20, 4)]
    [InlineData(0xD8, 4)]
    [InlineData(0xC7, 1)]
    [InlineData(0x06, 1)]
    [InlineData(0x02, 2)]
    public void An_instruction_of_the_wrong_length_is_not_executed(byte opcode, int operands)
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 6);
        using var pins = new ChipOnPins(cells: cells);
        bool latch = opcode != 0x06;
        if (latch)
            pins.Send([0x06]);

        pins.Send([opcode, .. new byte[operands]]);

        Assert.Equal(latch ? 0x02 : 0x00, pins.Status);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void A_program_without_data_is_not_executed()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);

        pins.Send(ChipOnPins.At(0x02, 0x100));

        Assert.Equal(0x02, pins.Status);
    }

    [Fact]
    public void Chip_select_that_rises_inside_a_byte_stops_the_instruction()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Chip.Select(pins.Now);
        pins.Clock(ChipOnPins.At(0x02, 0x100, 0x00), new byte[5]);
        pins.Chip.ClockStrayBit();
        pins.Chip.Deselect(pins.Now);

        Assert.Equal(0x02, pins.Status);
        Assert.Equal(0xFF, pins.Cells[0x100]);
    }

    [Fact]
    public void Nothing_happens_before_chip_select_rises()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Chip.Select(pins.Now);
        pins.Clock(ChipOnPins.At(0x20, 0x1000), new byte[4]);
        pins.Wait(TimeSpan.FromSeconds(5));

        Assert.Null(pins.Pending);
        pins.Chip.Deselect(pins.Now);

        Assert.NotNull(pins.Pending);
        Assert.Equal(0x03, pins.Status);
    }

    [Fact]
    public void A_busy_chip_answers_status_only_and_forgets_what_else_it_was_told()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 7);
        using var pins = new ChipOnPins(cells: cells);
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x20, 0x0000));

        Assert.Equal(0x03, pins.Status);
        Assert.Equal(Nothing, pins.Send([0x9F], 4));
        Assert.Equal(Nothing, pins.Send(ChipOnPins.At(0x03, 0x8000), 4));
        Assert.Equal(Nothing, pins.Send([0x5A, 0, 0, 0, 0], 4));
        pins.Send(ChipOnPins.At(0xD8, 0x8000));
        pins.Send([0x04]);
        pins.WaitUntilIdle();

        Assert.Equal(0x00, pins.Status);
        cells.AsSpan(0, 0x1000).Fill(0xFF);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void A_frame_that_began_while_busy_stays_ignored_to_its_end()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x02, 0x100, 0x12));

        pins.Chip.Select(pins.Now);
        byte[] miso = new byte[8];
        pins.Clock(ChipOnPins.At(0x03, 0x100), miso.AsSpan(0, 4));
        pins.Wait(TimeSpan.FromMilliseconds(5));
        pins.Clock(new byte[4], miso.AsSpan(4));
        pins.Chip.Deselect(pins.Now);

        Assert.Equal([.. Nothing, .. Nothing], miso);
        Assert.Equal([0x12], pins.Send(ChipOnPins.At(0x03, 0x100), 1));
    }

    [Fact]
    public void Status_in_one_frame_is_fresh_with_every_byte()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x02, 0x100, 0x12));

        byte[] stream = pins.Send([0x05], 1000); // 1 us each: past 400 us +-20 %

        int idle = stream.IndexOf((byte)0x00);
        Assert.InRange(idle, 315, 480);
        Assert.All(stream[..idle], status => Assert.Equal(0x03, status));
        Assert.All(stream[idle..], status => Assert.Equal(0x00, status));
    }

    [Theory]
    [InlineData(0x20, 45)]
    [InlineData(0x52, 120)]
    [InlineData(0xD8, 150)]
    public void An_erase_takes_its_typical_time_by_20_percent(byte opcode, double typicalMs)
    {
        using var pins = new ChipOnPins();
        var lengths = new List<double>();
        for (uint i = 0; i < 8; i++)
        {
            pins.Send([0x06]);
            pins.Send(ChipOnPins.At(opcode, i << 16));
            long start = pins.Now;
            pins.WaitUntilIdle();
            lengths.Add(TimeSpan.FromTicks(pins.Now - start).TotalMilliseconds);
        }

        Assert.All(lengths, ms => Assert.InRange(ms, typicalMs * 0.8, typicalMs * 1.2 + 0.3));
        Assert.True(lengths.Distinct().Count() > 1, "the times have no spread");
    }

    [Fact]
    public void A_time_is_never_above_the_datasheets_maximum()
    {
        TimeSpan tight = TimeSpan.FromMicroseconds(330);
        using var pins = new ChipOnPins(
            SimulatedParts.W25Q80 with { PageProgram = new PartTime(TimeSpan.FromMicroseconds(400), tight) });
        for (int i = 0; i < 20; i++)
        {
            pins.Send([0x06]);
            pins.Send(ChipOnPins.At(0x02, 0, 0x00));
            pins.Wait(tight);

            Assert.Equal(0x00, pins.Status);
        }
    }

    [Fact]
    public void Power_down_leaves_only_release_and_release_takes_its_time()
    {
        using var pins = new ChipOnPins();
        pins.Send([0xB9]);
        pins.Wait(TimeSpan.FromMicroseconds(10));

        Assert.Equal(Nothing[..3], pins.Send([0x9F], 3));
        Assert.Equal(0xFF, pins.Status);
        pins.Send([0xAB]);
        Assert.Equal(Nothing[..3], pins.Send([0x9F], 3));
        pins.Wait(TimeSpan.FromMicroseconds(3));
        Assert.Equal([0xEF, 0x40, 0x14], pins.Send([0x9F], 3));
    }

    [Fact]
    public void Release_tells_the_device_id_after_three_dummy_bytes()
    {
        using var pins = new ChipOnPins(ChipRows.W25Q64);

        Assert.Equal([0x16], pins.Send([0xAB, 0, 0, 0], 1));
    }

    [Fact]
    public void Reset_needs_66_just_before_99_and_then_clears_the_latch()
    {
        using var pins = new ChipOnPins();
        pins.Send([0x06]);

        pins.Send([0x99]);
        Assert.Equal(0x02, pins.Status);
        pins.Send([0x66]);
        pins.Send([0x9F], 3);
        pins.Send([0x99]);
        Assert.Equal(0x02, pins.Status);
        pins.Send([0x66]);
        pins.Send([0x99]);
        Assert.Equal(0xFF, pins.Status); // deaf for 30 us
        pins.Wait(TimeSpan.FromMicroseconds(30));
        Assert.Equal(0x00, pins.Status);
    }

    [Fact]
    public void Unknown_instructions_are_ignored()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 8);
        using var pins = new ChipOnPins(cells: cells);
        byte[] known = [0x01, 0x31, 0x11, 0x02, 0x20, 0x52, 0xD8, 0xC7, 0x60, 0xB9, 0x06, 0x04];
        byte[] answering = [0x9F, 0x05, 0x35, 0x15, 0x03, 0x0B, 0x4B, 0x5A, 0xAB];

        pins.Send([0x06]);
        for (int opcode = 0; opcode < 256; opcode++)
        {
            if (known.Contains((byte)opcode) || answering.Contains((byte)opcode) || opcode is 0x66 or 0x99 or 0x50)
                continue;
            Assert.Equal(Nothing, pins.Send([(byte)opcode], 4));
        }

        Assert.Equal(0x02, pins.Status);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void Sfdp_tells_what_the_model_does()
    {
        using var pins = new ChipOnPins(ChipRows.W25Q128);

        byte[] sfdp = pins.Send([0x5A, 0, 0, 0, 0], 256);

        Assert.Equal("SFDP"u8.ToArray(), sfdp[..4]);
        Assert.Equal([6, 1, 0], sfdp[4..7]);
        Assert.Equal([0x00, 6, 1, 16, 0x80, 0, 0, 0xFF], sfdp[8..16]);
        byte[] table = sfdp[0x80..(0x80 + 64)];
        Assert.Equal(0x20, table[1]);
        Assert.Equal(16u * 1024 * 1024 * 8 - 1, BitConverter.ToUInt32(table, 4));
        Assert.Equal([0x0C, 0x20, 0x0F, 0x52, 0x10, 0xD8, 0x00, 0xFF], table[28..36]);
        Assert.Equal(8u, BitConverter.ToUInt32(table, 40) >> 4 & 0xF); // 256-byte page
        Assert.Equal(sfdp[0x80..0x84], pins.Send([0x5A, 0, 0, 0x80, 0], 4));
    }

    [Fact]
    public void Sfdp_erase_times_cover_the_chips_row()
    {
        using var pins = new ChipOnPins();

        uint times = BitConverter.ToUInt32(pins.Send([0x5A, 0, 0, 0x80 + 36, 0], 4));
        uint factor = 2 * ((times & 0xF) + 1);
        double[] typical = [45, 120, 150];
        double[] max = [400, 1600, 2000];

        for (int i = 0; i < 3; i++)
        {
            uint field = times >> (4 + 7 * i) & 0x7F;
            uint ms = ((field & 0x1F) + 1) * (field >> 5 == 1 ? 16u : 0u);
            Assert.InRange(ms, typical[i], typical[i] * 1.2);
            Assert.True(ms * factor >= max[i]);
        }
    }

    [Fact]
    public void Stuck_busy_never_ends_and_changes_nothing()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 9);
        using var pins = new ChipOnPins(cells: cells);
        pins.Chip.StuckBusy = true;
        pins.Send([0x06]);
        pins.Send(ChipOnPins.At(0x20, 0));
        pins.Wait(TimeSpan.FromMinutes(10));

        Assert.Equal(0x01, pins.Status & 1);
        Assert.True(pins.Cells.SequenceEqual(cells));
    }

    [Fact]
    public void A_read_flip_shows_once_after_the_reads_it_skips_and_leaves_the_cells_alone()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, 10);
        using var pins = new ChipOnPins(cells: cells);
        pins.Chip.ReadFlipOnce = new ReadFlip(0x45678, 3, Skip: 1);
        byte[] right = cells[0x45670..0x45680];
        byte[] wrong = [.. right];
        wrong[8] ^= 0x08;

        Assert.Equal(right, Read());
        Assert.Equal(wrong, Read());
        Assert.Equal(right, Read());
        Assert.Null(pins.Chip.ReadFlipOnce);
        Assert.True(pins.Cells.SequenceEqual(cells));

        byte[] Read() => pins.Send(ChipOnPins.At(0x03, 0x45670), 16);
    }
}
