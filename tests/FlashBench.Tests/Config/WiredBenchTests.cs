using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Tests.Config;

/// <summary>Relays, sensor and console of a real bench in bench-config.json.</summary>
public sealed class WiredBenchTests
{
    private const string GpioLine = """{ "kind": "gpio", "chip": "relays", "line": "3", "activeLow": true }""";

    [Fact]
    public void A_bench_with_every_part_is_read_as_written()
    {
        BenchEntry bench = Parse($$"""
            "relays": {
              "power": {
                "kind": "gpio", "chip": "relays", "line": "3", "activeLow": true, "drive": "open-drain",
                "bias": "pull-up", "minOffSeconds": 15, "group": "psu1"
              },
              "button": {
                "kind": "mcp23017", "bus": "i2c-1", "address": "0x21", "pin": "B7", "pressMs": 300,
                "forceOffMs": 8000, "startsBoard": true
              },
              "reset": { "kind": "lcus", "tty": { "port": "1-4.2", "interface": 0 }, "channel": 2 },
              "spi": { "kind": "hook", "on": ["/opt/mux", "spi"], "off": ["/opt/mux", "board"], "timeoutSeconds": 5 }
            },
            "powerSensor": {
              "rail": { "kind": "fromSupply", "onAboveMilliamps": 400, "reads": 3300 },
              "supply": { "kind": "ina226", "bus": "i2c-1", "address": "0x40", "shuntMicroohms": 10000 },
              "calibratedUntil": "2027-03-01"
            },
            "console": { "tty": { "serial": "FT4XYZ", "interface": 1 }, "baud": 3000000, "format": "7E1" }
            """);

        Assert.Equal(
            new PowerRelayEntry(
                new OutputLineSpec.Gpio("relays", "3", true, GpioDrive.OpenDrain, GpioBias.PullUp),
                TimeSpan.FromSeconds(15), "psu1"),
            bench.Relays!.Power);
        Assert.Equal(
            new ButtonEntry(
                new OutputLineSpec.Mcp23017("i2c-1", 0x21, "B7"), TimeSpan.FromMilliseconds(300),
                TimeSpan.FromSeconds(8), StartsBoard: true),
            bench.Relays.Button);
        Assert.Equal(
            new ResetEntry(
                new OutputLineSpec.Lcus(new TtySelector(PortPath: "1-4.2", Interface: 0), 2),
                TimeSpan.FromMilliseconds(500)),
            bench.Relays.Reset);
        var hook = Assert.IsType<OutputLineSpec.Hook>(bench.Relays.Spi);
        Assert.Equal(["/opt/mux", "spi"], hook.On);
        Assert.Equal(
            new PowerSensorEntry(
                new PowerSensorSpec(
                    new QuantitySpec.FromSupply(400, 3300),
                    new QuantitySpec.Ina(InaPart.Ina226, "i2c-1", 0x40, 10_000)),
                new DateOnly(2027, 3, 1)),
            bench.PowerSensor);
        Assert.Equal(
            new ConsoleEntry(new TtySelector(Serial: "FT4XYZ", Interface: 1), 3_000_000, "7E1"), bench.Console);
    }

    [Theory]
    [InlineData("""{ "kind": "gpio", "chip": "c", "line": "1", "reads": 3300 }""", true)]
    [InlineData("""{ "kind": "fromSupply", "onAboveMilliamps": 100, "reads": 3300 }""", true)]
    [InlineData("""{ "kind": "ina219", "bus": "b", "address": "0x40" }""", false)]
    public void A_sensor_of_two_yes_or_no_lines_is_known_as_such(string rail, bool isYesOrNo)
    {
        BenchEntry bench = Parse($$"""
            "powerSensor": {
              "rail": {{rail}}, "supply": { "kind": "gpio", "chip": "c", "line": "2", "reads": 500 }
            }
            """);

        Assert.Equal(isYesOrNo, bench.PowerSensor!.IsYesOrNo);
    }

    [Fact]
    public void An_operator_can_be_the_power_relay()
    {
        BenchEntry bench = Parse("""
            "relays": {
              "power": {
                "kind": "operator", "on": "connect AC", "off": "disconnect AC and battery", "timeoutSeconds": 600
              }
            }
            """);

        Assert.Equal(
            new OutputLineSpec.Operator("connect AC", "disconnect AC and battery", TimeSpan.FromMinutes(10)),
            bench.Relays!.Power.Line);
    }

    [Theory]
    [InlineData(""" "relays": {} """, "$.benches[0].relays", "the key \"power\" is missing")]
    [InlineData(""" "relays": { "power": { "kind": "magic" } } """, "relays.power.kind", "gpio, mcp23017, lcus")]
    [InlineData(""" "relays": { "power": { "kind": "gpio", "chip": "c" } } """, "relays.power", "\"line\" is missing")]
    [InlineData(
        """ "relays": { "power": { "kind": "gpio", "chip": "c", "line": "1", "channel": 2 } } """,
        "relays.power.channel", "unknown key; known here are kind, chip, line")]
    [InlineData(
        """ "relays": { "power": { "kind": "gpio", "chip": "c", "line": "1", "drive": "up" } } """,
        "relays.power.drive", "push-pull, open-drain, open-source")]
    [InlineData(
        """ "relays": { "power": { "kind": "mcp23017", "bus": "b", "address": "0x28", "pin": "A0" } } """,
        "relays.power.address", "from \"0x20\" to \"0x27\"")]
    [InlineData(
        """ "relays": { "power": { "kind": "mcp23017", "bus": "b", "address": "0x20", "pin": "A8" } } """,
        "relays.power.pin", "A0 to A7 or B0 to B7")]
    [InlineData(
        """ "relays": { "power": { "kind": "lcus", "tty": { "interface": 0 }, "channel": 1 } } """,
        "relays.power.tty", "by port, by serial, or by device")]
    [InlineData(
        """ "relays": { "power": { "kind": "lcus", "tty": { "device": "ttyUSB0" }, "channel": 1 } } """,
        "relays.power.tty.device", "a whole path")]
    [InlineData(
        """ "relays": { "power": { "kind": "lcus", "tty": { "port": "1-1", "device": "/dev/x" }, "channel": 1 } } """,
        "relays.power.tty.device", "stands alone")]
    [InlineData(
        """ "relays": { "power": { "kind": "hook", "on": [], "off": ["x"], "timeoutSeconds": 1 } } """,
        "relays.power.on", "1 to 50 entries")]
    [InlineData(
        """ "relays": { "power": { "kind": "gpio", "chip": "c", "line": "1", "group": "psu9" } } """,
        "relays.power.group", "no powerGroups entry has the id \"psu9\"")]
    [InlineData(
        $$""" "relays": { "power": {{GpioLine}}, "spi": {{GpioLine}} } """, "relays.spi", "the same line as \"power\"")]
    [InlineData(
        $$"""
        "relays": {
          "power": {{GpioLine}},
          "button": { "kind": "operator", "on": "press", "off": "let go", "timeoutSeconds": 1 }
        }
        """,
        "relays.button.kind", "no operator can be asked")]
    [InlineData(
        """ "powerSensor": { "rail": { "kind": "gpio" }, "supply": {} } """, "powerSensor.rail", "\"chip\" is missing")]
    [InlineData(
        """ "powerSensor": { "rail": { "kind": "fromSupply", "onAboveMilliamps": 1, "reads": 1 } } """,
        "powerSensor", "standby cannot be told from off")]
    [InlineData(
        """ "powerSensor": { "rail": { "kind": "ina219", "bus": "b", "address": "64" } } """,
        "powerSensor.rail.address", "from \"0x40\" to \"0x4f\"")]
    [InlineData(
        """
        "powerSensor": {
          "rail": { "kind": "meter", "tty": { "port": "1-1" }, "baud": 9600, "pattern": "[0-9]+", "freshSeconds": 2 }
        }
        """,
        "powerSensor.rail.pattern", "a group named value")]
    [InlineData(
        """
        "powerSensor": {
          "rail": { "kind": "gpio", "chip": "c", "line": "1", "reads": 3300 },
          "supply": { "kind": "ina219", "bus": "b", "address": "0x40" }, "calibratedUntil": "soon"
        }
        """,
        "powerSensor.calibratedUntil", "must be a day")]
    [InlineData(
        """ "console": { "tty": { "port": "1-1" }, "baud": 3000001 } """, "console.baud", "50 to 3000000")]
    [InlineData(
        """ "console": { "tty": { "port": "1-1" }, "baud": 9600, "format": "9N1" } """, "console.format", "\"8N1\"")]
    public void A_wrong_part_is_named_by_its_path(string part, string path, string reason)
    {
        ConfigException fault = Assert.Throws<ConfigException>(() => Parse(part));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_bench_with_a_programmer_is_wired()
    {
        ConfigException fault = Assert.Throws<ConfigException>(() => ParseFile($$"""
            { "version": 1, "benches": [{
              "id": "b", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 },
              "relays": { "power": {{GpioLine}} }
            }] }
            """));

        Assert.Contains("brings its own", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bench_is_of_one_world()
    {
        ConfigException fault = Assert.Throws<ConfigException>(() => ParseFile("""
            { "version": 1, "benches": [{
              "id": "b", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a" },
              "qemu": { "image": "me8", "chip": "W25Q64", "seed": 1, "system": "linux" }
            }] }
            """));

        Assert.Contains("only one of the keys", fault.Message, StringComparison.Ordinal);
    }

    private static BenchEntry Parse(string part) => Assert.Single(ParseFile($$"""
        {
          "version": 1, "powerGroups": [{ "id": "psu1", "staggerMs": 750 }],
          "benches": [{
            "id": "b01", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a", "port": "1-4.1" },
            {{part}}
          }]
        }
        """).Benches);

    private static BenchConfig ParseFile(string text) => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(text), "c.json");
}
