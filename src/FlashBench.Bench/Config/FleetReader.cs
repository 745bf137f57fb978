using FlashBench.Bench.Fleet;

namespace FlashBench.Bench.Config;

/// <summary>Reads from bench-config.json what benches share: policy, USB groups and who belongs to which group.
/// </summary>
internal static class FleetReader
{
    /// <summary>More benches than one host can serve.</summary>
    public const int SlotsMax = 1000;

    private const int NameMax = 63, GroupsMax = 100, RetriesMax = 10, FailuresMax = 100, ImageFailuresMax = 10_000;

    /// <summary>Reads the policy; what it does not name has its default.</summary>
    /// <exception cref="ConfigException">An unknown key, or a number out of range.</exception>
    public static FleetPolicy ReadPolicy(ConfigNode? node)
    {
        var usual = new FleetPolicy();
        node?.Only("maxParallelFlash", "infraRetries", "breakerFailures", "imageFailures");
        return new FleetPolicy(
            node?.Find("maxParallelFlash")?.AsNumber(1, SlotsMax) ?? usual.MaxParallelFlash,
            node?.Find("infraRetries")?.AsNumber(0, RetriesMax) ?? usual.InfraRetries,
            node?.Find("breakerFailures")?.AsNumber(1, FailuresMax) ?? usual.BreakerFailures,
            node?.Find("imageFailures")?.AsNumber(1, ImageFailuresMax) ?? usual.ImageFailures);
    }

    /// <summary>Reads the USB groups of the host.</summary>
    /// <exception cref="ConfigException">An unknown or missing key, or an id that any group has.</exception>
    public static IReadOnlyList<UsbGroupEntry> ReadUsbGroups(ConfigNode root, IReadOnlyList<PowerGroupEntry> supplies)
    {
        if (root.Find("usbGroups") is null)
            return [];
        var groups = new List<UsbGroupEntry>();
        foreach (ConfigNode node in root.List("usbGroups", GroupsMax))
        {
            node.Only("id", "maxParallelFlash");
            string id = GroupId(node);
            if (supplies.Any(supply => supply.Id == id) || groups.Exists(group => group.Id == id))
                throw node.Get("id").Fault($"the id \"{id}\" is taken by an earlier group");
            groups.Add(new UsbGroupEntry(id, node.Number("maxParallelFlash", 1, SlotsMax)));
        }

        return groups;
    }

    /// <summary>The id of a group.</summary>
    /// <exception cref="ConfigException">It is none, or the name of the lock of all benches.</exception>
    public static string GroupId(ConfigNode node)
    {
        string id = node.Text("id", NameMax);
        if (!BenchConfigFile.IsId(id))
            throw node.Get("id").Fault("must be lower-case letters, digits and dashes, a letter or digit first");
        return id == SharedLocks.Flash
            ? throw node.Get("id").Fault($"\"{id}\" is the lock of all benches (policy.maxParallelFlash)")
            : id;
    }

    /// <summary>Says of a bench which groups it is in, and what it is checked with.</summary>
    /// <exception cref="ConfigException">There is no such group, or the key is not for this kind of bench.</exception>
    public static BenchEntry ReadGroups(
        ConfigNode node, BenchEntry bench, IReadOnlyList<PowerGroupEntry> supplies, IReadOnlyList<UsbGroupEntry> hubs)
    {
        if (bench.Programmer is not null && node.Find("powerGroup") is { } misplaced)
            throw misplaced.Fault("a wired bench has it in relays.power.group: the relay switches the supply");
        ConfigNode? supply = bench.Programmer is null
            ? node.Find("powerGroup")
            : node.Find("relays")?.Get("power").Find("group");
        return bench with
        {
            PowerGroup = Known(supply, "powerGroups", supplies.Select(group => group.Id)),
            UsbGroup = Known(node.Find("usbGroup"), "usbGroups", hubs.Select(group => group.Id)),
            GoldenImage = BenchConfigFile.PathAt(node, "goldenImage"),
        };
    }

    private static string? Known(ConfigNode? node, string list, IEnumerable<string> ids)
    {
        string? id = node?.AsText(NameMax);
        return id is null || ids.Contains(id)
            ? id
            : throw node!.Fault($"no {list} entry has the id \"{ConfigNode.Shown(id)}\"");
    }
}
