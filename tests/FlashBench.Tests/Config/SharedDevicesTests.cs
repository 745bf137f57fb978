using System.Text;
using FlashBench.Bench.Config;

namespace FlashBench.Tests.Config;

public sealed class SharedDevicesTests
{
    private const string Ch341a = """ "programmer": { "kind": "ch341a", "port": "1-1" } """;
    private const string Other = """ "programmer": { "kind": "ch341a", "port": "1-2" } """;
    private const string Third = """ "programmer": { "kind": "ch341a", "port": "1-3" } """;
    private const string ChannelA = """ "programmer": { "kind": "ft2232h", "serial": "FT1", "channel": "A" } """;
    private const string ChannelB = """ "programmer": { "kind": "ft2232h", "serial": "FT1", "channel": "B" } """;

    [Theory]
    [InlineData(Ch341a, Ch341a,
        "$.benches[1].programmer: the CH341A at USB 1-1 is used at $.benches[0].programmer already (bench b1)")]
    [InlineData(ChannelA, ChannelA,
        "$.benches[1].programmer: channel A of the FT2232H with serial number FT1 is used at")]
    [InlineData(Ch341a, """ "programmer": { "kind": "ft2232h", "port": "1-1" } """,
        "the FT2232H at USB 1-1 is used at")]
    [InlineData(Ch341a, """ "programmer": { "kind": "ch341a" } """,
        "$.benches[1].programmer: needs a port or a serial: $.benches[0].programmer is a CH341A too (bench b1)")]
    [InlineData("""  "programmer": { "kind": "serprog", "address": "pico:1" } """,
        """ "programmer": { "kind": "serprog", "address": "pico:1" } """, "the serprog programmer pico:1 is used at")]
    public void One_programmer_serves_one_bench(string one, string other, string fault) => Refused(fault, one, other);

    [Theory]
    [InlineData("""{ "device": "/dev/ttyS0" }""", """{ "device": "/dev/ttyS0" }""", "/dev/ttyS0 is used at")]
    [InlineData("""{ "port": "1-9", "interface": 1 }""", """{ "port": "1-9", "interface": 1 }""",
        "$.benches[1].console.tty: the serial port of USB 1-9, interface 1 is used at $.benches[0].console.tty")]
    [InlineData("""{ "port": "1-9", "interface": 1 }""", """{ "port": "1-9" }""",
        "the serial port of USB 1-9 is used at")]
    [InlineData("""{ "serial": "X" }""", """{ "serial": "X", "interface": 0 }""", "$.benches[1].console.tty: ")]
    public void One_serial_port_serves_one_bench(string one, string other, string fault) =>
        Refused(fault, $"{Ch341a}, {Console(one)}", $"{Other}, {Console(other)}");

    [Theory]
    [InlineData("""{ "serial": "FT1", "interface": 0 }""")]
    [InlineData("""{ "serial": "FT1" }""")]
    public void A_console_is_not_on_the_channel_that_drives_the_chip(string tty) =>
        Refused("$.benches[0].console.tty: ", $"{ChannelA}, {Console(tty)}");

    [Theory]
    [InlineData("""{ "kind": "gpio", "chip": "relays", "line": "3" }""", "line 3 of relays is used at")]
    [InlineData("""{ "kind": "mcp23017", "bus": "i2c-1", "address": "0x20", "pin": "A1" }""",
        "$.benches[1].relays.power: pin A1 of the expander 0x20 on i2c-1 is used at $.benches[0].relays.power already")]
    [InlineData("""{ "kind": "lcus", "tty": { "port": "1-9" }, "channel": 2 }""",
        "$.benches[1].relays.power.tty: relay 2 behind the serial port of USB 1-9 is used at")]
    public void One_relay_serves_one_bench(string line, string fault) =>
        Refused(fault, $"{Ch341a}, {Power(line)}", $"{Other}, {Power(line)}");

    [Fact]
    public void A_line_is_not_relay_of_one_bench_and_sensor_of_another() => Refused(
        "$.benches[1].powerSensor.rail: line 3 of relays is used at $.benches[0].relays.power already (bench b1)",
        $"{Ch341a}, {Power("""{ "kind": "gpio", "chip": "relays", "line": "3" }""")}",
        $$"""
        {{Other}}, "powerSensor": { "rail": { "kind": "gpio", "chip": "relays", "line": "3", "reads": 3300 },
          "supply": { "kind": "ina219", "bus": "i2c-1", "address": "0x40" } }
        """);

    [Fact]
    public void One_sensor_measures_one_board() => Refused(
        "$.benches[1].powerSensor.supply: the sensor 0x41 on i2c-1 is used at $.benches[0].powerSensor.supply already",
        $"{Ch341a}, {Sensor("0x41")}", $"{Other}, {Sensor("0x41")}");

    [Fact]
    public void What_is_made_to_be_shared_may_be_shared()
    {
        string Relay(int channel) =>
            Power($$"""{ "kind": "lcus", "tty": { "port": "1-9" }, "channel": {{channel}} }""");
        string Pin(string pin) =>
            Power($$"""{ "kind": "mcp23017", "bus": "i2c-1", "address": "0x20", "pin": "{{pin}}" }""");

        Accepted(ChannelA, ChannelB);
        Accepted($"{ChannelA}, {Console("""{ "serial": "FT1", "interface": 1 }""")}", Ch341a);
        Accepted($"{Ch341a}, {Relay(1)}", $"{Other}, {Relay(2)}");
        Accepted($"{Ch341a}, {Pin("A0")}", $"{Other}, {Pin("A1")}", $"{Third}, {Pin("B0")}");
        Accepted($"{Ch341a}, {Sensor("0x40")}", $"{Other}, {Sensor("0x41")}");
        Accepted($$"""
            {{Ch341a}}, "powerSensor": { "rail": { "kind": "ina219", "bus": "i2c-1", "address": "0x40" },
              "supply": { "kind": "ina219", "bus": "i2c-1", "address": "0x40" } }
            """);
        Accepted(""" "programmer": { "kind": "ch341a" } """, """ "programmer": { "kind": "ft2232h" } """);
    }

    [Fact]
    public void The_line_of_the_second_use_is_told()
    {
        ConfigException fault = Assert.Throws<ConfigException>(() => Parse(Ch341a + "\n", "\n" + Ch341a));

        Assert.Equal((3, "$.benches[1].programmer"), (fault.Line, fault.Path));
    }

    [Fact]
    public void What_is_still_to_be_filled_in_is_asked_for_before_anything_else()
    {
        string[] bench =
        [
            """
            "programmer": { "kind": "ch341a", "millivolts": "FILL IN: 3300 or 1800" }, "nope": "FILL IN: x"
            """,
        ];

        ConfigException fault = Assert.Throws<ConfigException>(() => Parse(bench));

        Assert.Equal(
            "c.json:1: $.benches[0].programmer.millivolts: is still to be filled in (and 1 more): 3300 or 1800",
            fault.Message);
    }

    private static string Console(string tty) => $$""" "console": { "tty": {{tty}}, "baud": 115200 } """;

    private static string Power(string line) => $$""" "relays": { "power": {{line}} } """;

    private static string Sensor(string address) => $$"""
        "powerSensor": { "rail": { "kind": "fromSupply", "onAboveMilliamps": 400, "reads": 5000 },
          "supply": { "kind": "ina219", "bus": "i2c-1", "address": "{{address}}" } }
        """;

    private static void Refused(string fault, params string[] benches) =>
        Assert.Contains(fault, Assert.Throws<ConfigException>(() => Parse(benches)).Message, StringComparison.Ordinal);

    private static void Accepted(params string[] benches) => Assert.Equal(benches.Length, Parse(benches).Benches.Count);

    private static BenchConfig Parse(params string[] benches)
    {
        IEnumerable<string> entries = benches.Select((bench, i) =>
            $$"""{ "id": "b{{i + 1}}", "dutProfile": "virtual-me8", {{bench}} }""");
        string text = $$"""{ "version": 1, "benches": [ {{string.Join(", ", entries)}} ] }""";
        return BenchConfigFile.Parse(Encoding.UTF8.GetBytes(text), "c.json");
    }
}
