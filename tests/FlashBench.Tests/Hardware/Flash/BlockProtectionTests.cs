using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class BlockProtectionTests
{
    private static readonly SpiNorChip Chip = SpiNorChips.ByName("W25Q128")!;

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("W25Q256", 0x04, 0x00, 0x1FF0000, 0x2000000)]      // 64 KiB at the top
    [InlineData("W25Q256", 0x44, 0x00, 0x0000000, 0x0010000)]      // TB
    [InlineData("W25Q256", 0x24, 0x00, 0x1000000, 0x2000000)]      // b=9: half
    [InlineData("W25Q256", 0x28, 0x00, 0x0000000, 0x2000000)]      // b=10: all
    [InlineData("W25Q256", 0x04, 0x40, 0x0000000, 0x1FF0000)]      // CMP
    [InlineData("W25Q512JV", 0x28, 0x00, 0x2000000, 0x4000000)]    // b=10: half of 64 MiB
    [InlineData("W25Q32", 0x18, 0x00, 0x0200000, 0x0400000)]       // half
    [InlineData("GD25Q128", 0x04, 0x00, 0x0FC0000, 0x1000000)]
    [InlineData("MX25U256xx", 0x04, 0x00, 0x1FF0000, 0x2000000)]
    [InlineData("MX25U256xx", 0x04, 0x08, 0x0000000, 0x0010000)]   // TB in the configuration register
    [InlineData("MX25U256xx", 0x64, 0x00, 0x1000000, 0x2000000)]   // QE at bit 6 is no BP bit
    [InlineData("N25Q064", 0x04, 0x00, 0x07F0000, 0x0800000)]      // 64 KiB
    [InlineData("N25Q064", 0x1C, 0x00, 0x0400000, 0x0800000)]      // b=7: 64 sectors
    [InlineData("N25Q064", 0x40, 0x00, 0x0000000, 0x0800000)]      // BP3 at bit 6: b=8, all
    [InlineData("N25Q064", 0x24, 0x00, 0x0000000, 0x0010000)]      // TB at bit 5
    [InlineData("IS25LP128", 0x20, 0x00, 0x0800000, 0x1000000)]    // b=8: 128 blocks
    [InlineData("IS25LP128", 0x20, 0x02, 0x0000000, 0x0800000)]    // TBS in the function register
    public void Every_scheme_decodes_as_its_datasheet_says(string name, byte one, byte two, uint start, uint end)
    {
        SpiNorProtection protection =
            SpiNorProtection.From(new SpiNorStatus(one, two, 0), SpiNorChips.ByName(name)!);

        Assert.Equal((start, end, true), (protection.Start, protection.End, protection.IsDecoded));
    }

    [Theory]
    [InlineData("MX25U256xx", 0x00, 0x07, "writable by software")]        // bit 0 is drive strength there
    [InlineData("MX25U256xx", 0x80, 0x07, "locked while WP# is low")]
    [InlineData("EN25QH64", 0x00, 0x01, "writable by software")]
    [InlineData("GD25LQ255", 0x00, 0x40, "writable by software")]         // one of its parts is not known
    [InlineData("W25Q256", 0x00, 0x01, "locked until the next power-up")]
    public void The_lock_of_the_registers_is_read_where_it_is(string name, byte one, byte two, string words)
    {
        var status = new SpiNorStatus(one, two, 0);

        Assert.Equal(words, SpiNorProtection.From(status, SpiNorChips.ByName(name)!).RegisterLock);
    }

    [Fact]
    public void Gd25q256e_keeps_its_register_lock_where_others_have_cmp()
    {
        SpiNorProtectionScheme scheme = SpiNorChips.Parts.Single(part => part.Variant == "D/E").Scheme!;

        Assert.Equal("locked until the next power-up", new SpiNorStatus(0, 0x40, 0).LockedBy(scheme.RegisterLock));
        Assert.Equal(0u, scheme.RangeOf(new SpiNorStatus(0, 0x40, 0), 32 << 20).LengthBytes);
    }

    [Theory]
    [InlineData(0x04, 0xFE0000)]   // b=1: 2 blocks
    [InlineData(0x1C, 0x800000)]   // b=7: 128 blocks
    [InlineData(0x20, 0x000000)]   // b=8: all
    public void Mx25l12845e_counts_in_128_KiB(byte one, uint start)
    {
        SpiNorProtectionScheme scheme = SpiNorChips.Parts.Single(part => part.Variant == "(12845E)").Scheme!;

        Assert.Equal(new ProtectedRange(start, 16 << 20), scheme.RangeOf(new SpiNorStatus(one, 0, 0), 16 << 20));
    }

    [Fact]
    public async Task A_w25q128_can_protect_these_ranges()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time);

        IReadOnlyList<ProtectedRange> ranges = _time.Run(() => Protection(bus).RangesAsync(Cancel));

        // 4 to 32 KiB and 1/64 to 1/2 at either end, all but these, all and nothing: what flashrom lists for W25Q128FV.
        const uint size = 16 << 20;
        uint[] lengths = [.. Enumerable.Range(12, 4).Concat(Enumerable.Range(18, 6)).Select(log2 => 1u << log2)];
        IEnumerable<ProtectedRange> expected = lengths.Concat(lengths.Select(length => size - length)).Distinct()
            .SelectMany(length => new ProtectedRange[] { new(0, length), new(size - length, size) })
            .Append(new(0, size)).Append(default);
        Assert.Equal(40, ranges.Count);
        Assert.Equal(expected.ToHashSet(), ranges.ToHashSet());
        Assert.Equal(default, ranges[0]);
    }

    [Fact]
    public async Task Every_range_is_set_exactly_and_nothing_else_is_changed()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time) { Protect1 = 0x80, Status2 = 0x02, Status3 = 0x60 };
        BlockProtection protection = Protection(bus);

        foreach (ProtectedRange range in _time.Run(() => protection.RangesAsync(Cancel)))
        {
            _time.Run(() => protection.SetAsync(range, RegisterWrite.VolatileIfPossible, Cancel));
            SpiNorProtection now = _time.Run(() => protection.ReadAsync(Cancel));
            Assert.Equal(range.LengthBytes, now.End - now.Start);
            Assert.True(range.LengthBytes == 0 || range.Start == now.Start);
            Assert.Equal((0x80, 0x02, 0x60), (bus.Protect1 & 0x83, bus.Status2 & 0xBF, bus.Status3));
        }
    }

    [Fact]
    public async Task The_setting_with_the_fewest_changed_bits_is_taken()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time) { Protect1 = 0x60, Status2 = 0x40 };

        _time.Run(() => Protection(bus).ClearAsync(Cancel));

        Assert.Equal((0x60, 0x00), (bus.Protect1, bus.Status2)); // CMP alone; TB and SEC mean nothing with BP 0
    }

    [Fact]
    public async Task Protection_is_cleared_volatile_and_restored_at_the_end()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time) { Protect1 = 0x34, Status2 = 0x42, Status3 = 0x60 };
        BlockProtection protection = Protection(bus);

        ProtectionChange change = _time.Run(() => protection.ClearAsync(Cancel));
        Assert.Equal("nothing", Words(_time.Run(() => protection.ReadAsync(Cancel))));
        _time.Run(() => protection.RestoreAsync(change));

        Assert.True(change.IsVolatile);
        Assert.Equal((0x34, 0x42, 0x60), (bus.Protect1, bus.Status2, bus.Status3));
        Assert.DoesNotContain(bus.Frames, frame => frame[0] == 0x06);
    }

    [Fact]
    public async Task A_part_without_volatile_registers_is_cleared_lastingly_and_restored()
    {
        SpiNorChip chip = SpiNorChips.Find(0xC22539)!;
        await using var bus = new ScriptedSpiNor(chip, _time) { Protect1 = 0x7C, Status2 = 0x0F };
        var protection = new BlockProtection(bus, chip, _time);

        ProtectionChange change = _time.Run(() => protection.ClearAsync(Cancel));
        Assert.Equal((0x40, 0x0F), (bus.Protect1, bus.Status2)); // QE and the one-time TB stay
        _time.Run(() => protection.RestoreAsync(change));

        Assert.False(change.IsVolatile);
        Assert.Equal((0x7C, 0x0F), (bus.Protect1, bus.Status2));
        Assert.DoesNotContain(bus.Frames, frame => frame[0] == 0x50);
    }

    [Fact]
    public async Task A_one_time_bit_is_not_used_to_reach_a_range()
    {
        SpiNorChip chip = SpiNorChips.Find(0xC22539)!;
        await using var bus = new ScriptedSpiNor(chip, _time);
        var protection = new BlockProtection(bus, chip, _time);

        FlashChipException error = _time.Run(() => Assert.ThrowsAsync<FlashChipException>(
            () => protection.SetAsync(new ProtectedRange(0, 0x10000), RegisterWrite.Lasting, Cancel)));

        Assert.Contains("cannot protect 0x000000-0x00FFFF; nearest are", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0x06 or 0x01);
    }

    [Fact]
    public async Task A_chip_of_unknown_scheme_counts_as_protected_whole_and_can_be_cleared()
    {
        SpiNorChip chip = SpiNorChips.ByName("EN25QH64")!;
        await using var bus = new ScriptedSpiNor(chip, _time) { Protect1 = 0x44 };
        var protection = new BlockProtection(bus, chip, _time);

        SpiNorProtection before = _time.Run(() => protection.ReadAsync(Cancel));
        _time.Run(() => Assert.ThrowsAsync<FlashChipException>(() => protection.RangesAsync(Cancel)));
        _time.Run(() => protection.ClearAsync(Cancel));

        Assert.Equal((0u, chip.SizeBytes, false), (before.Start, before.End, before.IsDecoded));
        Assert.Equal(0x40, bus.Protect1);
        Assert.True(_time.Run(() => protection.ReadAsync(Cancel)).IsDecoded);
    }

    [Fact]
    public async Task Individual_locks_are_reported_as_ranges_and_not_written()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time)
        {
            Status3 = 0x04,
            IsLocked = address => address is 0x1000 or 0x2000 or 0x30000 or 0x40000 or 0xFFF000,
        };
        BlockProtection protection = Protection(bus);

        IReadOnlyList<ProtectedRange> locked = _time.Run(() => protection.ReadIndividualLocksAsync(Cancel))!;

        Assert.Equal([new(0x1000, 0x3000), new(0x30000, 0x50000), new(0xFFF000, 0x1000000)], locked);
        Assert.Equal(16 + 254 + 16, bus.Frames.Count(frame => frame[0] == 0x3D));
        Assert.Contains("WPS", _time.Run(() => Assert.ThrowsAsync<FlashChipException>(
            () => protection.ClearAsync(Cancel))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0x06 or 0x50);
    }

    [Fact]
    public async Task A_chip_without_individual_locks_has_none_to_report()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time);

        Assert.Null(_time.Run(() => Protection(bus).ReadIndividualLocksAsync(Cancel)));
    }

    private BlockProtection Protection(ScriptedSpiNor bus) => new(bus, Chip, _time);

    private static string Words(SpiNorProtection protection) =>
        new ProtectedRange(protection.Start, protection.End).ToString();
}
