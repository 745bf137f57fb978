namespace FlashBench.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class ProjectTree
{
    /// <summary>The folder with FlashBench.sln.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>All files of that ending below the given top folders, as paths from the root, sorted.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) => folders
        .SelectMany(folder => Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Root, file))
        .Order(StringComparer.Ordinal);

    public static string[] Lines(string file) => File.ReadAllLines(PathOf(file));

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FlashBench.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no FlashBench.sln above");
        return folder;
    }
}
