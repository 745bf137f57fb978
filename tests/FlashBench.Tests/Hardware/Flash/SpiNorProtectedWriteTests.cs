using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorProtectedWriteTests
{
    private static readonly SpiNorChip Chip = SpiNorChips.Find(0xEF4018)!;

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0x04, 0x00, 0x00, 0xFC0000)]  // BP0: the upper 256 KiB
    [InlineData(0x24, 0x00, 0x00, 0x000000)]  // BP0 TB: the lower
    [InlineData(0x04, 0x40, 0x00, 0x000000)]  // BP0 CMP: all but the upper
    [InlineData(0x00, 0x40, 0x00, 0x800000)]  // CMP alone: everything
    [InlineData(0x00, 0x00, 0x04, 0x800000)]  // WPS: individual locks
    public async Task A_write_into_a_protected_range_is_refused_before_anything_is_sent(
        byte register1, byte register2, byte register3, uint address)
    {
        await using var bus = new ScriptedSpiNor(Chip, _time)
        {
            Protect1 = register1,
            Status2 = register2,
            Status3 = register3,
        };
        var flash = new SpiNorFlash(bus, Chip, _time);

        foreach (Func<Task> write in new Func<Task>[]
        {
            () => flash.EraseAsync(Chip.Erases[^1], address, Cancel),
            () => flash.ProgramPageAsync(address, new byte[1], Cancel),
        })
        {
            FlashChipException error = _time.Run(() => Assert.ThrowsAsync<FlashChipException>(write));
            Assert.Contains("write refused", error.Message, StringComparison.Ordinal);
            Assert.Contains($"SR1=0x{register1:X2} SR2=0x{register2:X2} SR3=0x{register3:X2}", error.Message,
                StringComparison.Ordinal);
        }

        Assert.All(bus.Frames, frame => Assert.Contains(frame[0], new byte[] { 0x05, 0x35, 0x15 }));
    }

    [Fact]
    public async Task A_write_beside_the_protected_range_is_done()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time) { Protect1 = 0x04 };
        var flash = new SpiNorFlash(bus, Chip, _time);

        _time.Run(() => flash.EraseAsync(Chip.Erases[^1], 0xFB0000, Cancel));

        Assert.Contains(bus.Frames, frame => frame[0] == 0xD8);
    }

    [Fact]
    public async Task Protection_that_appears_between_two_writes_stops_the_second()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time);
        var flash = new SpiNorFlash(bus, Chip, _time);
        _time.Run(() => flash.EraseAsync(Chip.Erases[0], 0, Cancel));
        bus.Protect1 = 0x1C;

        FlashChipException error = _time.Run(
            () => Assert.ThrowsAsync<FlashChipException>(() => flash.EraseAsync(Chip.Erases[0], 0x1000, Cancel)));

        Assert.Contains("changed by itself", error.Message, StringComparison.Ordinal);
        Assert.Single(bus.Frames, frame => frame[0] == 0x20);
    }

    [Fact]
    public async Task The_protection_is_told_in_words()
    {
        await using var bus = new ScriptedSpiNor(Chip, _time) { Protect1 = 0x84, Status2 = 0x01 };
        var flash = new SpiNorFlash(bus, Chip, _time);

        SpiNorProtection protection = _time.Run(() => flash.ReadProtectionAsync(Cancel));

        Assert.Equal(
            "0xFC0000-0xFFFFFF is protected, SR1=0x84 SR2=0x01 SR3=0x00, status registers locked for good",
            protection.ToString());
    }
}
