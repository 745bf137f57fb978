using System.Security.Cryptography;

namespace FlashBench.Simulation.Me;

/// <summary>One signed code partition: its manifest and the digests of the modules it holds now.</summary>
/// <param name="ThirdGeneration">True for a $CPD directory (ME 11), false for a manifest with $MME headers.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Modules">Modules in order; a digest is null where the stored bytes are gone or cannot be found.</param>
internal sealed record SignedCode(
    bool ThirdGeneration, ManifestReading Manifest, IReadOnlyList<GenuineModule> Modules)
{
    /// <summary>Reads the partition <paramref name="name"/> of an ME region.</summary>
    /// <returns>Null if it is not there or has no manifest.</returns>
    public static SignedCode? Read(ReadOnlySpan<byte> region, string name)
    {
        if (PartitionTableReading.Read(region) is not { } table || !table.Partitions.TryGetValue(name, out var at))
            return null;

        ReadOnlySpan<byte> partition = region.Range(at.Offset, at.Length);
        if (DirectoryReading.IsDirectory(partition))
            return DirectoryReading.Read(partition, name);
        return ManifestReading.Read(partition) is { } manifest
            ? new SignedCode(false, manifest, ModuleHeaderReading.Read(region, at.Offset, manifest))
            : null;
    }

    /// <summary>Hash of stored bytes; null if there are none or if they were erased.</summary>
    public static string? Digest(ReadOnlySpan<byte> stored) =>
        stored.IsEmpty || stored.IsErased() ? null : Convert.ToHexStringLower(SHA256.HashData(stored));
}
