namespace FlashBench.Firmware.Formats;

/// <summary>What an entry of the partition table stands for.</summary>
public enum PartitionKind
{
    /// <summary>Code.</summary>
    Code = 0,

    /// <summary>Data.</summary>
    Data = 1,

    /// <summary>Storage that the entry only reserves: no bytes of its own.</summary>
    Nvram = 2,

    /// <summary>Generic data.</summary>
    Generic = 3,

    /// <summary>The EFFS file system.</summary>
    Effs = 4,

    /// <summary>ROM bypass code.</summary>
    Rom = 5,

    /// <summary>Any other number.</summary>
    Other = 6,
}

/// <summary>One entry of the partition table.</summary>
/// <param name="Index">Position in the table, from 0.</param>
/// <param name="Name">Name as stored; '?' stands for a byte that is not printable.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="EntryOffset">Where the entry stands in the image.</param>
/// <param name="Range">Its bytes in the image as stated, not clipped to the region; null when it has none.</param>
public sealed record Partition(int Index, string Name, PartitionKind Kind, long EntryOffset, FlashRange? Range);
