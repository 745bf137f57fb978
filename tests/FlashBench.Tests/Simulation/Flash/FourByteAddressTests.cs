using FlashBench.Simulation.Flash;
using static FlashBench.Tests.Simulation.Flash.ChipOnPins;

namespace FlashBench.Tests.Simulation.Flash;

// Parts above 16 MiB: spi-flash.md 1.6.
public sealed class FourByteAddressTests
{
    private const uint High = 0x0123_4500;
    private const uint Low = 0x0023_4500;

    [Fact]
    public void Instructions_with_four_bytes_reach_the_upper_half_of_a_jv()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q256JV);

        pins.Change(At4(0x12, High, 0x5A));
        Assert.Equal((0xFF, 0x5A), (pins.Cells[(int)Low], pins.Cells[(int)High]));
        Assert.Equal([0x5A], pins.Send(At4(0x13, High), 1));
        Assert.Equal([0x5A], pins.Send(At4(0x0C, High, 0), 1));
        Assert.Equal([0xFF], pins.Send(At(0x03, Low), 1));
        foreach (byte erase in (byte[])[0x21, 0x5C, 0xDC])
        {
            pins.Change(At4(0x12, High, 0x00));
            pins.Change(At4(erase, High));
            Assert.Equal(0xFF, pins.Cells[(int)High]);
        }
    }

    [Theory]
    [InlineData(nameof(SimulatedParts.W25Q256JV), 0x35, 0x15, 0x01)]
    [InlineData(nameof(SimulatedParts.MX25L25635E), 0x05, 0x15, 0x20)]
    [InlineData(nameof(SimulatedParts.MX25L25635F), 0x05, 0x15, 0x20)]
    public void The_mode_gives_the_common_instructions_a_fourth_address_byte(
        string name, byte any, byte register, byte flag)
    {
        using var pins = new ChipOnPins(SimulatedParts.ByName(name)!);

        pins.Send([0xB7]);
        Assert.Equal(flag, pins.Send([register], 1)[0] & flag);
        Assert.Equal(0, pins.Send([any], 1)[0] & 0x02);
        pins.Change(At4(0x02, High, 0x5A));
        Assert.Equal([0x5A], pins.Send(At4(0x03, High), 1));
        pins.Change(At4(0x20, High));
        Assert.Equal(0xFF, pins.Cells[(int)High]);
        pins.Send([0xE9]);
        Assert.Equal(0, pins.Send([register], 1)[0] & flag);
        pins.Change(At(0x02, Low, 0x5A));
        Assert.Equal(0x5A, pins.Cells[(int)Low]);
    }

    [Fact]
    public void An_fv_programs_and_erases_with_three_bytes_only_but_reads_with_four()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q256FV);

        foreach (byte opcode in (byte[])[0x12, 0x21, 0x5C, 0xDC])
        {
            pins.Send([0x06]);
            pins.Send(opcode == 0x12 ? At4(opcode, High, 0x00) : At4(opcode, High));
            Assert.Equal(0x02, pins.Status);
        }

        Assert.Equal([0xFF], pins.Send(At4(0x13, High), 1));
        Assert.Equal(0xFF, pins.Cells[(int)High]);
    }

    [Fact]
    public void An_fv_needs_the_latch_for_its_mode_and_takes_it()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q256FV);

        pins.Send([0xB7]);
        Assert.Equal(0x60, pins.Status3);
        pins.Send([0x06]);
        pins.Send([0xB7]);
        Assert.Equal((0x00, 0x61), (pins.Status, pins.Status3));
    }

    [Fact]
    public void An_fv_that_left_its_mode_answers_from_the_upper_half()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q256FV);
        pins.Send([0x06]);
        pins.Send([0xB7]);
        pins.Change(At4(0x02, High, 0x5A));

        pins.Send([0x06]);
        pins.Send([0xE9]);
        Assert.Equal([0x01], pins.Send([0xC8], 1));
        Assert.Equal([0x5A], pins.Send(At(0x03, Low), 1));
        pins.Send([0x06]);
        pins.Send([0xC5, 0x00]);
        Assert.Equal([0xFF], pins.Send(At(0x03, Low), 1));
        Assert.Equal(0x00, pins.Status);
    }

    [Fact]
    public void The_extended_address_register_needs_the_latch_and_chooses_the_half()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q256JV);

        pins.Send([0xC5, 0x01]);
        Assert.Equal([0x00], pins.Send([0xC8], 1));
        pins.Send([0x06]);
        pins.Send([0xC5, 0x01]);
        pins.Change(At(0x02, Low, 0x5A));
        Assert.Equal(0x5A, pins.Cells[(int)High]);
        pins.Send([0x66]);
        pins.Send([0x99]);
        pins.Wait(TimeSpan.FromMilliseconds(1));
        Assert.Equal([0x00], pins.Send([0xC8], 1));
    }

    [Fact]
    public void A_reset_leaves_the_mode_unless_the_part_powers_up_in_it()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q256JV);
        pins.Send([0xB7]);
        pins.Send([0x66]);
        pins.Send([0x99]);
        pins.Wait(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0x60, pins.Status3);

        pins.Change([0x11, 0x62]);
        Assert.Equal(0x62, pins.Status3);
        pins.Supply(false);
        pins.Supply(true);
        Assert.Equal(0x63, pins.Status3);
    }

    [Theory]
    [InlineData(nameof(SimulatedParts.W25Q256JV), 0x04, 0x00, 0x01FF_0000, 0x0200_0000)]
    [InlineData(nameof(SimulatedParts.W25Q256JV), 0x44, 0x00, 0x0000_0000, 0x0001_0000)]
    [InlineData(nameof(SimulatedParts.W25Q256JV), 0x24, 0x00, 0x0100_0000, 0x0200_0000)]
    [InlineData(nameof(SimulatedParts.W25Q256JV), 0x04, 0x40, 0x0000_0000, 0x01FF_0000)]
    [InlineData(nameof(SimulatedParts.W25Q256JV), 0x28, 0x00, 0x0000_0000, 0x0200_0000)]
    [InlineData(nameof(SimulatedParts.MX25L25635F), 0x04, 0x00, 0x01FF_0000, 0x0200_0000)]
    [InlineData(nameof(SimulatedParts.MX25L25635F), 0x08, 0x08, 0x0000_0000, 0x0002_0000)]
    [InlineData(nameof(SimulatedParts.MX25L25635F), 0x24, 0x00, 0x0100_0000, 0x0200_0000)]
    [InlineData(nameof(SimulatedParts.MX25L25635F), 0x3C, 0x00, 0x0000_0000, 0x0200_0000)]
    public void Four_protection_bits_name_a_range(string name, byte first, byte second, int start, int end)
    {
        using var pins = new ChipOnPins(SimulatedParts.ByName(name)!);
        pins.Change([0x01, first, second]);
        pins.Send([0xB7]);

        int last = 0x0200_0000 - 256;
        int[] edges = [0, start - 256, start, end - 256, end, last];
        foreach (int page in edges.Where(at => at >= 0 && at <= last).Distinct())
        {
            pins.Change(At4(0x02, (uint)page, 0x5A));
            Assert.Equal(page >= start && page < end ? 0xFF : 0x5A, pins.Cells[page]);
            pins.Send([0x04]);
        }
    }
}
