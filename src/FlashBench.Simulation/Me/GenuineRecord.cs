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

    private const int ModulesMax = 260; // of about 100 bytes each: the board's section of a state file holds 32 KiB

    /// <summary>Signed partitions of other images by the same maker, the latest first.</summary>
    public IReadOnlyList<GenuinePartition> Further { get; init; } = [];

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
        foreach ((string keyHash, GenuinePartition partition) in Signed(region))
        {
            if (partition.Name == "FTPR")
                key = keyHash;
            partitions.Add(partition);
        }

        return new GenuineRecord(pch, key, partitions);
    }

    /// <summary>The record of a board for which its maker has published another image.</summary>
    /// <param name="image">A whole flash or an ME region alone; may be anything at all.</param>
    /// <returns>This record if the image holds nothing by the fused key. Of many images the oldest are forgotten.
    /// </returns>
    public GenuineRecord With(ReadOnlySpan<byte> image)
    {
        ReadOnlySpan<byte> region =
            FlashDescriptorReading.Read(image, FlashDescriptorReading.FamilyOf(image)) is { } descriptor
                ? image.Range(descriptor.MeStart, descriptor.MeEnd - descriptor.MeStart)
                : image;
        List<GenuinePartition> published =
        [
            .. Signed(region).Where(one => one.KeyHash == KeyHash).Select(one => one.Partition)
                .Where(one => !Partitions.Any(known => IsSame(known, one))).Select(Completed),
        ];
        if (published.Count == 0)
            return this;
        published.AddRange(Further.Where(known => !published.Exists(one => IsSame(known, one))));
        int room = ModulesMax - Partitions.Sum(partition => partition.Modules.Count);
        return this with { Further = [.. published.TakeWhile(one => (room -= one.Modules.Count) >= 0)] };
    }

    /// <summary>The record of a manifest, or null if no genuine image carried it.</summary>
    internal GenuinePartition? Find(string name, string manifestHash) => Partitions.Concat(Further)
        .FirstOrDefault(partition => partition.Name == name && partition.ManifestHash == manifestHash);

    private static List<(string KeyHash, GenuinePartition Partition)> Signed(ReadOnlySpan<byte> region)
    {
        var signed = new List<(string, GenuinePartition)>();
        foreach (string name in (string[])["FTPR", "NFTP"])
        {
            if (SignedCode.Read(region, name) is { Manifest: { SignatureGood: true } manifest } code)
                signed.Add((manifest.KeyHash, new GenuinePartition(name, manifest.Hash, code.Modules)));
        }

        return signed;
    }

    private static bool IsSame(GenuinePartition one, GenuinePartition other) =>
        one.Name == other.Name && one.ManifestHash == other.ManifestHash;

    // An image from which modules were taken out tells less than what was known.
    private GenuinePartition Completed(GenuinePartition found) =>
        Further.FirstOrDefault(known => IsSame(known, found)) is { } before
        && before.Modules.Count == found.Modules.Count
            ? found with
            {
                Modules = [.. found.Modules.Zip(before.Modules, (now, then) => now.Digest is null ? then : now)],
            }
            : found;
}
