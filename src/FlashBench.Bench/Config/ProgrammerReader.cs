namespace FlashBench.Bench.Config;

/// <summary>Reads the programmer of a real bench from bench-config.json.</summary>
internal static class ProgrammerReader
{
    private const int TextMax = 256, ClockHzMax = 60_000_000, MillivoltsDefault = 3300;

    private static readonly Dictionary<string, ProgrammerKind> Kinds = new(StringComparer.Ordinal)
    {
        ["ch341a"] = ProgrammerKind.Ch341a,
        ["ft2232h"] = ProgrammerKind.Ft2232h,
        ["serprog"] = ProgrammerKind.Serprog,
    };

    /// <summary>Reads one entry.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or keys that do not fit the kind.</exception>
    public static ProgrammerEntry Read(ConfigNode node)
    {
        node.Only("kind", "port", "serial", "address", "channel", "clockHz", "millivolts");
        string name = node.Text("kind", TextMax);
        if (!Kinds.TryGetValue(name, out ProgrammerKind kind))
        {
            throw node.Get("kind").Fault(
                $"unknown programmer \"{ConfigNode.Shown(name)}\"; known are {string.Join(", ", Kinds.Keys)}");
        }

        string? port = Optional(node, "port"), serial = Optional(node, "serial"), address = Optional(node, "address");
        if (kind == ProgrammerKind.Serprog && address is null)
            throw node.Fault("a serprog programmer needs an address, \"host:port\" or \"/dev/ttyX:baud\"");
        if (kind != ProgrammerKind.Serprog && address is not null)
            throw node.Get("address").Fault("only serprog has an address; a USB programmer has a port or a serial");
        if (port is not null && serial is not null)
            throw node.Get("serial").Fault("port and serial both name the programmer: which one counts?");
        string channel = Optional(node, "channel") ?? "A";
        if (channel is not ("A" or "B"))
            throw node.Get("channel").Fault("must be A or B");
        int millivolts = node.Find("millivolts")?.AsNumber(0, int.MaxValue) ?? MillivoltsDefault;
        if (millivolts is not (3300 or 1800))
            throw node.Get("millivolts").Fault("must be 3300 or 1800");
        int clock = node.Find("clockHz")?.AsNumber(1, ClockHzMax) ?? 0;
        return new ProgrammerEntry(kind, port, serial, address, channel, clock, millivolts);
    }

    private static string? Optional(ConfigNode node, string key) => node.Find(key)?.AsText(TextMax);
}
