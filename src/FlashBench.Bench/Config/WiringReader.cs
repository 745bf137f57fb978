using System.Text.RegularExpressions;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Config;

/// <summary>Reads relays, console and supply groups of real benches from bench-config.json.</summary>
internal static partial class WiringReader
{
    private const int NameMax = 63, GroupsMax = 100, BaudMin = 50, BaudMax = 3_000_000, StaggerMsMax = 60_000;
    private const int PressMsMin = 50, PressMsMax = 30_000, PressMsUsual = 500, ForceOffMsUsual = 6000;

    /// <summary>Reads the relays of a bench.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or one line used twice.</exception>
    public static RelaysEntry ReadRelays(ConfigNode node)
    {
        node.Only("power", "button", "reset", "spi");
        ConfigNode power = node.Get("power");
        var relays = new RelaysEntry(
            new PowerRelayEntry(
                OutputLineReader.Read(power, "minOffSeconds", "group"),
                TimeSpan.FromSeconds(power.Find("minOffSeconds")?.AsNumber(0, WatchLimits.SecondsMax) ?? 0),
                power.Find("group")?.AsText(NameMax)),
            node.Find("button") is { } button ? ReadButton(button) : null,
            node.Find("reset") is { } reset
                ? new ResetEntry(OutputLineReader.Read(reset, "pressMs"), Press(reset, "pressMs", PressMsUsual))
                : null,
            node.Find("spi") is { } spi ? OutputLineReader.Read(spi) : null);
        RefuseSharedLines(node, relays);
        return relays;
    }

    /// <summary>Reads the console of a bench.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or a format that no UART has.</exception>
    public static ConsoleEntry ReadConsole(ConfigNode node)
    {
        node.Only("tty", "baud", "format");
        string format = node.Find("format")?.AsText(NameMax) ?? "8N1";
        return FormatForm().IsMatch(format)
            ? new ConsoleEntry(
                OutputLineReader.ReadTty(node.Get("tty")), node.Number("baud", BaudMin, BaudMax), format)
            : throw node.Get("format").Fault("must be data bits, parity and stop bits: \"8N1\", \"7E1\", \"8N2\"");
    }

    /// <summary>Reads the supply groups of the host.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or an id twice.</exception>
    public static IReadOnlyList<PowerGroupEntry> ReadGroups(ConfigNode root)
    {
        if (root.Find("powerGroups") is null)
            return [];
        var groups = new List<PowerGroupEntry>();
        foreach (ConfigNode node in root.List("powerGroups", GroupsMax))
        {
            node.Only("id", "staggerMs", "maxOnAtOnce");
            string id = FleetReader.GroupId(node);
            if (groups.Exists(group => group.Id == id))
                throw node.Get("id").Fault($"the id \"{id}\" is taken by an earlier group");
            groups.Add(new PowerGroupEntry(
                id, TimeSpan.FromMilliseconds(node.Number("staggerMs", 1, StaggerMsMax)),
                node.Find("maxOnAtOnce")?.AsNumber(1, FleetReader.SlotsMax)));
        }

        return groups;
    }

    private static ButtonEntry ReadButton(ConfigNode node)
    {
        OutputLineSpec line = OutputLineReader.Read(node, "pressMs", "forceOffMs", "startsBoard");
        if (line is OutputLineSpec.Operator)
            throw node.Get("kind").Fault("a press has an exact length: no operator can be asked for it");
        return new ButtonEntry(
            line, Press(node, "pressMs", PressMsUsual), Press(node, "forceOffMs", ForceOffMsUsual),
            node.Flag("startsBoard", otherwise: false));
    }

    private static TimeSpan Press(ConfigNode node, string key, int usual) =>
        TimeSpan.FromMilliseconds(node.Find(key)?.AsNumber(PressMsMin, PressMsMax) ?? usual);

    // Programs and people may do several things; a line does one.
    private static void RefuseSharedLines(ConfigNode node, RelaysEntry relays)
    {
        (string Key, OutputLineSpec? Line)[] lines =
        [
            ("power", relays.Power.Line), ("button", relays.Button?.Line), ("reset", relays.Reset?.Line),
            ("spi", relays.Spi),
        ];
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Line is null or OutputLineSpec.Hook or OutputLineSpec.Operator)
                continue;
            if (Array.FindIndex(lines, line => IsSame(line.Line, lines[i].Line)) is int first && first < i)
                throw node.Get(lines[i].Key).Fault($"the same line as \"{lines[first].Key}\"");
        }
    }

    private static bool IsSame(OutputLineSpec? one, OutputLineSpec? other) => (one, other) switch
    {
        (OutputLineSpec.Gpio a, OutputLineSpec.Gpio b) => a.Chip == b.Chip && a.Line == b.Line,
        (OutputLineSpec.Mcp23017 a, OutputLineSpec.Mcp23017 b) =>
            a.Bus == b.Bus && a.Address == b.Address && a.Pin == b.Pin,
        (OutputLineSpec.Lcus a, OutputLineSpec.Lcus b) => a.Tty == b.Tty && a.Channel == b.Channel,
        _ => false,
    };

    [GeneratedRegex(@"^[5-8][NEO][12]\z", RegexOptions.CultureInvariant)]
    private static partial Regex FormatForm();
}
