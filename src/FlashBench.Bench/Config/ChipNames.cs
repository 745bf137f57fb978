using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Config;

/// <summary>The part names of hardware/chips.json, which a bench entry may use.</summary>
internal static class ChipNames
{
    private static readonly Lazy<IReadOnlyList<string>> Names = new(Read);

    /// <summary>In file order.</summary>
    public static IReadOnlyList<string> All => Names.Value;

    private static List<string> Read()
    {
        byte[] bytes = EmbeddedFile.Read(typeof(SpiNorChip).Assembly, "chips.json");
        ConfigNode root = ConfigDocument.Parse(bytes, "chips.json");
        return [.. root.List("chips", countMax: 1000).Select(chip => chip.Text("name", lengthMax: 100))];
    }
}
