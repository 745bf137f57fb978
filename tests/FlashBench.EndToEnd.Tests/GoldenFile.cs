namespace FlashBench.EndToEnd.Tests;

/// <summary>Exact output that a person has looked at once.</summary>
/// <remarks>FLASHBENCH_ACCEPT=1 rewrites the files from what the program says; review the difference.</remarks>
internal static class GoldenFile
{
    private static readonly string Folder = FindFolder();

    /// <summary>Compares with Golden/<paramref name="name"/>, byte for byte.</summary>
    public static void Check(string name, string actual)
    {
        string file = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_ACCEPT") == "1")
            File.WriteAllText(file, actual);
        Assert.True(File.Exists(file), $"no {file}; FLASHBENCH_ACCEPT=1 writes it");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    // Beside the sources, not beside the program: an accepted change must reach the repository.
    private static string FindFolder()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FlashBench.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no FlashBench.sln above");
        return Path.Combine(folder, "tests", "FlashBench.EndToEnd.Tests", "Golden");
    }
}
