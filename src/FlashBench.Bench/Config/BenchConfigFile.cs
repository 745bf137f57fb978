using System.Text.RegularExpressions;

namespace FlashBench.Bench.Config;

/// <summary>Reads bench-config.json, strictly: what is not known is an error, never skipped.</summary>
public static partial class BenchConfigFile
{
    /// <summary>The file name that is looked for when no other is named.</summary>
    public const string DefaultName = "bench-config.json";

    private const int BenchesMax = 1000;
    private const int IdLengthMax = 63;
    private const int PathLengthMax = 1024;
    private static readonly string[] Worlds = ["programmer", "virtual", "qemu"];
    private static readonly string[] Wiring = ["relays", "powerSensor", "console"];

    /// <summary>Images that the generator of the virtual bench knows.</summary>
    public static IReadOnlyList<string> Images { get; } = ["me8", "me10", "me11"];

    /// <summary>Programmers that a virtual bench may have.</summary>
    public static IReadOnlyList<string> Programmers { get; } = [VirtualBenchEntry.DefaultProgrammer, "ft2232h"];

    /// <summary>Chips that the virtual bench models; rows of hardware/chips.json.</summary>
    public static IReadOnlyList<string> Chips { get; } = ["W25Q64", "W25Q128", "W25Q80"];

    /// <summary>Reads a configuration file; relative folders in it start at the file's own folder.</summary>
    /// <param name="path">The file; messages name it as given here.</param>
    /// <exception cref="ConfigException">The file is missing, unreadable or faulty.</exception>
    public static BenchConfig Load(string path)
    {
        BenchConfig config = Parse(BoundedFile.Read(path, ConfigDocument.BytesMax), path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        string? Absolute(string? entry) => entry is null ? null : Path.GetFullPath(entry, folder);

        ConfigPaths paths = config.Paths;
        return config with
        {
            Paths = new ConfigPaths(
                Absolute(paths.State), Absolute(paths.Vault), Absolute(paths.Evidence), Absolute(paths.Log)),
            Benches =
            [
                .. config.Benches.Select(bench => bench with
                {
                    GoldenImage = Absolute(bench.GoldenImage),
                }),
            ],
        };
    }

    /// <summary>Reads a configuration; relative folders stay relative.</summary>
    /// <param name="bytes">The whole file, UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ConfigException">Not JSON, an unknown or repeated key, a wrong type, a broken rule.</exception>
    public static BenchConfig Parse(ReadOnlySpan<byte> bytes, string name)
    {
        ConfigNode root = ConfigDocument.Parse(bytes, name);
        Placeholders.Refuse(root);
        root.Only("version", "paths", "powerGroups", "benches", "lab", "minFreeMiB", "policy", "usbGroups");
        root.Number("version", 1, 1);
        List<ConfigNode> entries = root.List("benches", BenchesMax);
        IReadOnlyList<PowerGroupEntry> groups = WiringReader.ReadGroups(root);
        IReadOnlyList<UsbGroupEntry> hubs = FleetReader.ReadUsbGroups(root, groups);
        List<BenchEntry> benches =
        [
            .. entries.Select(entry => FleetReader.ReadGroups(entry, ReadBench(entry), groups, hubs) with
            {
                Sha256 = entry.Sha256(),
            }),
        ];
        RefuseDuplicates(entries, benches);
        var config = new BenchConfig(ReadPaths(root.Find("paths")), benches)
        {
            Lab = LabEntry.Read(root.Find("lab")),
            PowerGroups = groups,
            UsbGroups = hubs,
            Policy = FleetReader.ReadPolicy(root.Find("policy")),
        };
        if (root.Find("minFreeMiB") is { } free)
            config = config with { MinFreeMiB = free.AsNumber(0, 1 << 20) };
        SharedDevices.Refuse(root, DeviceUses.Of(config));
        return config;
    }

    /// <summary>True for lower-case letters, digits and dashes, a letter or digit first.</summary>
    internal static bool IsId(string text) => IdPattern().IsMatch(text);

    /// <summary>A file or folder; null if the key is not there.</summary>
    /// <exception cref="ConfigException">It begins with ~, which only a shell expands.</exception>
    internal static string? PathAt(ConfigNode? node, string key)
    {
        ConfigNode? entry = node?.Find(key);
        string? path = entry?.AsText(PathLengthMax);
        return path is ['~', ..] ? throw entry!.Fault("~ is not expanded here; write the whole path") : path;
    }

    private static ConfigPaths ReadPaths(ConfigNode? node)
    {
        node?.Only("state", "vault", "evidence", "log");
        return new ConfigPaths(
            PathAt(node, "state"), PathAt(node, "vault"), PathAt(node, "evidence"), PathAt(node, "log"));
    }

    private static BenchEntry ReadBench(ConfigNode node)
    {
        node.Only(
            "id", "default", "dutProfile", "virtual", "qemu", "programmer", "relays", "powerSensor", "console",
            "powerGroup", "usbGroup", "goldenImage");
        string id = node.Text("id", IdLengthMax);
        if (!IsId(id))
            throw node.Get("id").Fault("must be lower-case letters, digits and dashes, a letter or digit first");

        string profile = VirtualBenchReader.OneOf(node.Get("dutProfile"), "DUT profile", DutProfiles.Ids);
        bool isDefault = node.Flag("default", otherwise: false);
        ConfigNode made = OneWorld(node);
        if (made == node.Find("virtual"))
            return new BenchEntry(id, isDefault, profile, VirtualBenchReader.Read(made), Programmer: null);
        if (isDefault)
            throw node.Get("default").Fault("only a virtual bench can be the default: others are always named");
        if (made == node.Find("qemu"))
        {
            return new BenchEntry(id, isDefault, profile, Virtual: null, Programmer: null)
            {
                Qemu = VirtualBenchReader.ReadQemu(made),
            };
        }

        return new BenchEntry(id, isDefault, profile, Virtual: null, ProgrammerReader.Read(made))
        {
            Relays = node.Find("relays") is { } relays ? WiringReader.ReadRelays(relays) : null,
            PowerSensor = node.Find("powerSensor") is { } sensor ? PowerSensorReader.Read(sensor) : null,
            Console = node.Find("console") is { } console ? WiringReader.ReadConsole(console) : null,
        };
    }

    // What the bench is made of: everything simulated, a QEMU board, or parts on this host.
    private static ConfigNode OneWorld(ConfigNode node)
    {
        ConfigNode[] worlds = [.. Worlds.Select(node.Find).OfType<ConfigNode>()];
        if (worlds.Length == 0)
            throw node.Fault("a bench has one of the keys \"programmer\", \"virtual\" or \"qemu\"");
        if (worlds.Length > 1)
            throw worlds[1].Fault("a bench has only one of the keys \"programmer\", \"virtual\" and \"qemu\"");
        foreach (string key in Wiring)
        {
            if (worlds[0] != node.Find("programmer") && node.Find(key) is { } part)
                throw part.Fault("a virtual or QEMU bench brings its own; only one with a programmer is wired");
        }

        return worlds[0];
    }

    private static void RefuseDuplicates(List<ConfigNode> entries, List<BenchEntry> benches)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? marked = null;
        for (int i = 0; i < benches.Count; i++)
        {
            if (!seen.Add(benches[i].Id))
                throw entries[i].Get("id").Fault($"the id \"{benches[i].Id}\" is taken by an earlier bench");
            if (benches[i].Default && marked is not null)
                throw entries[i].Get("default").Fault($"bench \"{marked}\" is the default already");
            marked = benches[i].Default ? benches[i].Id : marked;
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
