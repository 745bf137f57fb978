using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;

namespace FlashBench.Tests.Campaigns;

/// <summary>The disk of one campaign job: state, vault, evidence and the virtual bench.</summary>
internal sealed class CampaignFolders(string root)
{
    public string Root => root;

    public string Evidence => Path.Combine(root, "evidence");

    public string VaultFolder => Path.Combine(root, "vault");

    public string Reserve => Path.Combine(Evidence, DiskReserve.FileName);

    public string BenchFile => Path.Combine(root, "bench.flash");

    public BenchState State => new(Path.Combine(root, "state"));

    public Vault Vault => new(VaultFolder);

    /// <summary>What is on disk at this moment, as a killed process leaves it.</summary>
    public CampaignFolders CopyTo(string target, VirtualBench bench)
    {
        foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            if (file == BenchFile || file == Reserve)
                continue; // the one is locked, as it shall be, the other holds nothing
            string to = Path.Combine(target, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream into = File.Create(to);
            from.CopyTo(into);
        }

        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(root, folder)));
        var copy = new CampaignFolders(target);
        bench.CopyTo(copy.BenchFile);
        return copy;
    }
}
