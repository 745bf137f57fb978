using System.Security.Cryptography;

namespace FlashBench.Simulation.Images;

/// <summary>One module of a generation 3 code partition.</summary>
/// <param name="Name">Up to 8 letters, so that its .met name fits 12.</param>
/// <param name="Packing">How it is stored.</param>
/// <param name="UncompressedBytes">Size in memory; a multiple of 4 KiB for Huffman modules.</param>
/// <param name="StoredBytes">Size in flash.</param>
internal sealed record ModuleThree(string Name, ModulePacking Packing, int UncompressedBytes, int StoredBytes);

/// <summary>Writes a $CPD code partition of ME 11: directory, manifest with extensions, .met files, modules.</summary>
/// <remarks>
/// Modelled: directory version 1 with its checksum, manifest R1, extensions 0x03, 0x0A and 0x0C (me-firmware.md 1.6).
/// Hashes of .met files and of LZMA and raw modules are true. Not modelled: Huffman coding (the payload is a page
/// table and seeded noise, its hash that of other noise), script and permission extensions beyond their size.
/// </remarks>
internal static class CodePartitionThree
{
    private const int ManifestHeadBytes = 0x58;
    private const int ModuleRecordBytes = 0x34;
    private const int ClientInfoBytes = 0x30;
    private const int AttributeBytes = 0x38;
    private const int ProcessBytes = 0x46;

    /// <summary>The whole partition; what nothing uses is erased (FF).</summary>
    public static byte[] Build(string name, int length, ManifestFacts facts, IReadOnlyList<ModuleThree> modules)
    {
        var partition = new byte[length];
        partition.AsSpan().Fill(0xFF);
        var noise = new SeededNoise(name, facts.Major);
        int manifestOffset = 0x10 + 0x18 * (1 + 2 * modules.Count);
        int manifestBytes = SignedManifest.HeaderBytes + ClientInfoBytes + ManifestHeadBytes
            + ModuleRecordBytes * modules.Count;

        int metOffset = manifestOffset + manifestBytes;
        int moduleOffset = LittleEndianSpan.AlignUp(metOffset + modules.Count * (AttributeBytes + ProcessBytes), 0x40);
        var directory = new List<DirectoryRow> { new(name + ".man", manifestOffset, false, manifestBytes) };
        var rows = new List<DirectoryRow>();
        var metHashes = new List<byte[]>();
        foreach (ModuleThree module in modules)
        {
            Span<byte> stored = partition.AsSpan(moduleOffset, module.StoredBytes);
            Span<byte> met = partition.AsSpan(metOffset, AttributeBytes + ProcessBytes);
            WriteMet(met, module, WriteModule(stored, module, noise), noise);
            metHashes.Add(SHA256.HashData(met));
            directory.Add(new DirectoryRow(module.Name + ".met", metOffset, false, met.Length));
            rows.Add(Row(module, moduleOffset));
            metOffset += met.Length;
            moduleOffset = LittleEndianSpan.AlignUp(moduleOffset + module.StoredBytes, 0x40);
        }

        directory.AddRange(rows);
        WriteDirectory(partition, name, directory);
        Span<byte> manifest = partition.AsSpan(manifestOffset, manifestBytes);
        WriteClientInfo(manifest[SignedManifest.HeaderBytes..]);
        Span<byte> info = manifest[(SignedManifest.HeaderBytes + ClientInfoBytes)..];
        WritePartitionInfo(info, (name, length), modules, metHashes);
        SignedManifest.Complete(manifest, facts, 0);
        return partition;
    }

    private sealed record DirectoryRow(string Name, int Offset, bool Huffman, int Size);

    private static DirectoryRow Row(ModuleThree module, int offset) => new(
        module.Name, offset, module.Packing == ModulePacking.Huffman,
        module.Packing == ModulePacking.Huffman ? module.UncompressedBytes : module.StoredBytes);

    // Returns the hash that belongs into the .met file.
    private static byte[] WriteModule(Span<byte> stored, ModuleThree module, SeededNoise noise)
    {
        noise.Fill(stored);
        switch (module.Packing)
        {
            case ModulePacking.Huffman:
                int pages = module.UncompressedBytes / 0x1000;
                for (int i = 0; i < pages; i++)
                    stored.Put32(4 * i, (uint)(4 * pages + (long)(module.StoredBytes - 4 * pages) * i / pages));
                return SHA256.HashData(noise.Bytes(module.UncompressedBytes));
            case ModulePacking.Lzma:
                stored[..0x11].Clear();
                stored[0] = 0x36;
                stored.Put32(1, 0x0000_4000);
                stored.Put32(5, (uint)module.UncompressedBytes);
                break;
        }

        return SHA256.HashData(stored);
    }

    private static void WriteMet(Span<byte> met, ModuleThree module, byte[] hash, SeededNoise noise)
    {
        Span<byte> attributes = met[..AttributeBytes];
        attributes.Clear();
        attributes.Put32(0, 0x0A);
        attributes.Put32(4, AttributeBytes);
        attributes[8] = (byte)module.Packing;
        attributes.Put32(0xC, (uint)module.UncompressedBytes);
        attributes.Put32(0x10, (uint)module.StoredBytes);
        attributes.Put32(0x14, 0x8086_0001);
        attributes.PutReversed(0x18, hash);

        Span<byte> process = met[AttributeBytes..];
        noise.Fill(process);
        process.Put32(0, 0x05);
        process.Put32(4, ProcessBytes);
    }

    private static void WriteDirectory(Span<byte> partition, string name, List<DirectoryRow> rows)
    {
        Span<byte> directory = partition[..(0x10 + 0x18 * rows.Count)];
        directory.Clear();
        directory.PutText(0, "$CPD");
        directory.Put32(4, (uint)rows.Count);
        directory[8] = 1;
        directory[9] = 1;
        directory[0xA] = 0x10;
        directory.PutText(0xC, name);
        for (int i = 0; i < rows.Count; i++)
        {
            Span<byte> entry = directory.Slice(0x10 + 0x18 * i, 0x18);
            entry.PutText(0, rows[i].Name);
            entry.Put32(0xC, (uint)rows[i].Offset | (rows[i].Huffman ? 1u << 25 : 0));
            entry.Put32(0x10, (uint)rows[i].Size);
        }

        directory[0xB] = LittleEndianSpan.Balance(directory);
    }

    private static void WriteClientInfo(Span<byte> extension)
    {
        extension[..ClientInfoBytes].Fill(0xFF);
        extension.Put32(0, 0x0C);
        extension.Put32(4, ClientInfoBytes);
        extension.Put32(8, 0x0001_9010); // PAVP, PRTC, HAP; no AMT
        extension.Put32(0x28, 0x0414); // 2 MB, consumer, LP platform
        extension.Put32(0x2C, 0);
    }

    private static void WritePartitionInfo(
        Span<byte> extension, (string Name, int Length) partition, IReadOnlyList<ModuleThree> modules,
        List<byte[]> metHashes)
    {
        int bytes = ManifestHeadBytes + ModuleRecordBytes * modules.Count;
        extension[..ManifestHeadBytes].Fill(0xFF);
        extension.Put32(0, 0x03);
        extension.Put32(4, (uint)bytes);
        extension.PutText(8, partition.Name);
        extension.Put32(0xC, (uint)partition.Length);
        SHA256.HashData(metHashes.SelectMany(hash => hash).ToArray()).CopyTo(extension[0x10..]);
        extension.Put32(0x30, 1);
        extension.Put32(0x34, 0x1000_0000);
        extension.Put32(0x38, 0x0001_0001);
        extension.Put32(0x3C, 0);
        for (int i = 0; i < modules.Count; i++)
        {
            Span<byte> entry = extension.Slice(ManifestHeadBytes + ModuleRecordBytes * i, ModuleRecordBytes);
            entry.Clear();
            entry.PutText(0, modules[i].Name);
            entry.Put16(0xE, 0xFFFF);
            entry.Put32(0x10, AttributeBytes + ProcessBytes);
            entry.PutReversed(0x14, metHashes[i]);
        }
    }
}
