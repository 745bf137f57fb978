using System.Buffers.Binary;
using FlashBench.Simulation.Flash;
using static FlashBench.Tests.Simulation.Flash.ChipOnPins;

namespace FlashBench.Tests.Simulation.Flash;

// Register styles, WP#, security registers, SFDP and exact times: spi-flash.md 1.6.
public sealed class PartVariantTests
{
    [Fact]
    public void A_macronix_has_a_configuration_register_and_no_second_status_register()
    {
        using var pins = new ChipOnPins(SimulatedParts.MX25L12835F);

        Assert.Equal((0x00, 0xFF, 0x07), (pins.Status, pins.Status2, pins.Send([0x15], 1)[0]));
        pins.Change([0x01, 0x40]); // QE
        Assert.Equal((0x40, 0x07), (pins.Status, pins.Send([0x15], 1)[0]));
        pins.Change([0x01, 0x00, 0xC7]);
        Assert.Equal((0x00, 0xC7), (pins.Status, pins.Send([0x15], 1)[0]));
        pins.Send([0x50]);
        pins.Send([0x01, 0x04]);
        Assert.Equal(0x00, pins.Status);
        Assert.Equal([0xFF], pins.Send([0x4B, 0, 0, 0, 0], 1));
    }

    [Fact]
    public void The_top_bottom_bit_of_a_macronix_never_goes_back()
    {
        using var pins = new ChipOnPins(SimulatedParts.MX25L12835F);

        pins.Change([0x01, 0x04, 0x0F]);
        pins.Change([0x01, 0x04, 0x07]);
        pins.Supply(false);
        pins.Supply(true);
        Assert.Equal(0x0F, pins.Send([0x15], 1)[0]);
        pins.Change(At(0x02, 0, 0x5A));
        pins.Send([0x04]);
        Assert.Equal(0xFF, pins.Cells[0]);
        pins.Change(At(0x02, 0xFFFF00, 0x5A));
        Assert.Equal(0x5A, pins.Cells[0xFFFF00]);
    }

    [Fact]
    public void One_byte_of_01_clears_the_second_register_of_an_old_winbond()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q64CV);

        pins.Change([0x01, 0x00, 0x4A]); // CMP, LB1, QE
        Assert.Equal(0x4A, pins.Status2);
        pins.Change([0x01, 0x04]);
        Assert.Equal((0x04, 0x08), (pins.Status, pins.Status2)); // LB1 is one-time
        pins.Change([0x31, 0x02]);
        Assert.Equal(0x08, pins.Status2);
        pins.Send([0x04]);
        pins.Send([0x50]);
        pins.Send([0x01, 0x04, 0x02]);
        Assert.Equal(0x0A, pins.Status2);
        pins.Send([0x50]);
        pins.Send([0x01, 0x00]);
        Assert.Equal((0x00, 0x08), (pins.Status, pins.Status2));
        Assert.Equal(0xFF, pins.Status3);
    }

    [Theory]
    [InlineData(nameof(SimulatedParts.W25Q128JV), new byte[] { 0x01, 0x84, 0x00 }, new byte[] { 0x01, 0x84, 0x02 })]
    [InlineData(nameof(SimulatedParts.MX25L12835F), new byte[] { 0x01, 0x84 }, new byte[] { 0x01, 0xC4 })]
    public void A_low_wp_pin_locks_the_registers_if_srp0_says_so_and_qe_does_not(
        string name, byte[] locking, byte[] quad)
    {
        using var pins = new ChipOnPins(SimulatedParts.ByName(name)!);
        pins.Chip.WriteProtectLow = true;
        pins.Change(locking); // not locked yet

        pins.Change([0x01, 0x00, 0x00]);
        Assert.Equal(0x86, pins.Status);
        pins.Send([0x50]);
        pins.Send([0x01, 0x00, 0x00]);
        Assert.Equal(0x86, pins.Status);
        pins.Chip.WriteProtectLow = false;
        pins.Change(quad);
        pins.Chip.WriteProtectLow = true;
        pins.Change([0x01, 0x00, 0x00]);
        Assert.Equal(0x00, pins.Status);
    }

    [Fact]
    public void Srp0_and_srp1_lock_an_fv_for_ever_and_a_jv_until_the_power_cycle()
    {
        foreach (SimulatedPart part in (SimulatedPart[])[SimulatedParts.W25Q128FV, SimulatedParts.W25Q128JV])
        {
            using var pins = new ChipOnPins(part);
            pins.Change([0x01, 0x84, 0x01]);
            pins.Supply(false);
            pins.Supply(true);

            pins.Change([0x01, 0x00, 0x00]);
            Assert.Equal(part.LocksForEver ? 0x86 : 0x00, pins.Status);
        }
    }

    [Fact]
    public void Security_registers_are_erased_programmed_read_and_locked_for_ever()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q128JV);

        pins.Change(At(0x42, 0x2010, 0x12, 0x34));
        pins.Change(At(0x42, 0x2010, 0xF0));
        Assert.Equal([0xFF, 0x10, 0x34, 0xFF], pins.Send(At(0x48, 0x200F, 0), 4));
        Assert.Equal([0xFF], pins.Send(At(0x48, 0x1010, 0), 1));
        pins.Reopen();
        Assert.Equal([0x10], pins.Send(At(0x48, 0x2010, 0), 1));

        pins.Change([0x31, 0x10]); // LB2
        pins.Change(At(0x44, 0x2000));
        Assert.Equal((0x02, 0x10), (pins.Status, pins.Send(At(0x48, 0x2010, 0), 1)[0]));
        pins.Change([0x31, 0x00]);
        Assert.Equal(0x10, pins.Status2);
        pins.Change(At(0x42, 0x3000, 0x77));
        pins.Change(At(0x44, 0x3000));
        Assert.Equal((0x00, 0xFF), (pins.Status, pins.Send(At(0x48, 0x3000, 0), 1)[0]));
        pins.Change(At(0x42, 0x4000, 0x00)); // no such register
        Assert.Equal(0x02, pins.Status);
        Assert.True(pins.Cells[..0x10000].IndexOfAnyExcept((byte)0xFF) < 0);
    }

    [Fact]
    public void A_program_of_a_security_register_that_was_cut_short_leaves_the_old_or_the_new_content()
    {
        foreach (double ms in (double[])[0.05, 0.31])
        {
            using var pins = new ChipOnPins(SimulatedParts.W25Q128JV);
            pins.Chip.ExactTimes = true; // 0.4 ms
            pins.Send([0x06]);
            pins.Send(At(0x42, 0x1000, 0x55));
            pins.Wait(TimeSpan.FromMilliseconds(ms));
            pins.Supply(false);
            pins.Supply(true);
            Assert.Equal(ms < 0.2 ? 0xFF : 0x55, pins.Send(At(0x48, 0x1000, 0), 1)[0]);
        }
    }

    [Fact]
    public void Exact_times_are_the_typical_ones()
    {
        using var pins = new ChipOnPins(SimulatedParts.W25Q128JV);
        pins.Chip.ExactTimes = true;
        foreach ((byte[] command, double ms) in ((byte[], double)[])
            [(At(0x02, 0, 0), 0.4), (At(0x20, 0), 45), (At(0x52, 0), 120), (At(0xD8, 0), 150), ([0xC7], 40_000)])
        {
            pins.Send([0x06]);
            pins.Send(command);
            pins.Wait(TimeSpan.FromMilliseconds(ms - 0.003));
            Assert.Equal(0x03, pins.Status);
            pins.Wait(TimeSpan.FromMilliseconds(0.003));
            Assert.Equal(0x00, pins.Status);
        }
    }

    [Fact]
    public void A_jv_describes_its_times_and_its_four_byte_instructions()
    {
        uint[] basic = Table(SimulatedParts.W25Q256JV, 0, 0x00, out byte minor);
        uint[] four = Table(SimulatedParts.W25Q256JV, 1, 0x84, out _);

        Assert.Equal((6, 16, 2), (minor, basic.Length, four.Length));
        Assert.Equal((0xFFF220E5u, 0x0FFFFFFFu), (basic[0] | 0x700000, basic[1]));
        Assert.Equal(1u, basic[0] >> 17 & 3);
        Assert.Equal((0x520F200Cu, 0xFF00D810u), (basic[7], basic[8]));
        Assert.Equal((0b00100101u, 0b0011_0001_01u), (basic[15] >> 24, basic[15] >> 14 & 0x3FF));
        Assert.Equal((0xFFDC5C21u, 0b1110_0100_0011u), (four[1], four[0] & 0xFFF));
    }

    [Fact]
    public void An_fv_and_a_jv_differ_in_their_revision_and_two_macronix_in_a_claim()
    {
        Assert.Equal(9, Table(SimulatedParts.W25Q256FV, 0, 0x00, out byte minor).Length);
        Assert.Equal(0, minor);
        Assert.Equal(0x10u, Table(SimulatedParts.MX25L25635F, 0, 0x00, out _)[4] & 0x10);
        Assert.Equal(0x00u, Table(SimulatedParts.MX25L25635E, 0, 0x00, out _)[4] & 0x10);
    }

    [Fact]
    public void Parts_that_a_table_names_are_found_by_id_and_size()
    {
        Assert.Same(SimulatedParts.W25Q128JV, SimulatedParts.For(ChipRows.W25Q128));
        SimulatedPart unknown = SimulatedParts.For(ChipRows.W25Q64 with { JedecId = 0x123456, SizeBytes = 1 << 16 });
        Assert.Equal((0x123456u, 65536u, 0.4),
            (unknown.JedecId, unknown.SizeBytes, unknown.PageProgram.Typical.TotalMilliseconds));
        SimulatedPart large = SimulatedParts.For(ChipRows.W25Q64 with { JedecId = 0xC84019, SizeBytes = 1 << 25 });
        Assert.True(large.FourByte.HasFlag(FourByteAddressing.Writes));
        Assert.Equal(
            SimulatedParts.All.Count,
            SimulatedParts.All.Select(part => SimulatedParts.ByName(part.Name)).Distinct().Count());
    }

    private static uint[] Table(SimulatedPart part, int header, byte id, out byte minor)
    {
        using var pins = new ChipOnPins(part);
        byte[] space = pins.Send([0x5A, 0, 0, 0, 0], 256);
        Assert.Equal("SFDP"u8, space.AsSpan(0, 4));
        Assert.InRange(header, 0, space[6]);
        minor = space[4];
        Span<byte> found = space.AsSpan(8 + 8 * header, 8);
        Assert.Equal([id, 0xFF, 1], [found[0], found[7], found[2]]);
        uint[] dwords = new uint[found[3]];
        for (int i = 0; i < dwords.Length; i++)
            dwords[i] = BinaryPrimitives.ReadUInt32LittleEndian(space.AsSpan(found[4] + 4 * i));
        return dwords;
    }
}
