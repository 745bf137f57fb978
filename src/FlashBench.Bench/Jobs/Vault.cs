using System.Security.Cryptography;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Jobs;

/// <summary>Backups by content: one file per SHA-256, readable by its owner only, never changed and never
/// deleted.</summary>
/// <param name="folder">Created when first needed.</param>
public sealed class Vault(string folder)
{
    /// <summary>Where the image with this hash lies.</summary>
    public string PathOf(string sha256) => Path.Combine(folder, sha256[..2], sha256 + ".bin");

    /// <summary>True if the image with this hash is here, whole and undamaged.</summary>
    /// <exception cref="JournalWriteException">It is there and cannot be read.</exception>
    public bool Holds(string sha256)
    {
        string path = PathOf(sha256);
        try
        {
            if (!File.Exists(path))
                return false;
            using FileStream file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file)) == sha256;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads an image.</summary>
    /// <returns>Its bytes; null if it is not here, or damaged.</returns>
    /// <exception cref="JournalWriteException">It is there and cannot be read.</exception>
    public byte[]? Load(string sha256)
    {
        string path = PathOf(sha256);
        try
        {
            if (!File.Exists(path))
                return null;
            byte[] image = File.ReadAllBytes(path);
            return Convert.ToHexStringLower(SHA256.HashData(image)) == sha256 ? image : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Stores an image; on return it is on disk, whole.</summary>
    /// <returns>Its SHA-256 in lower-case hex.</returns>
    /// <exception cref="JournalWriteException">It could not be stored, or what is there under this hash is
    /// damaged.</exception>
    public string Store(ReadOnlySpan<byte> image)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(image));
        string path = PathOf(sha256);
        try
        {
            DurableFile.CreateDirectory(
                Path.GetDirectoryName(path)!,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (!File.Exists(path))
                DurableFile.Write(path, image, ownerOnly: true);
            else
                Keep(path, image);
            // A crash may have left folders whose names are not on disk yet.
            DurableFile.SyncDirectory(folder);
            DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"the vault cannot take the backup: {e.Message}", e);
        }

        return sha256;
    }

    // What is there may be in memory only: the process that wrote it can have died before its sync.
    private static void Keep(string path, ReadOnlySpan<byte> image)
    {
        if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(image))
            throw new IOException($"{path} exists and does not hold the image of its name");
        DurableFile.SyncExisting(path);
    }
}
