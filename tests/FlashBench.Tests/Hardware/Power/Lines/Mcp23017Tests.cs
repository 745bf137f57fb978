using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Lines;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Power.Lines;

/// <summary>The expander's registers; the kernel's i2c-stub judges the same code in the VM smoke.</summary>
public sealed class Mcp23017Tests
{
    private const byte DirectionA = 0x00, DirectionB = 0x01, Control = 0x0A, LatchA = 0x14, LatchB = 0x15;

    private readonly RegisterDevice _device = new();

    public Mcp23017Tests() => (_device.Registers[DirectionA], _device.Registers[DirectionB]) = (0xFF, 0xFF); // reset

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Mcp23017Line Pin(int pin, bool activeLow = false) => new(
        new Mcp23017(_device, "the MCP23017 at i2c-1:0x20", TimeProvider.System), pin, activeLow,
        new PartIdentity("relay", "pin", Simulated: true));

    [Fact]
    public async Task A_pin_that_was_never_an_output_drives_nothing_and_stays_one_until_the_first_command()
    {
        Assert.Null(await Pin(3).ReadAsync(Cancel));
        Assert.Empty(_device.Writes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_latch_is_written_before_the_pin_becomes_an_output(bool activeLow)
    {
        await Pin(3, activeLow).DriveAsync(!activeLow, Cancel);

        Assert.Equal([((byte)LatchA, 0x08), (DirectionA, 0xF7)], _device.Writes);
    }

    [Fact]
    public async Task Other_pins_keep_latch_and_direction()
    {
        (_device.Registers[LatchB], _device.Registers[DirectionB]) = (0b1010_0101, 0b0000_1111);

        await Pin(8 + 6).DriveAsync(true, Cancel);
        await Pin(8 + 7).DriveAsync(false, Cancel);

        Assert.Equal(0b0110_0101, _device.Registers[LatchB]);
        Assert.Equal(0b0000_1111, _device.Registers[DirectionB]);
        Assert.DoesNotContain(_device.Writes, write => write.Register is LatchA or DirectionA);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_output_is_adopted_with_the_level_that_it_has(bool activeLow)
    {
        (_device.Registers[LatchA], _device.Registers[DirectionA]) = (0x01, 0xFC);

        Assert.Equal(!activeLow, await Pin(0, activeLow).ReadAsync(Cancel));
        Assert.Equal(activeLow, await Pin(1, activeLow).ReadAsync(Cancel));
        Assert.Empty(_device.Writes);
    }

    [Fact]
    public async Task A_level_that_is_there_already_is_not_written_again()
    {
        (_device.Registers[LatchA], _device.Registers[DirectionA]) = (0x01, 0xFE);

        await Pin(0).DriveAsync(true, Cancel);

        Assert.Empty(_device.Writes);
    }

    [Theory]
    [InlineData(LatchA)]
    [InlineData(DirectionA)]
    public async Task A_command_that_does_not_read_back_is_told(byte register)
    {
        _device.Stuck.Add(register);

        var error = await Assert.ThrowsAsync<PowerException>(() => Pin(0).DriveAsync(true, Cancel).AsTask());

        Assert.Contains("reads back", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chip_that_does_not_answer_is_told_and_the_bus_given_back()
    {
        _device.Unplug();

        var error = await Assert.ThrowsAsync<PowerException>(() => Pin(0).DriveAsync(true, Cancel).AsTask());

        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        Assert.Equal(_device.Locks.Taken, _device.Locks.Released);
    }

    [Fact]
    public void Another_process_on_the_bus_is_waited_for_and_not_for_ever()
    {
        _device.IsTaken = true;
        CancellationToken cancel = Cancel;
        var time = new VirtualTime();
        using var chip = new Mcp23017(_device, "the MCP23017", time);

        time.Run(async () =>
        {
            var error = await Assert.ThrowsAsync<PowerException>(() => chip.DriveAsync(0, true, cancel).AsTask());
            Assert.Contains("keeps the bus to itself", error.Message, StringComparison.Ordinal);
            _device.IsTaken = false;
            await chip.DriveAsync(0, true, cancel);
        });

        Assert.Equal(TimeSpan.FromSeconds(1), time.GetElapsedTime(0));
        Assert.Equal((1, 1), _device.Locks);
    }

    [Theory]
    [InlineData(0x80, 0x80)]
    [InlineData(0x00, 0x20)]
    [InlineData(0x01, 0x01)]
    public void Another_chip_or_register_bank_is_refused(int first, int second)
    {
        (_device.Registers[Control], _device.Registers[Control + 1]) = (first, second);
        using var chip = new Mcp23017(_device, "the MCP23017", TimeProvider.System);

        Assert.Throws<PowerException>(chip.Check);
    }

    [Theory]
    [InlineData("C0")]
    [InlineData("A8")]
    [InlineData("A")]
    [InlineData("")]
    [InlineData("a0")]
    public void A_pin_that_no_expander_has_is_refused(string pin)
    {
        using var lines = new OutputLines(TimeProvider.System, _ => "", new AbsentOperator("this is a test"));

        Assert.Throws<PowerException>(() => lines.Open(new OutputLineSpec.Mcp23017("i2c-1", 0x20, pin)));
        Assert.Throws<PowerException>(() => lines.Open(new OutputLineSpec.Mcp23017("i2c-1", 0x28, "A0")));
    }
}
