using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Results.Catalog;

/// <summary>What a rebuild has made.</summary>
/// <param name="File">The store's file.</param>
/// <param name="Jobs">Rows.</param>
/// <param name="ContentHash">Hash of what it says.</param>
/// <param name="Before">The same of the store before; null if there was none that could be read.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record RebuiltStore(string File, long Jobs, string ContentHash, string? Before, long Bytes);

/// <summary>Makes a results store anew from nothing but the journals.</summary>
/// <remarks>The new file takes the place of the old one at the end: until then others read and write the old one, and
/// whoever stops this leaves it as it was.</remarks>
public static class Rebuild
{
    /// <summary>Does it.</summary>
    /// <param name="catalog">The evidence folder.</param>
    /// <param name="cancel">Stops between two jobs; the old store is left.</param>
    /// <exception cref="ResultsException">A newer program made the store, another process rebuilds it or holds it, or
    /// the folder cannot be written.</exception>
    /// <exception cref="IOException">The evidence folder cannot be read.</exception>
    public static RebuiltStore Run(EvidenceCatalog catalog, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        string file = catalog.StoreFile;
        string? before = ContentBefore(file);
        string fresh = file + ".new";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using StoreGate alone = StoreGate.Close(file + ".rebuild", TimeSpan.Zero); // one rebuild at a time
        RemoveFiles(fresh);
        (string hash, long jobs) = Fill(catalog, fresh, cancel);
        using (StoreGate.Close(file, EvidenceCatalog.Patience))
        {
            RemoveFiles(file, all: false); // its log first: it must never be taken for the new file's
            File.Move(fresh, file, overwrite: true);
            File.Delete(fresh + ".lock");
        }

        using ResultsStore store = ResultsStore.Open(file, EvidenceCatalog.Patience);
        catalog.Update(store, cancel); // what ended meanwhile
        return new RebuiltStore(file, jobs, hash, before, new FileInfo(file).Length);
    }

    private static (string Hash, long Jobs) Fill(EvidenceCatalog catalog, string fresh, CancellationToken cancel)
    {
        using ResultsStore store = ResultsStore.Open(fresh, EvidenceCatalog.Patience);
        foreach (JobRow[] some in catalog.Rows(EvidenceNames.All(catalog.Evidence), cancel).Chunk(1000))
            store.Put(some);
        return (store.ContentHash(), store.Count);
    }

    private static string? ContentBefore(string file)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using ResultsStore store = ResultsStore.OpenToRead(file, EvidenceCatalog.Patience);
            return store.ContentHash();
        }
        catch (ResultsException e) when (e.Trouble is StoreTrouble.Damaged or StoreTrouble.Unusable)
        {
            return null; // that is what a rebuild is for
        }
    }

    private static void RemoveFiles(string file, bool all = true)
    {
        try
        {
            foreach (string suffix in (string[])["-wal", "-shm", "-journal"])
                File.Delete(file + suffix);
            if (all)
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(StoreTrouble.Unusable, $"{file} cannot be replaced ({e.Message})");
        }
    }
}
