using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

// Rows of the protection tables in the W25Q128JV and W25Q64JV datasheets.
public sealed class SpiNorProtectionTests
{
    private const byte Bp0 = 1 << 2, Bp1 = 1 << 3, Bp2 = 1 << 4, Tb = 1 << 5, Sec = 1 << 6, Cmp = 1 << 6;
    private const uint Size64 = 8 << 20, Size128 = 16 << 20;

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(Tb | Sec, 0, 0, 0)]
    [InlineData(Bp0, 0, 0xFC0000, 0x1000000)]                  // upper 1/64
    [InlineData(Bp1, 0, 0xF80000, 0x1000000)]
    [InlineData(Bp2 | Bp1, 0, 0x800000, 0x1000000)]            // upper 1/2
    [InlineData(Tb | Bp0, 0, 0, 0x040000)]                     // lower 1/64
    [InlineData(Tb | Bp2 | Bp1, 0, 0, 0x800000)]
    [InlineData(Bp2 | Bp1 | Bp0, 0, 0, 0x1000000)]             // all
    [InlineData(Sec | Bp0, 0, 0xFFF000, 0x1000000)]            // upper 4 KiB
    [InlineData(Sec | Bp1 | Bp0, 0, 0xFFC000, 0x1000000)]      // upper 16 KiB
    [InlineData(Sec | Bp2, 0, 0xFF8000, 0x1000000)]            // upper 32 KiB
    [InlineData(Sec | Bp2 | Bp0, 0, 0xFF8000, 0x1000000)]
    [InlineData(Sec | Tb | Bp0, 0, 0, 0x1000)]
    [InlineData(Sec | Tb | Bp2 | Bp0, 0, 0, 0x8000)]
    [InlineData(0, Cmp, 0, 0x1000000)]                         // complement of nothing
    [InlineData(Bp0, Cmp, 0, 0xFC0000)]
    [InlineData(Tb | Bp0, Cmp, 0x040000, 0x1000000)]
    [InlineData(Sec | Tb | Bp1, Cmp, 0x2000, 0x1000000)]
    [InlineData(Bp2 | Bp1 | Bp0, Cmp, 0, 0)]                   // complement of all
    public void The_range_of_a_w25q128_is_the_datasheets(byte register1, byte register2, uint start, uint end) =>
        CheckRange(new SpiNorStatus(register1, register2, 0x60), Size128, start, end);

    [Theory]
    [InlineData(Bp0, 0, 0x7E0000, 0x800000)]                   // upper 128 KiB
    [InlineData(Tb | Bp1, 0, 0, 0x040000)]
    [InlineData(Bp2 | Bp1, 0, 0x400000, 0x800000)]
    [InlineData(Sec | Bp0, 0, 0x7FF000, 0x800000)]
    public void The_range_of_a_w25q64_is_the_datasheets(byte register1, byte register2, uint start, uint end) =>
        CheckRange(new SpiNorStatus(register1, register2, 0x60), Size64, start, end);

    [Fact]
    public void Individual_locks_count_as_the_whole_chip() =>
        CheckRange(new SpiNorStatus(0, Cmp, 0x04), Size128, 0, Size128);

    [Fact]
    public void A_range_is_covered_if_any_of_its_bytes_is()
    {
        SpiNorProtection top = SpiNorProtection.From(new SpiNorStatus(Bp0, 0, 0), Size128);

        Assert.False(top.Covers(0xFB0000, 0x10000));
        Assert.True(top.Covers(0xFB0000, 0x10001));
        Assert.True(top.Covers(0xFFFFFF, 1));
        Assert.True(top.Covers(0, Size128));
    }

    [Theory]
    [InlineData(0x00, 0x00, "writable by software")]
    [InlineData(0x80, 0x00, "locked while WP# is low")]
    [InlineData(0x00, 0x01, "locked until the next power-up")]
    [InlineData(0x80, 0x01, "locked for good")]
    public void The_lock_of_the_registers_is_named(byte register1, byte register2, string words) =>
        Assert.Equal(words, new SpiNorStatus(register1, register2, 0).RegisterLock);

    private static void CheckRange(SpiNorStatus status, uint size, uint start, uint end)
    {
        SpiNorProtection protection = SpiNorProtection.From(status, size);

        foreach (uint address in new[] { 0u, start, end, size / 2, size - 1 }.Where(address => address < size))
            Assert.Equal(address >= start && address < end, protection.Covers(address, 1));
        if (start > 0)
            Assert.False(protection.Covers(start - 1, 1));
        if (end > start)
            Assert.True(protection.Covers(end - 1, 1));
    }
}
