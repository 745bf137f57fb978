using System.Text;
using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;
using FlashBench.Hardware.Console;

namespace FlashBench.Bench.Suggestions;

/// <summary>Writes a suggested bench-config.json.</summary>
internal static class SuggestedText
{
    private const int Baud = 115_200, OperatorSeconds = 300, ChoicesMax = 8, RailMillivolts = 5000;

    public static string Write(IReadOnlyList<SuggestedBench> benches)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteStartArray("benches");
            foreach (SuggestedBench bench in benches)
                WriteBench(json, bench);
            WriteVirtual(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }

    private static void WriteBench(Utf8JsonWriter json, SuggestedBench bench)
    {
        json.WriteStartObject();
        json.WriteString("id", bench.Id);
        json.WriteString("dutProfile", FillIn($"which board is on the bench; known are {Profiles()}"));
        json.WriteStartObject("programmer");
        bool isCh341a = bench.Part.Model == DeviceMatch.Ch341aModel;
        json.WriteString("kind", isCh341a ? "ch341a" : "ft2232h");
        WriteSelector(json, bench.Programmer);
        if (!isCh341a)
            json.WriteString("channel", "A");
        json.WriteString(
            "millivolts", FillIn("3300 or 1800 (a number), the supply of the flash chip by its data sheet"));
        json.WriteEndObject();
        WriteRelays(json, bench);
        WriteSensor(json, bench);
        WriteConsole(json, bench);
        json.WriteEndObject();
    }

    // A person is the relay that every bench has.
    private static void WriteRelays(Utf8JsonWriter json, SuggestedBench bench)
    {
        json.WriteStartObject("relays");
        json.WriteStartObject("power");
        json.WriteString("kind", bench.Relays is null ? "operator" : "gpio");
        if (bench.Relays is { } chip)
        {
            json.WriteString("chip", chip);
            json.WriteString("line", FillIn("number or name of the line that switches the board, see gpioinfo"));
        }
        else
        {
            json.WriteString("on", "connect AC, then the battery");
            json.WriteString("off", "disconnect AC and battery");
            json.WriteNumber("timeoutSeconds", OperatorSeconds);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSensor(Utf8JsonWriter json, SuggestedBench bench)
    {
        if (bench.Sensor is not { } bus)
            return;
        json.WriteStartObject("powerSensor");
        json.WriteStartObject("rail");
        json.WriteString("kind", "fromSupply");
        json.WriteString(
            "onAboveMilliamps", FillIn("a number, half way between standby and running, see flashbench power status"));
        json.WriteNumber("reads", RailMillivolts);
        json.WriteEndObject();
        json.WriteStartObject("supply");
        json.WriteString("kind", "ina219");
        json.WriteString("bus", bus);
        json.WriteString("address", FillIn("address of the INA219, 0x40 to 0x4f as its solder bridges say"));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConsole(Utf8JsonWriter json, SuggestedBench bench)
    {
        if (bench.Console is null && bench.ConsoleChoices.Count == 0)
            return;
        json.WriteStartObject("console");
        if (bench.Console is { } tty)
        {
            json.WriteStartObject("tty");
            WriteSelector(json, tty);
            json.WriteEndObject();
        }
        else
        {
            string choices = string.Join(" or ", bench.ConsoleChoices.Take(ChoicesMax).Select(AsJson));
            json.WriteString("tty", FillIn($"the adapter on the board of this bench: {choices}"));
        }

        json.WriteNumber("baud", Baud);
        json.WriteString("format", "8N1");
        json.WriteEndObject();
    }

    private static void WriteVirtual(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", "me8");
        json.WriteBoolean("default", true);
        json.WriteString("dutProfile", "virtual-me8");
        json.WriteStartObject("virtual");
        json.WriteString("image", "me8");
        json.WriteString("chip", "W25Q64");
        json.WriteNumber("seed", 8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSelector(Utf8JsonWriter json, TtySelector selector)
    {
        if (selector.PortPath is { } port)
            json.WriteString("port", port);
        if (selector.Serial is { } serial)
            json.WriteString("serial", serial);
        if (selector.Interface is { } number)
            json.WriteNumber("interface", number);
    }

    // As it would stand in the file, but readable inside a text.
    private static string AsJson(TtySelector tty) =>
        (tty.Serial is { } serial ? $"serial {serial}" : $"port {tty.PortPath}") + $" interface {tty.Interface}";

    private static string Profiles() => string.Join(", ", DutProfiles.Ids.Where(id =>
        !id.StartsWith("virtual-", StringComparison.Ordinal) && !id.StartsWith("qemu-", StringComparison.Ordinal)));

    private static string FillIn(string what) => Placeholders.Mark + what;
}
