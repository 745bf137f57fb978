using System.Numerics;

namespace FlashBench.Bench.Config;

/// <summary>Reads the flash chips of a DUT profile.</summary>
internal static class FlashProfileReader
{
    private const int MillivoltsMin = 1_500, MillivoltsMax = 3_600; // 1.8 V parts down to 1.65 V, 3.3 V parts to 3.6 V
    private const int SizeMin = 512 << 10, SizeMax = 64 << 20;      // the densities that a descriptor can state
    private const int ComponentsMax = 2;                            // as many chip selects as a descriptor counts

    private static readonly string[] Regions = ["fd", "gbe", "me", "pd", "bios", "ec"];

    /// <exception cref="ConfigException">A wrong key, type, size or region, or descriptor and ME elsewhere.</exception>
    public static FlashProfile Read(ConfigNode node)
    {
        node.Only("supplyMillivolts", "package", "components");
        FlashComponent[] components = [.. node.List("components", ComponentsMax).Select(ReadComponent)];
        ConfigNode listed = node.Get("components");
        for (int i = 0; i < components.Length; i++)
        {
            bool holds = components[i].Holds.Contains("fd") || components[i].Holds.Contains("me");
            bool both = components[i].Holds.Contains("fd") && components[i].Holds.Contains("me");
            if (i == 0 ? !both : holds)
                throw listed.Fault("the first chip, and no other, must hold both fd and me");
        }

        return new FlashProfile(
            node.Number("supplyMillivolts", MillivoltsMin, MillivoltsMax), node.Text("package", 40), components);
    }

    private static FlashComponent ReadComponent(ConfigNode node)
    {
        node.Only("sizeBytes", "holds", "where");
        int size = node.Number("sizeBytes", SizeMin, SizeMax);
        if (!BitOperations.IsPow2(size))
            throw node.Get("sizeBytes").Fault($"must be a power of two, not {size}");
        return new FlashComponent(
            size, [.. node.List("holds", Regions.Length).Select(Region)], node.Text("where", 200));
    }

    private static string Region(ConfigNode node)
    {
        string region = node.AsText(10);
        return Regions.Contains(region)
            ? region
            : throw node.Fault($"unknown region; known are {string.Join(", ", Regions)}");
    }
}
