using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Config;

/// <summary>One part of this host that a bench uses.</summary>
/// <param name="Bench">Id of the bench.</param>
/// <param name="Path">JSON path of what names the part: "$.benches[0].programmer".</param>
public abstract record DeviceUse(string Bench, string Path)
{
    /// <summary>A programmer on USB.</summary>
    /// <param name="Bench">Id of the bench.</param>
    /// <param name="Path">JSON path.</param>
    /// <param name="Entry">How it is found.</param>
    public sealed record Programmer(string Bench, string Path, ProgrammerEntry Entry) : DeviceUse(Bench, Path);

    /// <summary>A serprog programmer in the network.</summary>
    /// <param name="Bench">Id of the bench.</param>
    /// <param name="Path">JSON path.</param>
    /// <param name="Address">"host:port".</param>
    public sealed record Network(string Bench, string Path, string Address) : DeviceUse(Bench, Path);

    /// <summary>A serial port.</summary>
    /// <param name="Bench">Id of the bench.</param>
    /// <param name="Path">JSON path.</param>
    /// <param name="Tty">How it is found.</param>
    /// <param name="Purpose">What is behind it.</param>
    /// <param name="Channel">Relay that is meant, of a relay board; 0 otherwise.</param>
    public sealed record SerialLine(
        string Bench, string Path, TtySelector Tty, SerialPurpose Purpose, int Channel = 0) : DeviceUse(Bench, Path);

    /// <summary>A line of a GPIO chip.</summary>
    /// <param name="Bench">Id of the bench.</param>
    /// <param name="Path">JSON path.</param>
    /// <param name="Chip">Label or device name.</param>
    /// <param name="Line">Offset or name.</param>
    /// <param name="IsOutput">True if it drives something.</param>
    public sealed record GpioLine(string Bench, string Path, string Chip, string Line, bool IsOutput)
        : DeviceUse(Bench, Path);

    /// <summary>A part on an I2C bus.</summary>
    /// <param name="Bench">Id of the bench.</param>
    /// <param name="Path">JSON path.</param>
    /// <param name="Bus">Device name or name of the adapter.</param>
    /// <param name="Address">7-bit address.</param>
    /// <param name="Pin">Pin of an expander; null for a sensor, which measures one board.</param>
    public sealed record I2cPart(string Bench, string Path, string Bus, int Address, string? Pin)
        : DeviceUse(Bench, Path);
}

/// <summary>What a serial port is used for.</summary>
public enum SerialPurpose
{
    /// <summary>Console of the board.</summary>
    Console,

    /// <summary>Relay board, which several benches may share.</summary>
    Relay,

    /// <summary>Meter.</summary>
    Meter,

    /// <summary>serprog programmer.</summary>
    Programmer,
}

/// <summary>Collects the parts that benches use.</summary>
public static class DeviceUses
{
    /// <summary>The parts of every bench, in the order of the configuration.</summary>
    public static IReadOnlyList<DeviceUse> Of(BenchConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return [.. config.Benches.SelectMany((bench, index) => Of(bench, $"$.benches[{index}]"))];
    }

    private static IEnumerable<DeviceUse> Of(BenchEntry bench, string path)
    {
        if (bench.Programmer is { } programmer)
            yield return OfProgrammer(bench.Id, $"{path}.programmer", programmer);
        DeviceUse?[] wired =
        [
            OfLine(bench.Id, $"{path}.relays.power", bench.Relays?.Power.Line),
            OfLine(bench.Id, $"{path}.relays.button", bench.Relays?.Button?.Line),
            OfLine(bench.Id, $"{path}.relays.reset", bench.Relays?.Reset?.Line),
            OfLine(bench.Id, $"{path}.relays.spi", bench.Relays?.Spi),
            OfQuantity(bench.Id, $"{path}.powerSensor.rail", bench.PowerSensor?.Spec.Rail),
            OfQuantity(bench.Id, $"{path}.powerSensor.supply", bench.PowerSensor?.Spec.Supply),
            OfConsole(bench.Id, $"{path}.console.tty", bench.Console),
        ];
        foreach (DeviceUse use in wired.OfType<DeviceUse>())
            yield return use;
    }

    private static DeviceUse.SerialLine? OfConsole(string bench, string path, ConsoleEntry? console) =>
        console is null ? null : new DeviceUse.SerialLine(bench, path, console.Tty, SerialPurpose.Console);

    private static DeviceUse OfProgrammer(string bench, string path, ProgrammerEntry programmer) => programmer switch
    {
        { Address: ['/', ..] address } => new DeviceUse.SerialLine(
            bench, path, new TtySelector(Device: address.Split(':')[0]), SerialPurpose.Programmer),
        { Address: { } address } => new DeviceUse.Network(bench, path, address),
        _ => new DeviceUse.Programmer(bench, path, programmer),
    };

    /// <summary>What an output line takes of the host; null for programs and people.</summary>
    private static DeviceUse? OfLine(string bench, string path, OutputLineSpec? line) => line switch
    {
        OutputLineSpec.Gpio gpio => new DeviceUse.GpioLine(bench, path, gpio.Chip, gpio.Line, IsOutput: true),
        OutputLineSpec.Mcp23017 part => new DeviceUse.I2cPart(bench, path, part.Bus, part.Address, part.Pin),
        OutputLineSpec.Lcus board => new DeviceUse.SerialLine(
            bench, $"{path}.tty", board.Tty, SerialPurpose.Relay, board.Channel),
        _ => null,
    };

    /// <summary>What a measured quantity takes of the host; null for programs and conclusions.</summary>
    private static DeviceUse? OfQuantity(string bench, string path, QuantitySpec? quantity) => quantity switch
    {
        QuantitySpec.Gpio gpio => new DeviceUse.GpioLine(bench, path, gpio.Chip, gpio.Line, IsOutput: false),
        QuantitySpec.Ina part => new DeviceUse.I2cPart(bench, path, part.Bus, part.Address, Pin: null),
        QuantitySpec.Meter meter => new DeviceUse.SerialLine(bench, $"{path}.tty", meter.Tty, SerialPurpose.Meter),
        _ => null,
    };
}
