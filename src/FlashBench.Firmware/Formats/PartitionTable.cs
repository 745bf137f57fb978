using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>The "$FPT" partition table at the head of an ME region.</summary>
/// <param name="Offset">Where the tag stands in the image.</param>
/// <param name="HeaderVersion">0x10, 0x20 or 0x21.</param>
/// <param name="HeaderLength">0x30 when the 16-byte vector before the tag counts, else 0x20.</param>
/// <param name="ChecksumValid">True when the header's checksum is right; null for a version without one.</param>
/// <param name="Partitions">Its entries in stored order.</param>
public sealed record PartitionTable(
    long Offset, int HeaderVersion, int HeaderLength, bool? ChecksumValid, ImmutableArray<Partition> Partitions)
{
    /// <summary>The entry of that name, or null.</summary>
    public Partition? Find(string name) => Partitions.FirstOrDefault(p => p.Name == name);
}
