using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Sensors;

namespace FlashBench.Tests.Hardware.Power.Sensors;

/// <summary>Readings from the datasheets; the kernel's i2c-stub judges the same code in the VM smoke.</summary>
public sealed class InaMonitorTests
{
    private const byte Configuration = 0, Shunt = 1, Bus = 2, Manufacturer = 0xFE, Die = 0xFF;

    private readonly RegisterDevice _device = new();

    public InaMonitorTests() => _device.Registers[Configuration] = 0x399F;

    private InaMonitor Monitor(InaPart part = InaPart.Ina219, int microohms = 100_000) =>
        new(_device, "the monitor", part, microohms);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4)]
    [InlineData(2990, 11_960)] // S-34, 9.2.2.1: 11.98 V less 20 mV
    [InlineData(7999, 31_996)]
    public void The_bus_voltage_of_an_INA219_counts_4_mV(int bits, int millivolts)
    {
        _device.Registers[Bus] = (bits << 3) | 0b010; // conversion ready

        Assert.Equal(millivolts, Monitor().Millivolts());
    }

    [Theory]
    [InlineData(0, 100_000, 0)]
    [InlineData(2000, 100_000, 200)]  // 20 mV
    [InlineData(2000, 2_000, 10_000)] // S-34, 9.2.2.1: 20 mV across 2 mohm are 10 A
    [InlineData(31_999, 100_000, 3199)]
    [InlineData(-3, 100_000, 0)]      // offset of the input
    public void The_shunt_voltage_of_an_INA219_counts_10_uV(int bits, int microohms, int milliamps)
    {
        _device.Registers[Shunt] = bits & 0xFFFF;

        Assert.Equal(milliamps, Monitor(microohms: microohms).Milliamps());
    }

    [Theory]
    [InlineData(0x2570, 11_980)] // S-35, 8.2.2: 9584 bits
    [InlineData(0x7FFF, 40_958)]
    public void The_bus_voltage_of_an_INA226_counts_1_25_mV(int bits, int millivolts)
    {
        _device.Registers[Bus] = bits;

        Assert.Equal(millivolts, Monitor(InaPart.Ina226).Millivolts());
    }

    [Theory]
    [InlineData(8000, 2_000, 10_000)] // S-35, 8.2.2: 20 mV across 2 mohm
    [InlineData(400, 100_000, 10)]
    public void The_shunt_voltage_of_an_INA226_counts_2_5_uV(int bits, int microohms, int milliamps)
    {
        _device.Registers[Shunt] = bits;

        Assert.Equal(milliamps, Monitor(InaPart.Ina226, microohms).Milliamps());
    }

    [Theory]
    [InlineData(InaPart.Ina219, -21)]
    [InlineData(InaPart.Ina219, -31_000)]
    [InlineData(InaPart.Ina226, -5)]
    public void A_current_that_flows_backwards_is_no_reading(InaPart part, int bits)
    {
        _device.Registers[Shunt] = bits & 0xFFFF;

        var error = Assert.Throws<PowerException>(() => Monitor(part).Milliamps());
        Assert.Contains("backwards", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x399F, 32_000)]
    [InlineData(0x399F, -32_000)]
    [InlineData(0x219F, 4_000)] // gain 1: 40 mV
    [InlineData(0x319F, 16_000)]
    public void A_current_at_the_end_of_the_range_is_no_reading(int configuration, int bits)
    {
        (_device.Registers[Configuration], _device.Registers[Shunt]) = (configuration, bits & 0xFFFF);

        var error = Assert.Throws<PowerException>(() => Monitor().Milliamps());
        Assert.Contains("beyond the range", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x399F, 8000)]
    [InlineData(0x199F, 4000)]
    public void A_voltage_at_the_end_of_the_range_is_no_reading(int configuration, int bits)
    {
        (_device.Registers[Configuration], _device.Registers[Bus]) = (configuration, bits << 3);

        Assert.Throws<PowerException>(() => Monitor().Millivolts());
    }

    [Fact]
    public void An_overflow_is_no_reading()
    {
        _device.Registers[Bus] = (1000 << 3) | 0b011;

        var error = Assert.Throws<PowerException>(() => Monitor().Millivolts());
        Assert.Contains("overflow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_that_measures_by_itself_is_left_alone()
    {
        _device.Registers[Configuration] = 0x07FF; // another gain, averaging

        Monitor().Prepare();

        Assert.Empty(_device.Writes);
    }

    [Theory]
    [InlineData(InaPart.Ina219, 0x0000, 0x399F)]
    [InlineData(InaPart.Ina219, 0x3998, 0x399F)] // power-down
    [InlineData(InaPart.Ina219, 0x399D, 0x399F)] // shunt only
    [InlineData(InaPart.Ina226, 0x4123, 0x4127)] // triggered
    public void A_chip_that_would_repeat_its_reading_for_ever_is_told_to_measure(InaPart part, int found, int wanted)
    {
        (_device.Registers[Manufacturer], _device.Registers[Die]) = (0x5449, 0x2260);
        _device.Registers[Configuration] = found;

        Monitor(part).Prepare();

        Assert.Equal([((byte)Configuration, wanted)], _device.Writes);
    }

    [Fact]
    public void A_chip_that_does_not_take_its_configuration_is_refused()
    {
        _device.Registers[Configuration] = 0;
        _device.Stuck.Add(Configuration);

        Assert.Throws<PowerException>(() => Monitor().Prepare());
    }

    [Theory]
    [InlineData(0x5449, 0x2270)]
    [InlineData(0x0000, 0x0000)]
    [InlineData(0xFFFF, 0xFFFF)]
    public void Another_chip_is_no_INA226(int manufacturer, int die)
    {
        (_device.Registers[Manufacturer], _device.Registers[Die]) = (manufacturer, die);

        Assert.Throws<PowerException>(() => Monitor(InaPart.Ina226).Prepare());
    }

    [Fact]
    public void A_chip_that_does_not_answer_is_told()
    {
        _device.Unplug();

        Assert.Contains(
            "does not answer", Assert.Throws<PowerException>(() => Monitor().Millivolts()).Message,
            StringComparison.Ordinal);
    }
}
