using System.Text;
using System.Text.RegularExpressions;
using FlashBench.Bench.Config;
using FlashBench.Bench.Suggestions;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Tests.Hardware.Host;

namespace FlashBench.Tests.Suggestions;

public sealed partial class ConfigSuggestionTests : IDisposable
{
    private const string Golden = """
        {
          "version": 1,
          "benches": [
            {
              "id": "b01",
              "dutProfile": "FILL IN: which board is on the bench; known are ...",
              "programmer": {
                "kind": "ch341a",
                "port": "1-1",
                "millivolts": "FILL IN: 3300 or 1800 (a number), the supply of the flash chip by its data sheet"
              },
              "relays": {
                "power": {
                  "kind": "gpio",
                  "chip": "relays",
                  "line": "FILL IN: number or name of the line that switches the board, see gpioinfo"
                }
              },
              "console": {
                "tty": "FILL IN: the adapter on the board of this bench: port 1-5 interface 0",
                "baud": 115200,
                "format": "8N1"
              }
            },
            {
              "id": "b02",
              "dutProfile": "FILL IN: which board is on the bench; known are ...",
              "programmer": {
                "kind": "ft2232h",
                "serial": "FT4XYZ",
                "channel": "A",
                "millivolts": "FILL IN: 3300 or 1800 (a number), the supply of the flash chip by its data sheet"
              },
              "relays": {
                "power": {
                  "kind": "gpio",
                  "chip": "relays",
                  "line": "FILL IN: number or name of the line that switches the board, see gpioinfo"
                }
              },
              "console": {
                "tty": {
                  "serial": "FT4XYZ",
                  "interface": 1
                },
                "baud": 115200,
                "format": "8N1"
              }
            },
            {
              "id": "me8",
              "default": true,
              "dutProfile": "virtual-me8",
              "virtual": {
                "image": "me8",
                "chip": "W25Q64",
                "seed": 8
              }
            }
          ]
        }

        """;

    private readonly SysfsTree _files = SysfsTree.Healthy();

    [Fact]
    public void With_nothing_plugged_in_it_is_the_virtual_bench_and_sound()
    {
        ConfigSuggestion suggestion = Suggest();

        BenchEntry bench = Assert.Single(Parse(suggestion.Json).Benches);
        Assert.True(bench is { Default: true, Virtual: not null });
        Assert.Equal(0, suggestion.RealBenches);
        Assert.StartsWith("no programmer is plugged in", Assert.Single(suggestion.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ch341a_is_named_by_port_and_the_only_adapter_is_its_console()
    {
        _files.Hub("1-4").Ch341a("1-4.2").Device("1-4.3", "10c4:ea60", serial: "0001").Interface("1-4.3", 0, "cp210x")
            .Tty("ttyUSB0", "1-4.3", 0);

        BenchEntry bench = Filled(Suggest());

        ProgrammerEntry programmer = bench.Programmer!;
        Assert.Equal((ProgrammerKind.Ch341a, "1-4.2", null), (programmer.Kind, programmer.Port, programmer.Serial));
        Assert.Equal(new TtySelector(Serial: "0001", Interface: 0), bench.Console!.Tty);
        Assert.IsType<OutputLineSpec.Operator>(bench.Relays!.Power.Line);
    }

    [Fact]
    public void An_ft2232h_is_named_by_serial_and_its_second_channel_is_the_console()
    {
        _files.Ft2232h("1-3", "FT4XYZ").Tty("ttyUSB0", "1-3", 0).Tty("ttyUSB1", "1-3", 1);

        BenchEntry bench = Filled(Suggest());

        Assert.Equal(("FT4XYZ", "A"), (bench.Programmer!.Serial, bench.Programmer.Channel));
        Assert.Equal(new TtySelector(Serial: "FT4XYZ", Interface: 1), bench.Console!.Tty);
    }

    [Theory]
    [InlineData(null)] // no serial number
    [InlineData("SAME")] // one that two have
    public void What_has_no_serial_number_of_its_own_is_named_by_port(string? serial)
    {
        _files.Ft2232h("1-3", serial).Ft2232h("1-5", "SAME");

        Assert.Contains("\"port\": \"1-3\"", Suggest().Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Consoles_that_could_belong_to_either_bench_are_for_a_person_to_choose()
    {
        _files.Ch341a("1-1").Ch341a("1-2").Device("1-3", "10c4:ea60", serial: "A").Tty("ttyUSB0", "1-3", 0)
            .Device("1-5", "10c4:ea60").Tty("ttyUSB1", "1-5", 0);

        ConfigException fault = Assert.Throws<ConfigException>(() => Parse(Suggest().Json));

        Assert.Equal("$.benches[0].dutProfile", fault.Path);
        Assert.Contains(
            "\"tty\": \"FILL IN: the adapter on the board of this bench: "
                + "serial A interface 0 or port 1-5 interface 0\"",
            Suggest().Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_place_that_is_left_open_is_asked_for_one_by_one()
    {
        _files.Ch341a("1-1").Gpio("gpiochip3", "1-1").I2c("i2c-7", "MCP2221 usb-i2c bridge", "1-1");
        string text = Suggest().Json;
        var asked = new List<string>();
        while (true)
        {
            try
            {
                Parse(text);
                break;
            }
            catch (ConfigException fault)
            {
                Assert.Contains("is still to be filled in", fault.Message, StringComparison.Ordinal);
                asked.Add(fault.Path!);
                text = FillFirst(text);
            }
        }

        Assert.Equal(
            [
                "$.benches[0].dutProfile", "$.benches[0].programmer.millivolts", "$.benches[0].relays.power.line",
                "$.benches[0].powerSensor.rail.onAboveMilliamps", "$.benches[0].powerSensor.supply.address",
            ],
            asked);
        BenchEntry bench = Parse(text).Benches[0];
        Assert.Equal(new OutputLineSpec.Gpio("relays", "0"), bench.Relays!.Power.Line);
        Assert.Equal("MCP2221 usb-i2c bridge", ((QuantitySpec.Ina)bench.PowerSensor!.Spec.Supply!).Bus);
    }

    [Fact]
    public void Lines_and_buses_of_the_host_s_own_board_are_never_suggested()
    {
        _files.Ch341a("1-1").Gpio("gpiochip0", port: null).I2c("i2c-0", "SMBus I801 adapter at efa0", port: null);

        ConfigSuggestion suggestion = Suggest();

        Assert.DoesNotContain("gpio", suggestion.Json, StringComparison.Ordinal);
        Assert.DoesNotContain("i2c", suggestion.Json, StringComparison.Ordinal);
        Assert.Contains(suggestion.Notes, note => note.Contains("gpiochip0, i2c-0", StringComparison.Ordinal));
    }

    [Fact]
    public void Virtual_devices_are_left_out_unless_asked_for()
    {
        _files.Root(3, isVirtual: true).Ch341a("3-1");

        Assert.Equal(0, Suggest().RealBenches);
        Assert.Contains(Suggest().Notes, note => note.Contains("--virtual", StringComparison.Ordinal));
        Assert.Contains("\"port\": \"3-1\"", Suggest(takesVirtual: true).Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\" } ], \"x\": [")]
    [InlineData("FILL IN: me")]
    [InlineData("\u001b[2J\u202e\ufffd")]
    public void Names_that_devices_give_themselves_stay_texts(string hostile)
    {
        _files.Ft2232h("1-3", hostile).Tty("ttyUSB1", "1-3", 1).I2c("i2c-7", hostile, "1-3");

        ConfigSuggestion suggestion = Suggest();

        Assert.All(suggestion.Json, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
        Assert.Equal("$.benches[0].dutProfile", Assert.Throws<ConfigException>(() => Parse(suggestion.Json)).Path);
    }

    [Fact]
    public void The_suggestion_for_two_programmers_is_the_golden_one()
    {
        _files.Ch341a("1-1").Ft2232h("1-3", "FT4XYZ").Tty("ttyUSB0", "1-3", 0).Tty("ttyUSB1", "1-3", 1)
            .Device("1-5", "10c4:ea60").Tty("ttyUSB2", "1-5", 0).Gpio("gpiochip3", "1-5");

        ConfigSuggestion suggestion = Suggest();

        Assert.Equal(Golden, Profiles().Replace(suggestion.Json, "known are ..."));
        Assert.Equal(
            [
                "bench b01: CH341A at USB 1-1; label that USB port, the programmer is known by it; "
                    + "which console is its own is for you to say",
                "bench b02: FTDI FT2232H at USB 1-3; console on the serial port with serial number FT4XYZ, interface 1",
                "/dev/ttyUSB2: the serial port of USB 1-5, interface 0, a console, a relay board or a meter",
                "gpiochip3: relays, at USB 1-5, 8 lines for relays",
                "no power sensor was found: without one a bench reaches level L1 at most",
            ],
            suggestion.Notes);
    }

    [Fact]
    public void Only_profiles_of_real_boards_are_offered()
    {
        _files.Ch341a("1-1");

        string profiles = Profiles().Match(Suggest().Json).Value;

        Assert.Contains("lenovo-x230", profiles, StringComparison.Ordinal);
        Assert.DoesNotContain("virtual-", profiles, StringComparison.Ordinal);
        Assert.DoesNotContain("qemu-", profiles, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private ConfigSuggestion Suggest(bool takesVirtual = false) => ConfigSuggestion.For(_files.Read(), takesVirtual);

    private static BenchConfig Parse(string text) =>
        BenchConfigFile.Parse(Encoding.UTF8.GetBytes(text), "bench-config.json");

    private static BenchEntry Filled(ConfigSuggestion suggestion) =>
        Parse(FillFirst(FillFirst(suggestion.Json))).Benches[0];

    private static string FillFirst(string text) => Mark().Replace(
        text,
        match => match.Groups["key"].Value switch
        {
            "dutProfile" => "\"dutProfile\": \"virtual-me8\"",
            "millivolts" => "\"millivolts\": 3300",
            "line" => "\"line\": \"0\"",
            "onAboveMilliamps" => "\"onAboveMilliamps\": 400",
            _ => "\"address\": \"0x40\"",
        },
        count: 1);

    [GeneratedRegex("\"(?<key>[a-zA-Z]+)\": \"FILL IN: [^\"]*\"")]
    private static partial Regex Mark();

    [GeneratedRegex("known are [^\"]*")]
    private static partial Regex Profiles();
}
