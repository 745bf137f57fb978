using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorRegistersTests
{
    private static readonly SpiNorChip Winbond = SpiNorChips.ByName("W25Q128")!;

    private static readonly SpiNorChip Macronix = SpiNorChips.Find(0xC22539)!;

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, true, false)]   // a part of both ways
    [InlineData(true, false, false)]  // only 01h with two bytes
    [InlineData(false, true, false)]  // only 01h with one byte, and 31h
    [InlineData(true, true, true)]    // one byte would clear register 2
    public async Task Registers_are_written_whatever_way_the_part_takes(bool two, bool one, bool clears)
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time)
        {
            Protect1 = 0x1C,
            Status2 = 0x02,
            Status3 = 0x60,
            TakesTwoBytes = two,
            TakesOneByte = one,
            OneByteClearsRegister2 = clears,
        };
        var registers = new SpiNorRegisters(bus, Winbond, _time);

        var target = new SpiNorStatus(0x24, 0x42, 0x60);
        bool isVolatile = _time.Run(
            () => registers.WriteAsync(target, RegisterWrite.VolatileIfPossible, null, Cancel));

        Assert.Equal((0x24, 0x42, 0x60), (bus.Protect1, bus.Status2, bus.Status3));
        Assert.True(isVolatile);
        Assert.DoesNotContain(bus.Frames, frame => frame[0] == 0x06);
        Assert.Contains(bus.Frames, frame => frame[0] == 0x50);
    }

    [Fact]
    public async Task A_lasting_write_takes_write_enable()
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time) { Protect1 = 0x1C };

        bool isVolatile = Write(bus, Winbond, new SpiNorStatus(0, 0, 0), RegisterWrite.Lasting);

        Assert.Equal((false, 0), (isVolatile, (int)bus.Protect1));
        Assert.DoesNotContain(bus.Frames, frame => frame[0] == 0x50);
    }

    [Fact]
    public async Task Nothing_is_sent_when_nothing_changes()
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time) { Protect1 = 0x1C, Status2 = 0x82 };

        Write(bus, Winbond, new SpiNorStatus(0x1F, 0x02, 0), RegisterWrite.Lasting); // WIP, WEL, SUS do not count

        Assert.All(bus.Frames, frame => Assert.Contains(frame[0], new byte[] { 0x05, 0x35, 0x15 }));
    }

    [Theory]
    [InlineData(0x00, 0x03, 0x00, GuardedBits.RegisterLock)]
    [InlineData(0x00, 0x0A, 0x00, GuardedBits.SecurityLocks)]
    [InlineData(0x00, 0x22, 0x00, GuardedBits.SecurityLocks)]
    [InlineData(0x00, 0x06, 0x00, GuardedBits.SecurityLocks)]   // LB of GD25QxxC
    [InlineData(0x00, 0x02, 0x04, GuardedBits.IndividualLocks)]
    [InlineData(0x00, 0x02, 0x20, GuardedBits.UnknownBits)]
    public async Task Guarded_bits_are_written_only_with_the_typed_words(
        byte one, byte two, byte three, GuardedBits guarded)
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time) { Status2 = 0x02 };
        var target = new SpiNorStatus(one, two, three);

        FlashChipException error = Fails(bus, Winbond, target);

        Assert.Contains($"{guarded} would change", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0x06 or 0x50 or 0x01 or 0x31 or 0x11);

        Assert.Null(TypedConfirmation.From(Winbond, guarded, "yes"));
        TypedConfirmation other = TypedConfirmation.From(Macronix, guarded, $"C22539 {guarded}")!;
        _time.Run(() => Assert.ThrowsAsync<FlashChipException>(() => new SpiNorRegisters(bus, Winbond, _time)
            .WriteAsync(target, RegisterWrite.Lasting, other, Cancel)));
        TypedConfirmation typed = TypedConfirmation.From(Winbond, guarded, $"EF4018 {guarded}")!;
        _time.Run(() => new SpiNorRegisters(bus, Winbond, _time)
            .WriteAsync(target, RegisterWrite.Lasting, typed, Cancel));
        Assert.Equal((one, two, three), (bus.Protect1, bus.Status2, bus.Status3));
    }

    [Fact]
    public async Task Srp1_of_a_part_that_keeps_it_in_the_place_of_cmp_is_guarded()
    {
        SpiNorChip chip = SpiNorChips.Identify(0xC84019, sfdp: null, "")! with
        {
            Registers = SpiNorRegisterLayout.Three,
            ProtectionScheme = SpiNorProtectionScheme.Winbond with { Complement = null },
        };
        await using var bus = new ScriptedSpiNor(chip, _time);

        Assert.Contains(
            "RegisterLock", Fails(bus, chip, new SpiNorStatus(0, 0x40, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Macronix_registers_are_written_together_and_tb_is_guarded()
    {
        await using var bus = new ScriptedSpiNor(Macronix, _time) { Protect1 = 0x7C, Status2 = 0x07 };

        Write(bus, Macronix, new SpiNorStatus(0x40, 0x07, 0), RegisterWrite.Lasting);

        Assert.Equal(["05", "15"], bus.Frames.Take(2).Select(Convert.ToHexString));
        Assert.Contains(bus.Frames, frame => Convert.ToHexString(frame) == "014007");
        Assert.Contains("OneTimeTopBottom", Fails(bus, Macronix, new SpiNorStatus(0x40, 0x0F, 0)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chip_of_one_register_gets_one_byte_and_no_other_register()
    {
        SpiNorChip chip = SpiNorChips.ByName("N25Q064")!;
        await using var bus = new ScriptedSpiNor(chip, _time) { Protect1 = 0x40 };

        Write(bus, chip, new SpiNorStatus(0x04, 0, 0), RegisterWrite.VolatileIfPossible);

        Assert.Contains(bus.Frames, frame => Convert.ToHexString(frame) == "0104");
        Assert.DoesNotContain(bus.Frames, frame => frame[0] is 0x35 or 0x15 or 0x50); // 50h clears flags here
        Assert.Throws<FlashChipException>(() => Write(bus, chip, new SpiNorStatus(0x04, 1, 0), RegisterWrite.Lasting));
    }

    [Fact]
    public async Task An_old_part_without_the_third_register_is_not_taken_for_locked()
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time) { Status3 = 0xFF };

        SpiNorStatus status = _time.Run(() => new SpiNorRegisters(bus, Winbond, _time).ReadAsync(Cancel));

        Assert.Equal(0, status.Register3);
    }

    [Fact]
    public async Task Registers_that_are_locked_are_told()
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time)
        {
            Protect1 = 0x9C,
            TakesTwoBytes = false,
            TakesOneByte = false,
        };

        FlashChipException error = Fails(bus, Winbond, new SpiNorStatus(0x80, 0, 0));

        Assert.Contains("did not take SR1=0x80", error.Message, StringComparison.Ordinal);
        Assert.Contains("locked while WP# is low", error.Message, StringComparison.Ordinal);
        Assert.Contains("ignored", error.Message, StringComparison.Ordinal);
        Assert.Equal(0x04, bus.Frames.Last(frame => frame[0] is 0x04 or 0x06)[0]); // the latch is left cleared
        Assert.True(_time.GetElapsedTime(0) < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_register_write_that_never_ends_is_given_up()
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time) { Protect1 = 0x1C, Duration = TimeSpan.FromHours(1) };

        Assert.Contains("still busy", Fails(bus, Winbond, default).Message, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(0).TotalSeconds, 1, 1.1);
    }

    [Theory]
    [InlineData(0xFF, "MISO open")]
    [InlineData(0x03, "two masters")]
    public async Task A_chip_that_cannot_be_asked_is_told(byte heard, string cause)
    {
        await using var bus = new ScriptedSpiNor(Winbond, _time)
        {
            Hear = (opcode, _, answer) => opcode == 0x05 ? [.. answer.Select(_ => heard)] : answer,
        };

        Assert.Contains(cause, Fails(bus, Winbond, default).Message, StringComparison.Ordinal);
    }

    private bool Write(ScriptedSpiNor bus, SpiNorChip chip, SpiNorStatus target, RegisterWrite how) =>
        _time.Run(() => new SpiNorRegisters(bus, chip, _time).WriteAsync(target, how, null, Cancel));

    private FlashChipException Fails(ScriptedSpiNor bus, SpiNorChip chip, SpiNorStatus target) =>
        _time.Run(() => Assert.ThrowsAsync<FlashChipException>(
            () => new SpiNorRegisters(bus, chip, _time).WriteAsync(target, RegisterWrite.Lasting, null, Cancel)));
}
