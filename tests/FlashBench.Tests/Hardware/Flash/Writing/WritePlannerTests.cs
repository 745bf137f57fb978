using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Flash.Writing;

namespace FlashBench.Tests.Hardware.Flash.Writing;

public sealed class WritePlannerTests
{
    private const int Block = 64 * 1024, Sector = 4096, Page = 256, Sectors = Block / Sector;

    private static readonly SpiNorChip WithHalves = SpiNorChips.Find(0xEF4018)!;
    private static readonly SpiNorChip Chip =
        WithHalves with { Erases = [WithHalves.Erases[0], WithHalves.Erases[^1]] };

    private readonly WritePlanner _planner = new(Chip, WriteCosts.Of(Chip, 1_500_000));
    private readonly byte[] _current = new byte[Block], _target = new byte[Block];
    private readonly SectorState[] _sectors = new SectorState[Sectors];

    public WritePlannerTests()
    {
        new Random(7).NextBytes(_current);
        _current.CopyTo(_target, 0);
        Array.Fill(_sectors, SectorState.Known);
    }

    [Fact]
    public void An_equal_block_needs_nothing()
    {
        Assert.True(Plan().IsEmpty);
    }

    [Fact]
    public void A_sector_that_only_loses_bits_is_programmed_without_an_erase_and_only_where_it_changes()
    {
        _target[5 * Sector + 300] &= 0x0F;
        _target[5 * Sector + 310] = 0;

        BlockPlan plan = Plan();

        Assert.Empty(plan.Erases);
        PageStep page = Assert.Single(plan.Pages);
        Assert.Equal(5u * Sector + 300, page.Address);
        Assert.Equal(11, page.Data.Length);
    }

    [Fact]
    public void One_changed_sector_is_erased_alone()
    {
        _target[9 * Sector + 1] = (byte)(_current[9 * Sector + 1] ^ 0xFF);

        EraseStep erase = Assert.Single(Plan().Erases);

        Assert.Equal((9u * Sector, (uint)Sector), (erase.Address, erase.Command.SizeBytes));
    }

    [Fact]
    public void A_block_that_changes_everywhere_is_erased_at_once()
    {
        new Random(8).NextBytes(_target);

        EraseStep erase = Assert.Single(Plan().Erases);

        Assert.Equal((0u, (uint)Block), (erase.Address, erase.Command.SizeBytes));
    }

    [Fact]
    public void Blank_target_pages_are_not_programmed_and_their_blank_ends_are_cut()
    {
        Array.Fill(_target, (byte)0xFF);
        _target[3 * Page + 40] = 0x12;
        _target[3 * Page + 50] = 0x34;

        PageStep page = Assert.Single(Plan().Pages);

        Assert.Equal(3u * Page + 40, page.Address);
        Assert.Equal(11, page.Data.Length);
    }

    [Fact]
    public void The_32_KiB_erase_is_taken_where_it_is_the_cheapest()
    {
        var planner = new WritePlanner(WithHalves, WriteCosts.Of(WithHalves, 1_500_000));
        new Random(9).NextBytes(_target.AsSpan(0, 32768));

        EraseStep erase = Assert.Single(planner.Plan(0, _current, _target, _sectors).Erases);

        Assert.Equal(0x52, erase.Command.Opcode);
    }

    [Fact]
    public void A_sector_out_of_the_job_keeps_the_block_from_being_erased_at_once()
    {
        new Random(10).NextBytes(_target);
        _sectors[15] = SectorState.Untouchable;

        BlockPlan plan = Plan();

        Assert.Equal(15, plan.Erases.Count);
        Assert.All(plan.Erases, step => Assert.True(step.Address + step.Command.SizeBytes <= 15 * Sector));
        Assert.All(plan.Pages, step => Assert.True(step.Address < 15 * Sector));
    }

    [Fact]
    public void An_unknown_sector_is_erased_even_if_its_target_is_blank()
    {
        Array.Fill(_sectors, SectorState.Equal);
        _sectors[2] = SectorState.Unknown;
        Array.Fill(_target, (byte)0xFF, 2 * Sector, Sector);

        BlockPlan plan = Plan();

        Assert.Equal(2u * Sector, Assert.Single(plan.Erases).Address);
        Assert.Empty(plan.Pages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_plan_gives_the_target_by_the_rules_of_flash_and_leaves_alone_what_it_must(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 60; round++)
        {
            SpiNorChip chip = random.Next(2) == 0 ? Chip : WithHalves;
            (byte[] cells, byte[] target, SectorState[] sectors) = Draw(random);
            byte[] shown = (byte[])cells.Clone();
            for (int i = 0; i < Sectors; i++)
            {
                if (sectors[i] is SectorState.Unknown or SectorState.Untouchable or SectorState.Equal)
                    random.NextBytes(shown.AsSpan(i * Sector, Sector)); // the planner must not look at these
            }

            WriteCosts costs = WriteCosts.Of(chip, random.Next(2) == 0 ? 1_500_000 : 30_000_000);
            var planner = new WritePlanner(chip, costs);
            BlockPlan plan = planner.Plan(0x30000, shown, target, sectors);
            byte[] result = Carry(plan, cells);

            for (int i = 0; i < Sectors; i++)
            {
                byte[] wanted = sectors[i] == SectorState.Untouchable ? cells : target;
                Assert.Equal(wanted[(i * Sector)..((i + 1) * Sector)], result[(i * Sector)..((i + 1) * Sector)]);
            }

            var plain = new WritePlanner(chip with { Erases = [chip.Erases[0]] }, costs);
            Assert.True(plan.Cost <= plain.Plan(0x30000, shown, target, sectors).Cost);
        }
    }

    private BlockPlan Plan() => _planner.Plan(0, _current, _target, _sectors);

    private static (byte[] Cells, byte[] Target, SectorState[] Sectors) Draw(Random random)
    {
        byte[] cells = new byte[Block], target = new byte[Block];
        var sectors = new SectorState[Sectors];
        random.NextBytes(cells);
        cells.CopyTo(target, 0);
        int untouchable = random.Next(3) == 0 ? random.Next(1, 4) : 0;
        for (int i = 0; i < Sectors; i++)
        {
            Span<byte> wanted = target.AsSpan(i * Sector, Sector);
            sectors[i] = i < untouchable ? SectorState.Untouchable : SectorState.Known;
            switch (random.Next(6))
            {
                case 0: random.NextBytes(wanted); break;
                case 1: wanted.Fill(0xFF); break;
                case 2: wanted[random.Next(Sector)] = 0; break;
                case 3: cells.AsSpan(i * Sector, Sector).Fill(0xFF); break;
                case 4 when sectors[i] == SectorState.Known: sectors[i] = SectorState.Equal; break;
                case 5 when sectors[i] == SectorState.Known: sectors[i] = SectorState.Unknown; break;
                default: break;
            }
        }

        return (cells, target, sectors);
    }

    private static byte[] Carry(BlockPlan plan, byte[] cells)
    {
        byte[] result = (byte[])cells.Clone();
        foreach (EraseStep step in plan.Erases)
        {
            Assert.Equal(0u, step.Address % step.Command.SizeBytes);
            Array.Fill(result, (byte)0xFF, (int)(step.Address - plan.Address), (int)step.Command.SizeBytes);
        }

        foreach (PageStep step in plan.Pages)
        {
            Assert.Equal(step.Address / Page, (step.Address + (uint)step.Data.Length - 1) / Page);
            for (int i = 0; i < step.Data.Length; i++)
                result[(int)(step.Address - plan.Address) + i] &= step.Data.Span[i];
        }

        return result;
    }
}
