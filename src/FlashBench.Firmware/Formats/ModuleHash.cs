using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>The hash that a signed structure states for the stored bytes of a module.</summary>
/// <param name="Algorithm">SHA-1 in generation 1, SHA-256, or SHA-384 from ME 15 on.</param>
/// <param name="Expected">The hash in its natural order.</param>
/// <param name="Range">The bytes that it covers, in the image.</param>
internal sealed record ModuleHash(HashAlgorithmName Algorithm, byte[] Expected, FlashRange Range)
{
    /// <summary>A hash as firmware stores it: byte-reversed.</summary>
    public static ModuleHash Reversed(HashAlgorithmName algorithm, ReadOnlySpan<byte> stored, FlashRange range)
    {
        byte[] hash = stored.ToArray();
        Array.Reverse(hash);
        return new ModuleHash(algorithm, hash, range);
    }

    /// <summary>True when the bytes have the hash.</summary>
    /// <param name="image">The image; must hold the range.</param>
    public bool Matches(ReadOnlySpan<byte> image) =>
        CryptographicOperations.HashData(Algorithm, Range.Of(image)).AsSpan().SequenceEqual(Expected);

    /// <summary>Adds a finding for every module of <paramref name="code"/> that does not have its hash.</summary>
    /// <param name="image">The image.</param>
    /// <param name="region">The ME region.</param>
    /// <param name="code">The code partition.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void Check(ReadOnlySpan<byte> image, FlashRange region, CodePartition code, List<Finding> findings)
    {
        // Modules do not overlap, so more bytes than the partition has are damage, and slow to hash.
        long left = region.Intersect(code.Range).Length;
        foreach (CodeModule module in code.Modules)
        {
            if (module.Hash is not { } hash || !region.Contains(hash.Range))
                continue;
            left -= hash.Range.Length;
            if (left < 0)
            {
                findings.Add(new(hash.Range.Start, FindingSeverity.Error,
                    $"the modules up to {module.Name} are longer than their partition"));
                return;
            }

            bool isRemoved = !module.IsKept && !hash.Range.IsEmpty &&
                !hash.Range.Of(image).ContainsAnyExcept((byte)0xFF);
            if (!isRemoved && !hash.Matches(image))
            {
                findings.Add(new(hash.Range.Start, module.IsKept ? FindingSeverity.Error : FindingSeverity.Warning,
                    $"module {module.Name} does not have the hash that is signed for it"));
            }
        }
    }
}
