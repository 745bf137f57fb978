namespace FlashBench.Bench.Config;

/// <summary>Reads virtual benches and QEMU benches from bench-config.json.</summary>
internal static class VirtualBenchReader
{
    private const int NameLengthMax = 100;
    private const string Usual = VirtualBenchEntry.DefaultProgrammer;

    private static readonly string[] QemuChips = ["W25Q64"], QemuSystems = ["linux", "u-boot"], QemuImages = ["me8"];

    /// <summary>Reads a virtual bench.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or something that is not modelled.</exception>
    public static VirtualBenchEntry Read(ConfigNode node)
    {
        node.Only("image", "chip", "seed", "agent", "hiddenUnderHap", "programmer", "exactTimes");
        return new VirtualBenchEntry(
            OneOf(node.Get("image"), "image", BenchConfigFile.Images),
            OneOf(node.Get("chip"), "chip", BenchConfigFile.Chips),
            node.Number("seed", 0, int.MaxValue),
            node.Flag("agent", otherwise: true),
            node.Flag("hiddenUnderHap", otherwise: false),
            Programmer(node),
            node.Flag("exactTimes", otherwise: false));
    }

    /// <summary>Reads a QEMU bench.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or something that QEMU's board has not.</exception>
    public static QemuBenchEntry ReadQemu(ConfigNode node)
    {
        node.Only("image", "chip", "seed", "system", "programmer");
        return new QemuBenchEntry(
            OneOf(node.Get("image"), "image", QemuImages),
            OneOf(node.Get("chip"), "chip", QemuChips),
            node.Number("seed", 0, int.MaxValue),
            OneOf(node.Get("system"), "system", QemuSystems),
            Programmer(node));
    }

    /// <summary>A name out of a list.</summary>
    /// <exception cref="ConfigException">It is not in the list.</exception>
    public static string OneOf(ConfigNode node, string what, IReadOnlyList<string> known)
    {
        string name = node.AsText(NameLengthMax);
        return known.Contains(name)
            ? name
            : throw node.Fault($"unknown {what} \"{ConfigNode.Shown(name)}\"; known are {string.Join(", ", known)}");
    }

    private static string Programmer(ConfigNode node) => node.Find("programmer") is { } programmer
        ? OneOf(programmer, "programmer", BenchConfigFile.Programmers)
        : Usual;
}
