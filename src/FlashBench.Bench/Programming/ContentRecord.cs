using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FlashBench.Bench.Programming;

/// <summary>What a chip holds, as hashes of its 4 KiB sectors; a sector may be unknown.</summary>
/// <remarks>
/// File format, little-endian: "FBCR", u32 version 1, u32 chip size, 32 bytes SHA-256 a sector (zeros = unknown), and
/// the SHA-256 of all before it.
/// </remarks>
public sealed class ContentRecord
{
    /// <summary>Bytes that share a hash.</summary>
    public const int SectorBytes = 4096;

    private const int HashBytes = SHA256.HashSizeInBytes, HeaderBytes = 12;
    private const uint Version = 1;

    private static readonly byte[] Magic = "FBCR"u8.ToArray();

    private readonly byte[] _hashes;

    /// <summary>A record that knows nothing.</summary>
    /// <param name="sizeBytes">Capacity of the chip; a multiple of the sector size.</param>
    public ContentRecord(uint sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sizeBytes % SectorBytes, 0u, nameof(sizeBytes));
        (SizeBytes, _hashes) = (sizeBytes, new byte[sizeBytes / SectorBytes * HashBytes]);
    }

    private ContentRecord(uint sizeBytes, byte[] hashes) => (SizeBytes, _hashes) = (sizeBytes, hashes);

    /// <summary>Capacity of the chip in bytes.</summary>
    public uint SizeBytes { get; }

    /// <summary>Number of sectors.</summary>
    public int Sectors => _hashes.Length / HashBytes;

    /// <summary>True if something is known of the sector.</summary>
    public bool IsKnown(int sector) => HashOf(sector).ContainsAnyExcept((byte)0);

    /// <summary>True if the sector is known to hold exactly these bytes.</summary>
    public bool Holds(int sector, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(content, hash);
        return hash.SequenceEqual(HashOf(sector));
    }

    /// <summary>From now on the sector is known to hold these bytes.</summary>
    public void Set(int sector, ReadOnlySpan<byte> content) => SHA256.HashData(content, HashOf(sector));

    /// <summary>From now on nothing is known of the sector.</summary>
    public void Forget(int sector) => HashOf(sector).Clear();

    /// <summary>From now on nothing is known of the chip.</summary>
    public void ForgetAll() => Array.Clear(_hashes);

    /// <summary>Takes in bytes that were read or verified.</summary>
    /// <param name="address">Start of <paramref name="content"/>.</param>
    /// <param name="content">Sectors that it covers in part only stay as they were.</param>
    public void Learn(long address, ReadOnlySpan<byte> content)
    {
        long first = (address + SectorBytes - 1) / SectorBytes;
        for (long sector = first; (sector + 1) * SectorBytes <= address + content.Length; sector++)
            Set((int)sector, content.Slice((int)(sector * SectorBytes - address), SectorBytes));
    }

    /// <summary>The record as a file.</summary>
    public byte[] ToBytes()
    {
        byte[] file = new byte[HeaderBytes + _hashes.Length + HashBytes];
        Magic.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(8), SizeBytes);
        _hashes.CopyTo(file, HeaderBytes);
        SHA256.HashData(file.AsSpan(..^HashBytes), file.AsSpan(^HashBytes..));
        return file;
    }

    /// <summary>Reads a record.</summary>
    /// <returns>Null if the bytes are no whole record of a chip of this size: nothing is known then.</returns>
    public static ContentRecord? Parse(ReadOnlySpan<byte> file, uint sizeBytes)
    {
        long length = HeaderBytes + (sizeBytes / SectorBytes + 1L) * HashBytes;
        if (file.Length != length || !file.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) != sizeBytes)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(file[..^HashBytes], hash);
        return hash.SequenceEqual(file[^HashBytes..])
            ? new ContentRecord(sizeBytes, file[HeaderBytes..^HashBytes].ToArray())
            : null;
    }

    private Span<byte> HashOf(int sector) => _hashes.AsSpan(sector * HashBytes, HashBytes);
}
