using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Config;

/// <summary>Reads how an output line is wired from bench-config.json.</summary>
internal static class OutputLineReader
{
    /// <summary>Keys that belong to the line, whatever its kind; the others belong to its use.</summary>
    public static readonly string[] Keys =
    [
        "kind", "chip", "line", "activeLow", "drive", "bias", "bus", "address", "pin", "tty", "channel", "inverted",
        "on", "off", "timeoutSeconds",
    ];

    private const int NameMax = 100, TextMax = 500, ArgumentsMax = 50, HookSecondsMax = 600, OperatorSecondsMax = 900;

    private static readonly Dictionary<string, GpioDrive> Drives = new(StringComparer.Ordinal)
    {
        ["push-pull"] = GpioDrive.PushPull,
        ["open-drain"] = GpioDrive.OpenDrain,
        ["open-source"] = GpioDrive.OpenSource,
    };

    private static readonly Dictionary<string, GpioBias> Biases = new(StringComparer.Ordinal)
    {
        ["as-is"] = GpioBias.AsIs,
        ["disabled"] = GpioBias.Disabled,
        ["pull-up"] = GpioBias.PullUp,
        ["pull-down"] = GpioBias.PullDown,
    };

    /// <summary>Reads one line.</summary>
    /// <param name="node">The object that describes it.</param>
    /// <param name="uses">Keys of its use, which the caller reads.</param>
    /// <exception cref="ConfigException">An unknown or missing key, or one that does not fit the kind.</exception>
    public static OutputLineSpec Read(ConfigNode node, params string[] uses)
    {
        node.Only([.. Keys, .. uses]);
        ConfigNode kind = node.Get("kind");
        return kind.AsText(NameMax) switch
        {
            "gpio" => ReadGpio(Fitting(node, uses, "chip", "line", "activeLow", "drive", "bias")),
            "mcp23017" => ReadExpander(Fitting(node, uses, "bus", "address", "pin", "activeLow")),
            "lcus" => ReadLcus(Fitting(node, uses, "tty", "channel", "inverted")),
            "hook" => ReadHook(Fitting(node, uses, "on", "off", "timeoutSeconds")),
            "operator" => ReadOperator(Fitting(node, uses, "on", "off", "timeoutSeconds")),
            { } other => throw kind.Fault(
                $"unknown kind \"{ConfigNode.Shown(other)}\"; known are gpio, mcp23017, lcus, hook, operator"),
        };
    }

    /// <summary>Reads which serial port is meant.</summary>
    /// <exception cref="ConfigException">Not exactly one way to find it.</exception>
    public static TtySelector ReadTty(ConfigNode node)
    {
        node.Only("device", "port", "serial", "interface");
        string? device = node.Find("device")?.AsText(TextMax);
        string? port = node.Find("port")?.AsText(NameMax), serial = node.Find("serial")?.AsText(NameMax);
        int? number = node.Find("interface")?.AsNumber(0, 31);
        if (device is null && port is null && serial is null)
            throw node.Fault("a serial port is named by port, by serial, or by device");
        if (device is not null && (port is not null || serial is not null || number is not null))
            throw node.Get("device").Fault("a device node stands alone: no port, serial or interface beside it");
        return device is null or ['/', ..]
            ? new TtySelector(device, port, serial, number)
            : throw node.Get("device").Fault("must be a whole path, \"/dev/serial/by-id/...\"");
    }

    /// <summary>Reads a 7-bit I2C address, "0x20".</summary>
    /// <exception cref="ConfigException">It is none, or not one that the part can have.</exception>
    public static int ReadAddress(ConfigNode node, int lowest, int highest)
    {
        string text = node.AsText(NameMax);
        bool isHex = text is ['0', 'x', _, _] && text[2..].All(char.IsAsciiHexDigit);
        int address = isHex ? Convert.ToInt32(text[2..], 16) : -1;
        return address >= lowest && address <= highest
            ? address
            : throw node.Fault($"must be an address from \"0x{lowest:x2}\" to \"0x{highest:x2}\"");
    }

    /// <summary>Reads a program and its arguments.</summary>
    public static IReadOnlyList<string> ReadCommand(ConfigNode node, string key) =>
        [.. node.List(key, ArgumentsMax).Select(argument => argument.AsText(TextMax))];

    private static OutputLineSpec.Gpio ReadGpio(ConfigNode node) => new(
        node.Text("chip", NameMax), node.Text("line", NameMax), node.Flag("activeLow", otherwise: false),
        OneOf(node.Find("drive"), Drives, GpioDrive.PushPull), OneOf(node.Find("bias"), Biases, GpioBias.AsIs));

    private static OutputLineSpec.Mcp23017 ReadExpander(ConfigNode node)
    {
        string pin = node.Text("pin", NameMax);
        return pin is ['A' or 'B', >= '0' and <= '7']
            ? new OutputLineSpec.Mcp23017(
                node.Text("bus", NameMax), ReadAddress(node.Get("address"), 0x20, 0x27), pin,
                node.Flag("activeLow", otherwise: false))
            : throw node.Get("pin").Fault("must be A0 to A7 or B0 to B7");
    }

    private static OutputLineSpec.Lcus ReadLcus(ConfigNode node) => new(
        ReadTty(node.Get("tty")), node.Number("channel", 1, 8), node.Flag("inverted", otherwise: false));

    private static OutputLineSpec.Hook ReadHook(ConfigNode node) => new(
        ReadCommand(node, "on"), ReadCommand(node, "off"), node.Seconds("timeoutSeconds", 1, HookSecondsMax));

    private static OutputLineSpec.Operator ReadOperator(ConfigNode node) => new(
        node.Text("on", TextMax), node.Text("off", TextMax), node.Seconds("timeoutSeconds", 1, OperatorSecondsMax));

    // A key of another kind is a misunderstanding, not a decoration.
    private static ConfigNode Fitting(ConfigNode node, string[] uses, params string[] keys) =>
        node.Only(["kind", .. keys, .. uses]);

    private static T OneOf<T>(ConfigNode? node, Dictionary<string, T> known, T otherwise)
    {
        if (node is null)
            return otherwise;
        string name = node.AsText(NameMax);
        return known.TryGetValue(name, out T? value)
            ? value
            : throw node.Fault($"unknown \"{ConfigNode.Shown(name)}\"; known are {string.Join(", ", known.Keys)}");
    }
}
