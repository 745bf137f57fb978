using FlashBench.Bench.Config;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Power;

namespace FlashBench.Cli.Commands;

/// <summary>What a bench consists of, as `bench show` prints it.</summary>
internal static class BenchRows
{
    /// <summary>"virtual", "qemu", or the programmer's name.</summary>
    public static string KindOf(BenchEntry bench)
    {
        if (bench.Virtual is not null)
            return "virtual";
        return bench.Programmer is { } programmer ? programmer.Kind.ToString().ToLowerInvariant() : "qemu";
    }

    /// <summary>Name and text of every part.</summary>
    public static string[][] Of(BenchEntry bench) =>
    [
        .. OfKind(bench),
        .. bench.PowerGroup is { } supply ? [["supply shared", supply]] : Array.Empty<string[]>(),
        .. bench.UsbGroup is { } hub ? [["USB shared", hub]] : Array.Empty<string[]>(),
        .. bench.GoldenImage is { } golden ? [["golden image", PlainText.Of(golden)]] : Array.Empty<string[]>(),
    ];

    private static string[][] OfKind(BenchEntry bench)
    {
        if (bench.Virtual is { } parts)
            return OfVirtual(parts);
        return bench.Qemu is { } board ? OfQemu(board) : OfWired(bench, bench.Programmer!);
    }

    private static string[][] OfVirtual(VirtualBenchEntry parts) =>
    [
        ["kind", "virtual: everything behind its seams is simulated"],
        ["chip", parts.Chip],
        ["image", $"generated, {parts.Image}"],
        ["seed", $"{parts.Seed}"],
        ["agent", parts.Agent ? "prints the ME's registers (FB1 lines)" : "none"],
        ["ME status", parts.HiddenUnderHap ? "hidden by the firmware under HAP" : "printed by the firmware"],
    ];

    private static string[][] OfQemu(QemuBenchEntry board) =>
    [
        ["kind", "QEMU board: its firmware runs from the simulated chip; there is no ME silicon"],
        ["chip", board.Chip],
        ["image", $"generated, {board.Image}, with U-Boot at its end"],
        ["system", board.System == "linux" ? "Linux with the DUT agent" : "U-Boot's prompt"],
        ["programmer", $"virtual {board.Programmer}"],
        ["seed", $"{board.Seed}"],
    ];

    private static string[][] OfWired(BenchEntry bench, ProgrammerEntry programmer) =>
    [
        ["kind", bench.Relays is null ? "programmer only: the flash verbs work on it" : "wired"],
        ["programmer", KindOf(bench)],
        ["found by", PlainText.Of(WhereOf(programmer))],
        ["clock", programmer.ClockHz == 0 ? "as fast as the bus is healthy" : $"at most {programmer.ClockHz} Hz"],
        ["chip supply", $"{programmer.Millivolts} mV"],
        ["power relay", WordsOf(bench.Relays?.Power.Line)],
        ["power button", WordsOf(bench.Relays?.Button?.Line)],
        ["reset button", WordsOf(bench.Relays?.Reset?.Line)],
        ["SPI relay", WordsOf(bench.Relays?.Spi)],
        ["main rail", WordsOf(bench.PowerSensor?.Spec.Rail)],
        ["supply", WordsOf(bench.PowerSensor?.Spec.Supply)],
        ["console", bench.Console is { } console
            ? PlainText.Of($"{console.Tty}, {console.Baud} baud, {console.Format}")
            : "none"],
    ];

    private static string WhereOf(ProgrammerEntry programmer) => programmer switch
    {
        { Address: { } address } => address,
        { Port: { } port } => $"USB port {port}",
        { Serial: { } serial } => $"serial number {serial}",
        _ => "being the only one",
    };

    private static string WordsOf(OutputLineSpec? line) => PlainText.Of(line switch
    {
        OutputLineSpec.Gpio gpio => $"GPIO {gpio.Chip} line {gpio.Line}{(gpio.ActiveLow ? ", active low" : "")}",
        OutputLineSpec.Mcp23017 pin => $"MCP23017 on {pin.Bus} at 0x{pin.Address:X2}, pin {pin.Pin}",
        OutputLineSpec.Lcus relay => $"LCUS relay board on {relay.Tty}, channel {relay.Channel}",
        OutputLineSpec.Hook hook => $"program {hook.On[0]}",
        OutputLineSpec.Operator person => $"operator: \"{person.On}\", \"{person.Off}\"",
        _ => "none",
    });

    private static string WordsOf(QuantitySpec? quantity) => PlainText.Of(quantity switch
    {
        QuantitySpec.Ina ina => $"{ina.Part.ToString().ToUpperInvariant()} on {ina.Bus} at 0x{ina.Address:X2}",
        QuantitySpec.Gpio gpio => $"GPIO {gpio.Chip} line {gpio.Line} (yes or no)",
        QuantitySpec.Meter meter => $"meter on {meter.Tty}",
        QuantitySpec.Hook hook => $"program {hook.Command[0]}",
        QuantitySpec.FromSupply supply => $"concluded from the supply: up from {supply.OnAboveMilliamps} mA",
        _ => "not measured",
    });
}
