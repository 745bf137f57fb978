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
    private const int NameLengthMax = 100;

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
        };
    }

    /// <summary>Reads a configuration; relative folders stay relative.</summary>
    /// <param name="bytes">The whole file, UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ConfigException">Not JSON, an unknown or repeated key, a wrong type, a broken rule.</exception>
    public static BenchConfig Parse(ReadOnlySpan<byte> bytes, string name)
    {
        ConfigNode root = ConfigDocument.Parse(bytes, name).Only("version", "paths", "benches");
        root.Number("version", 1, 1);
        List<ConfigNode> entries = root.List("benches", BenchesMax);
        List<BenchEntry> benches = [.. entries.Select(ReadBench)];
        RefuseDuplicates(entries, benches);
        return new BenchConfig(ReadPaths(root.Find("paths")), benches);
    }

    private static ConfigPaths ReadPaths(ConfigNode? node)
    {
        node?.Only("state", "vault", "evidence", "log");
        return new ConfigPaths(Folder("state"), Folder("vault"), Folder("evidence"), Folder("log"));

        string? Folder(string key)
        {
            ConfigNode? entry = node?.Find(key);
            string? folder = entry?.AsText(PathLengthMax);
            return folder is ['~', ..] ? throw entry!.Fault("~ is not expanded here; write the whole path") : folder;
        }
    }

    private static BenchEntry ReadBench(ConfigNode node)
    {
        node.Only("id", "default", "dutProfile", "virtual", "programmer");
        string id = node.Text("id", IdLengthMax);
        if (!IdPattern().IsMatch(id))
            throw node.Get("id").Fault("must be lower-case letters, digits and dashes, a letter or digit first");

        string profile = OneOf(node.Get("dutProfile"), "DUT profile", DutProfiles.Ids);
        bool isDefault = node.Flag("default", otherwise: false);
        if (node.Find("programmer") is not { } programmer)
            return new BenchEntry(id, isDefault, profile, ReadVirtual(node.Get("virtual")), Programmer: null);
        if (node.Find("virtual") is not null)
            throw programmer.Fault("a bench has either a programmer or is virtual");
        return isDefault
            ? throw node.Get("default").Fault("only a virtual bench can be the default: real ones are always named")
            : new BenchEntry(id, isDefault, profile, Virtual: null, ProgrammerReader.Read(programmer));
    }

    private static VirtualBenchEntry ReadVirtual(ConfigNode node)
    {
        node.Only("image", "chip", "seed", "agent", "hiddenUnderHap", "programmer", "exactTimes");
        return new VirtualBenchEntry(
            OneOf(node.Get("image"), "image", Images),
            OneOf(node.Get("chip"), "chip", Chips),
            node.Number("seed", 0, int.MaxValue),
            node.Flag("agent", otherwise: true),
            node.Flag("hiddenUnderHap", otherwise: false),
            node.Find("programmer") is { } programmer
                ? OneOf(programmer, "programmer", Programmers)
                : VirtualBenchEntry.DefaultProgrammer,
            node.Flag("exactTimes", otherwise: false));
    }

    private static string OneOf(ConfigNode node, string what, IReadOnlyList<string> known)
    {
        string name = node.AsText(NameLengthMax);
        return known.Contains(name)
            ? name
            : throw node.Fault($"unknown {what} \"{ConfigNode.Shown(name)}\"; known are {string.Join(", ", known)}");
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
