namespace FlashBench.Simulation.Me;

/// <summary>One module of a genuine partition.</summary>
/// <param name="Name">Name in its header or directory.</param>
/// <param name="Digest">SHA-256 of its stored bytes, hex; null if the image did not hold it intact.</param>
public sealed record GenuineModule(string Name, string? Digest);

/// <summary>One signed partition of the genuine image.</summary>
/// <param name="Name">FTPR or NFTP.</param>
/// <param name="ManifestHash">SHA-256 of its manifest, hex.</param>
/// <param name="Modules">Its modules in order.</param>
public sealed record GenuinePartition(string Name, string ManifestHash, IReadOnlyList<GenuineModule> Modules);

/// <summary>What the silicon and the maker of the firmware know, and the flash does not tell.</summary>
/// <param name="Pch">The chipset soldered to the board.</param>
/// <param name="KeyHash">Hash of the key that is fused into the ME; empty if no image told.</param>
/// <param name="Partitions">Signed partitions and the digests of what their manifests stand for.</param>
/// <remarks>
/// A manifest holds hashes of uncompressed modules; the decompression tables are not in the flash. So the model
/// keeps the digests of the stored bytes instead, taken once from the image with which the bench was created. It is
/// a property of board and firmware, not of the chip: rewriting the flash does not change it.
/// </remarks>
public sealed record GenuineRecord(PchFamily Pch, string KeyHash, IReadOnlyList<GenuinePartition> Partitions)
{
    /// <summary>A board of which nothing is known; it never starts.</summary>
    public static GenuineRecord None { get; } = new(PchFamily.Unknown, "", []);

    /// <summary>Takes the record from the image that a new board is delivered with.</summary>
    /// <param name="flash">The whole flash; may be anything at all.</param>
    /// <returns>What could be read; a partition with a bad signature is left out, so it never runs.</returns>
    public static GenuineRecord Take(ReadOnlySpan<byte> flash)
    {
        PchFamily pch = FlashDescriptorReading.FamilyOf(flash);
        if (FlashDescriptorReading.Read(flash, pch) is not { } descriptor)
            return None with { Pch = pch };

        ReadOnlySpan<byte> region = flash.Range(descriptor.MeStart, descriptor.MeEnd - descriptor.MeStart);
        var partitions = new List<GenuinePartition>();
        string key = "";
        foreach (string name in (string[])["FTPR", "NFTP"])
        {
            if (SignedCode.Read(region, name) is not { Manifest: { SignatureGood: true } manifest } code)
                continue;
            if (name == "FTPR")
                key = manifest.KeyHash;
            partitions.Add(new GenuinePartition(name, manifest.Hash, code.Modules));
        }

        return new GenuineRecord(pch, key, partitions);
    }

    /// <summary>The record of a manifest, or null if no genuine image carried it.</summary>
    internal GenuinePartition? Find(string name, string manifestHash) =>
        Partitions.FirstOrDefault(partition => partition.Name == name && partition.ManifestHash == manifestHash);
}
