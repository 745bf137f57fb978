using System.Security.Cryptography;
using System.Text;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Programming;

/// <summary>What tells one chip from every other: its ids and its size.</summary>
/// <param name="JedecId">Answer to 9Fh, six hex digits.</param>
/// <param name="UniqueId">Unique id in hex.</param>
/// <param name="SizeBytes">Capacity in bytes.</param>
public sealed record ChipKey(string JedecId, string UniqueId, uint SizeBytes)
{
    /// <summary>A name for files: the same for the same chip only.</summary>
    public string FileName => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes($"{JedecId}/{UniqueId}/{SizeBytes}")))[..32];

    /// <summary>The key of an identified chip.</summary>
    /// <returns>Null if the chip has no unique id: two of its kind cannot be told apart.</returns>
    public static ChipKey? Of(SpiNorIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity is { UniqueId: { } unique, Chip: { } chip }
            ? new ChipKey($"{identity.JedecId:X6}", unique, chip.SizeBytes)
            : null;
    }
}
