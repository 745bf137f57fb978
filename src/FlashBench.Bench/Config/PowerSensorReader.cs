using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Config;

/// <summary>Reads the power sensor of a bench from bench-config.json.</summary>
internal static class PowerSensorReader
{
    private const int NameMax = 100, PatternMax = 200, LimitSecondsMax = 60, FreshSecondsMax = 2, ScaleMax = 1_000_000;
    private const int ShuntMicroohmsMax = 10_000_000, ShuntUsual = 100_000, BaudMax = 3_000_000;

    /// <summary>Reads one entry.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or one that does not fit the kind.</exception>
    public static PowerSensorEntry Read(ConfigNode node)
    {
        node.Only("rail", "supply", "calibratedUntil");
        QuantitySpec rail = ReadQuantity(node.Get("rail"), isRail: true);
        ConfigNode measured = node.Find("supply") ?? throw node.Fault(
            "without \"supply\" standby cannot be told from off: measure what flows into the board, or leave the "
            + "sensor out");
        QuantitySpec supply = ReadQuantity(measured, isRail: false);
        return new PowerSensorEntry(new PowerSensorSpec(rail, supply), ReadDay(node.Find("calibratedUntil")));
    }

    private static QuantitySpec ReadQuantity(ConfigNode node, bool isRail)
    {
        ConfigNode kind = node.Get("kind");
        int most = isRail ? WatchLimits.MillivoltsMax : WatchLimits.MilliampsMax;
        return kind.AsText(NameMax) switch
        {
            "ina219" => ReadIna(node, InaPart.Ina219),
            "ina226" => ReadIna(node, InaPart.Ina226),
            "gpio" => ReadGpio(node, most),
            "meter" => ReadMeter(node),
            "hook" => ReadHook(node),
            "fromSupply" when isRail => ReadFromSupply(node),
            { } other => throw kind.Fault($"unknown kind \"{ConfigNode.Shown(other)}\"; known are ina219, ina226, "
                + $"gpio, meter, hook{(isRail ? ", fromSupply" : "")}"),
        };
    }

    private static QuantitySpec.Ina ReadIna(ConfigNode node, InaPart part)
    {
        node.Only("kind", "bus", "address", "shuntMicroohms");
        return new QuantitySpec.Ina(
            part, node.Text("bus", NameMax), OutputLineReader.ReadAddress(node.Get("address"), 0x40, 0x4F),
            node.Find("shuntMicroohms")?.AsNumber(1, ShuntMicroohmsMax) ?? ShuntUsual);
    }

    private static QuantitySpec.Gpio ReadGpio(ConfigNode node, int most)
    {
        node.Only("kind", "chip", "line", "activeLow", "reads");
        return new QuantitySpec.Gpio(
            node.Text("chip", NameMax), node.Text("line", NameMax), node.Flag("activeLow", otherwise: false),
            node.Number("reads", 1, most));
    }

    private static QuantitySpec.Meter ReadMeter(ConfigNode node)
    {
        node.Only("kind", "tty", "baud", "pattern", "scale", "freshSeconds");
        return new QuantitySpec.Meter(
            OutputLineReader.ReadTty(node.Get("tty")), node.Number("baud", 50, BaudMax), Pattern(node.Get("pattern")),
            node.Find("scale")?.AsNumber(1, ScaleMax) ?? 1, node.Seconds("freshSeconds", 1, FreshSecondsMax));
    }

    private static QuantitySpec.Hook ReadHook(ConfigNode node)
    {
        node.Only("kind", "command", "timeoutSeconds");
        return new QuantitySpec.Hook(
            OutputLineReader.ReadCommand(node, "command"), node.Seconds("timeoutSeconds", 1, LimitSecondsMax));
    }

    private static QuantitySpec.FromSupply ReadFromSupply(ConfigNode node)
    {
        node.Only("kind", "onAboveMilliamps", "reads");
        return new QuantitySpec.FromSupply(
            node.Number("onAboveMilliamps", 1, WatchLimits.MilliampsMax),
            node.Number("reads", 1, WatchLimits.MillivoltsMax));
    }

    private static string Pattern(ConfigNode node)
    {
        string pattern = node.AsText(PatternMax);
        try
        {
            var regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return regex.GetGroupNames().Contains("value")
                ? pattern
                : throw node.Fault("must have a group named value: (?<value>[0-9.]+)");
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            string reason = ConfigNode.Shown(fault.Message, 200).TrimEnd('.');
            throw node.Fault($"not a usable regular expression: {reason}");
        }
    }

    private static DateOnly? ReadDay(ConfigNode? node)
    {
        if (node is null)
            return null;
        return DateOnly.TryParseExact(
            node.AsText(NameMax), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day
            : throw node.Fault("must be a day, \"2027-03-01\"");
    }
}
