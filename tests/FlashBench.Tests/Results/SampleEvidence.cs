using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Results.Catalog;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Results;

/// <summary>An evidence folder with copies of jobs of a virtual bench, whole or cut as a kill leaves them.</summary>
internal sealed class SampleEvidence : IDisposable
{
    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> PassFiles =
        new(() => FilesOf(new JobBench { Dut = "pass-board" }));

    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> FailFiles = new(() => FilesOf(new JobBench
    {
        Dut = "fail-board",
        Control = NegativeControls.Find("stock"),
    }));

    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> DryFiles =
        new(() => FilesOf(new JobBench { Dut = "dry-board", DryRun = true }));

    private readonly TemporaryFolder _folder = new();

    public SampleEvidence()
    {
        Directory.CreateDirectory(Folder);
        Catalog = new EvidenceCatalog(Folder, State, TimeProvider.System);
    }

    /// <summary>A PASS.</summary>
    public static IReadOnlyDictionary<string, byte[]> Pass => PassFiles.Value;

    /// <summary>The negative control "stock".</summary>
    public static IReadOnlyDictionary<string, byte[]> Fail => FailFiles.Value;

    /// <summary>A job that stopped after its plan.</summary>
    public static IReadOnlyDictionary<string, byte[]> Dry => DryFiles.Value;

    /// <summary>All of these.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, byte[]>> All => [Pass, Fail, Dry];

    public string Folder => _folder.At("evidence");

    public string State => _folder.At("state");

    public EvidenceCatalog Catalog { get; }

    /// <summary>The same evidence and a store that knows nothing yet.</summary>
    public EvidenceCatalog Another(string state) => new(Folder, _folder.At(state), TimeProvider.System);

    /// <summary>Puts a job directory there.</summary>
    /// <param name="name">Its path in the evidence folder.</param>
    /// <param name="files">What it holds.</param>
    /// <param name="journalBytes">How much of the journal; null for all.</param>
    /// <returns>Its absolute path.</returns>
    public string Put(string name, IReadOnlyDictionary<string, byte[]> files, int? journalBytes = null)
    {
        string directory = Path.Combine(Folder, name);
        foreach ((string file, byte[] content) in files)
        {
            string path = Path.Combine(directory, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            bool cut = journalBytes is not null && file == JournalWriter.FileName;
            File.WriteAllBytes(path, cut ? content[..Math.Min(journalBytes!.Value, content.Length)] : content);
        }

        return directory;
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, byte[]> FilesOf(JobBench bench)
    {
        using (bench)
        {
            bench.Run();
            return Directory.EnumerateFiles(bench.Directory, "*", SearchOption.AllDirectories)
                .ToDictionary(path => Path.GetRelativePath(bench.Directory, path), File.ReadAllBytes);
        }
    }
}
