namespace FlashBench.Hardware.Host;

/// <summary>The udev rules of a bench (hardware/host/59-flashbench.rules), and whether a host has them.</summary>
public static class UdevRules
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "59-flashbench.rules";

    private const int FileMax = 64 << 10;

    /// <summary>Folders that udev reads, the first that has a name hides it in the others.</summary>
    /// <remarks>Source: udev(7), rules files (S-91).</remarks>
    public static IReadOnlyList<string> Folders { get; } =
    [
        "/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d",
        "/lib/udev/rules.d",
    ];

    /// <summary>The rules as this version of the program wants them.</summary>
    public static string Text { get; } = ReadOwn();

    /// <summary>Looks for a rules file, or any whose name contains a word.</summary>
    /// <param name="tree">The host.</param>
    /// <param name="word">Part of the file name.</param>
    /// <returns>Files that count: each name once, from the first folder that has it.</returns>
    public static IReadOnlyList<RulesFile> Find(HostTree tree, string word)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var found = new Dictionary<string, RulesFile>(StringComparer.Ordinal);
        foreach (string folder in Folders)
        {
            foreach (string name in tree.Names(folder))
            {
                bool isMeant = name.EndsWith(".rules", StringComparison.Ordinal)
                    && name.Contains(word, StringComparison.Ordinal);
                if (isMeant)
                    found.TryAdd(name, Read(tree, $"{folder}/{name}"));
            }
        }

        return [.. found.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private static RulesFile Read(HostTree tree, string path) => tree.Real(path) == "/dev/null"
        ? new RulesFile(path, "") { Masked = true }
        : new RulesFile(path, tree.Text(path, FileMax));

    private static string ReadOwn()
    {
        using Stream stream = typeof(UdevRules).Assembly.GetManifestResourceStream(FileName)
            ?? throw new InvalidOperationException($"{FileName} is not built in");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>A rules file that counts.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">What it says; null if it cannot be read.</param>
public sealed record RulesFile(string Path, string? Text)
{
    /// <summary>True if it is a link to /dev/null: switched off.</summary>
    public bool Masked { get; init; }

    /// <summary>The lines that are rules: no comments, no empty ones.</summary>
    public IEnumerable<string> Rules =>
        (Text ?? "").Split('\n').Select(line => line.Trim()).Where(line => line is [not '#', ..]);
}
