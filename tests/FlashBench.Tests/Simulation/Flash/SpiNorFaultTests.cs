using FlashBench.Simulation.Flash;
using static FlashBench.Tests.Simulation.Flash.ChipOnPins;

namespace FlashBench.Tests.Simulation.Flash;

public sealed class SpiNorFaultTests
{
    private static readonly byte[] Id = [0xEF, 0x40, 0x14];

    [Fact]
    public void No_chip_under_the_clip_reads_ff_and_does_nothing()
    {
        using var pins = new ChipOnPins();
        pins.Chip.Faults.Absent = true;

        Assert.Equal([0xFF, 0xFF, 0xFF], pins.Send([0x9F], 3));
        pins.Send([0x06]);
        pins.Chip.Faults.Absent = false;
        Assert.Equal(Id, pins.Send([0x9F], 3));
        Assert.Equal(0x00, pins.Status);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_held_line_reads_its_level_but_the_chip_hears(byte level)
    {
        using var pins = new ChipOnPins();
        pins.Chip.Faults.StuckMiso = level;

        Assert.Equal([level, level, level], pins.Send([0x9F], 3));
        pins.Send([0x06]);
        pins.Chip.Faults.StuckMiso = null;
        Assert.Equal(0x02, pins.Status);
    }

    [Fact]
    public void A_late_line_shifts_every_answer_by_one_bit()
    {
        using var pins = new ChipOnPins();
        pins.Chip.Faults.LateMiso = true;

        Assert.Equal([0xF7, 0xA0, 0x0A], pins.Send([0x9F], 3));
        bool[] bits = new bool[32];
        pins.Chip.Select(pins.Now);
        for (int i = 0; i < bits.Length; i++)
            bits[i] = pins.Chip.ClockBit(pins.Now, (0x9F >> Math.Max(7 - i, 0) & 1) != 0 && i < 8);
        pins.Chip.Deselect(pins.Now);
        Assert.Equal(0xF7A00Au, bits.Skip(8).Aggregate(0u, (value, bit) => value << 1 | (bit ? 1u : 0)));
    }

    [Fact]
    public void An_unstable_id_is_right_only_now_and_then_and_the_same_for_one_seed()
    {
        byte[][] Answers()
        {
            using var pins = new ChipOnPins();
            pins.Chip.Faults.UnstableId = true;
            return [.. Enumerable.Range(0, 100).Select(_ => pins.Send([0x9F], 3))];
        }

        byte[][] first = Answers();
        Assert.InRange(first.Count(answer => answer.SequenceEqual(Id)), 30, 70);
        Assert.Equal(first, Answers());
    }

    [Fact]
    public void A_chip_that_ignores_write_enable_changes_nothing()
    {
        using var pins = new ChipOnPins();
        pins.Chip.Faults.IgnoresWriteEnable = true;

        pins.Change(At(0x02, 0, 0x00));
        pins.Send([0x50]);
        pins.Send([0x01, 0x04]);
        Assert.Equal((0xFF, 0x00), (pins.Cells[0], pins.Status));
    }

    [Fact]
    public void Cells_can_survive_an_erase_or_a_program()
    {
        using var pins = new ChipOnPins(cells: new byte[1 << 20]);
        pins.Chip.Faults.EraseLeaves = new CellBits(0x1234, 0x18);
        pins.Chip.Faults.ProgramLeaves = new CellBits(0x1010, 0x01);

        pins.Change(At(0x20, 0x1000));
        Assert.Equal((0xE7, 0xFF, 0x00), (pins.Cells[0x1234], pins.Cells[0x1233], pins.Cells[0x2000]));
        pins.Change(At(0x02, 0x1010, 0x00, 0x00));
        Assert.Equal((0x01, 0x00), (pins.Cells[0x1010], pins.Cells[0x1011]));
        pins.Change(At(0x20, 0x4000));
        Assert.Equal(0xFF, pins.Cells[0x4234]);
    }

    [Theory]
    [InlineData(null, 0x000, 3.0)]
    [InlineData(0x1FFu, 0x100, 3.0)]
    [InlineData(0x1FFu, 0x200, 0.4)]
    public void A_slow_page_takes_its_time(uint? slow, int page, double ms)
    {
        using var pins = new ChipOnPins();
        pins.Chip.ExactTimes = true;
        pins.Chip.Faults.SlowPage = new SlowPage(TimeSpan.FromMilliseconds(3), slow);

        pins.Send([0x06]);
        pins.Send(At(0x02, (uint)page, 0x00));
        pins.Wait(TimeSpan.FromMilliseconds(ms - 0.003));
        Assert.Equal(0x03, pins.Status);
        pins.Wait(TimeSpan.FromMilliseconds(0.003));
        Assert.Equal(0x00, pins.Status);
    }

    [Fact]
    public void A_flaky_bit_reads_wrong_as_often_as_was_asked_for_and_the_cell_stays()
    {
        using var pins = new ChipOnPins();
        pins.Chip.Faults.FlakyBit = new FlakyBit(0x77, 3, 0.25);

        int wrong = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] read = pins.Send(At(0x03, 0x70), 16);
            Assert.All(read.Where((_, at) => at != 7), value => Assert.Equal(0xFF, value));
            wrong += read[7] == 0xF7 ? 1 : 0;
        }

        Assert.InRange(wrong, 200, 300);
        Assert.Equal(0xFF, pins.Cells[0x77]);
    }
}
