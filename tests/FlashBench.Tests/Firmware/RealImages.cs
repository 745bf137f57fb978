using System.IO.Compression;
using System.Text.Json;

namespace FlashBench.Tests.Firmware;

/// <summary>Other people's firmware with known answers, beside the project; tests skip when it is absent.</summary>
internal static class RealImages
{
    /// <summary>Where they are, or null.</summary>
    public static string? Folder { get; } = Locate();

    /// <summary>Every id of the manifest; one empty id when the images are absent, so that the skip shows.</summary>
    public static IEnumerable<string> Ids =>
        Folder is null ? [""] : Manifest().Select(e => e.GetProperty("id").GetString()!);

    /// <summary>The image, uncompressed.</summary>
    public static byte[] Load(string id)
    {
        SkipWhenAbsent();
        using FileStream file = File.OpenRead(Path.Combine(Folder!, $"{id}.bin.gz"));
        using var packed = new GZipStream(file, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        packed.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>The manifest's entry for <paramref name="id"/>.</summary>
    public static JsonElement Entry(string id)
    {
        SkipWhenAbsent();
        return Manifest().First(e => e.GetProperty("id").GetString() == id);
    }

    /// <summary>SHA-256 of what me_cleaner writes with an option set, or null when it fails.</summary>
    public static string? Answer(string id, string optionSet)
    {
        JsonElement sets = Entry(id).GetProperty("me_cleaner");
        return sets.TryGetProperty(optionSet, out JsonElement set) && set.GetProperty("exit").GetInt32() == 0 &&
            set.GetProperty("outputs").TryGetProperty("out.bin", out JsonElement output)
                ? output.GetProperty("sha256").GetString()
                : null;
    }

    private static void SkipWhenAbsent() =>
        Assert.SkipWhen(Folder is null, "no real images: neither ../shared/images nor FLASHBENCH_IMAGES is there");

    private static JsonElement[] Manifest()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, "manifest.json")));
        return [.. manifest.RootElement.Clone().EnumerateArray()];
    }

    private static string? Locate()
    {
        string folder = Environment.GetEnvironmentVariable("FLASHBENCH_IMAGES")
            ?? Path.Combine(ProjectRoot(), "..", "shared", "images");
        return File.Exists(Path.Combine(folder, "manifest.json")) ? folder : null;
    }

    private static string ProjectRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder.Parent is { } parent && !File.Exists(Path.Combine(folder.FullName, "FlashBench.sln")))
            folder = parent;
        return folder.FullName;
    }
}
