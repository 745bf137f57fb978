using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>What becomes of a private key that is replaced.</summary>
public enum RetiredKey
{
    /// <summary>It is kept in a folder of its own, for its owner alone.</summary>
    Archived,

    /// <summary>It is overwritten and removed. What a disk or a backup still holds of it is not reached.</summary>
    Destroyed,
}

/// <summary>Replaces a station's key; records of the old one still verify.</summary>
public static class StationKeyRotation
{
    /// <summary>Folder inside the keys folder (mode 0700) for archived private keys.</summary>
    public const string ArchiveFolder = "retired";

    private const string LockName = ".rotate.lock";

    private const UnixFileMode OwnerFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a new key; keeps the old public key among the trusted ones, with its day of retirement.</summary>
    /// <param name="folder">The keys folder.</param>
    /// <param name="fate">What becomes of the old private key.</param>
    /// <param name="now">The wall clock.</param>
    /// <returns>Ids of the old key and of the new one.</returns>
    /// <remarks>In this order, so that a crash at any point leaves a station that can sign, and trust in every key that
    /// has ever signed.</remarks>
    /// <exception cref="StationKeyException">There is no sound key to replace, or another process is replacing it.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static (string OldId, string NewId) Run(string folder, RetiredKey fate, DateTimeOffset now)
    {
        using FileStream? alone = Directory.Exists(folder) ? Lock(Path.Combine(folder, LockName)) : null;
        using StationKey old = StationKey.LoadExisting(folder);
        string path = Path.Combine(folder, StationKey.FileName);
        TrustedStation.Write(folder, new TrustedStation(old.Public, "this station, earlier key")
        {
            Added = now,
            Retired = now,
        });
        if (fate == RetiredKey.Archived)
            Archive(folder, path, old.KeyId);
        using (var before = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0))
        {
            StationKey.Replace(folder);
            if (fate == RetiredKey.Destroyed)
                Overwrite(before); // it has no name any more
        }

        using StationKey fresh = StationKey.LoadExisting(folder);
        return (old.KeyId, fresh.KeyId);
    }

    private static void Archive(string folder, string path, string keyId)
    {
        string archive = Path.Combine(folder, ArchiveFolder);
        DurableFile.CreateDirectory(archive, OwnerFolder);
        DurableFile.Write(Path.Combine(archive, $"{keyId}.pem"), File.ReadAllBytes(path), ownerOnly: true);
    }

    private static void Overwrite(FileStream file)
    {
        file.Write(new byte[file.Length]);
        file.Flush(flushToDisk: true);
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0,
                FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new StationKeyException(path, "another process is replacing the key", e);
        }
    }
}
