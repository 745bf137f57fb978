using System.Security.Cryptography;

namespace FlashBench.Simulation.Images;

/// <summary>How the bytes of a module are stored; the value is what the module header says.</summary>
internal enum ModulePacking
{
    /// <summary>As they are.</summary>
    Raw = 0,

    /// <summary>In Huffman chunks that a look-up table finds.</summary>
    Huffman = 1,

    /// <summary>As one LZMA stream.</summary>
    Lzma = 2,
}

/// <summary>One module of a generation 2 code partition.</summary>
/// <param name="Name">Up to 16 letters.</param>
/// <param name="Packing">How it is stored.</param>
/// <param name="LoadBase">Address in the ME's memory; a multiple of 1 KiB.</param>
/// <param name="UncompressedBytes">Size in memory; a multiple of 1 KiB.</param>
/// <param name="StoredBytes">Size in flash.</param>
/// <param name="Flags">Module flags without the packing bits 6:4.</param>
internal sealed record ModuleTwo(
    string Name, ModulePacking Packing, uint LoadBase, int UncompressedBytes, int StoredBytes, uint Flags);

/// <summary>What a generation 2 code partition is made of.</summary>
/// <param name="Name">FTPR or NFTP.</param>
/// <param name="Offset">From the start of the ME region; chunk addresses count from there.</param>
/// <param name="Length">Bytes of the whole partition.</param>
/// <param name="Facts">Version and date.</param>
/// <param name="SkuByte">Byte 4 of the $SKU attributes: type and size.</param>
/// <param name="Modules">In header order.</param>
internal sealed record CodePartitionPlan(
    string Name, uint Offset, int Length, ManifestFacts Facts, byte SkuByte, IReadOnlyList<ModuleTwo> Modules)
{
    /// <summary>First address the look-up table covers, without the 0x10000000 that the ME adds.</summary>
    public uint TableAddress { get; init; }

    /// <summary>Pages of 1 KiB that the look-up table covers; 0 for a partition without Huffman modules.</summary>
    public int TablePages { get; init; }
}

/// <summary>Writes a code partition of ME 6 to 10: manifest, $MME headers, LLUT, chunks, other modules.</summary>
/// <remarks>
/// Modelled: every structure of me-firmware.md 1.5. Not modelled: the compressions themselves; a Huffman or LZMA
/// payload is seeded noise of a plausible size, and its module hash is that of other noise which stands for the
/// uncompressed code. Raw modules have true hashes.
/// </remarks>
internal static class CodePartitionTwo
{
    private const int ModuleHeaderBytes = 0x60;
    private const int PageBytes = 0x400;
    private const uint EmptyPage = 0x8000_0000;

    /// <summary>The whole partition; what nothing uses is erased (FF).</summary>
    public static byte[] Build(CodePartitionPlan plan)
    {
        var partition = new byte[plan.Length];
        partition.AsSpan().Fill(0xFF);
        int manifestBytes = ManifestBytes(plan);
        var noise = new SeededNoise(plan.Name, plan.Facts.Major);

        var stored = new Dictionary<string, (uint Offset, byte[] Hash)>();
        int end = WriteChunks(partition, plan, manifestBytes, noise);
        foreach (ModuleTwo module in plan.Modules)
        {
            stored[module.Name] = module.Packing == ModulePacking.Huffman
                ? (TableOffset(manifestBytes), SHA256.HashData(noise.Bytes(module.UncompressedBytes)))
                : WriteWhole(partition, module, ref end, noise);
        }

        Span<byte> manifest = partition.AsSpan(0, manifestBytes);
        WriteModuleHeaders(manifest, plan, stored);
        WriteTail(manifest, plan, partition.AsSpan(manifestBytes, end - manifestBytes));
        SignedManifest.Complete(manifest, plan.Facts, plan.Modules.Count);
        return partition;
    }

    private static int ManifestBytes(CodePartitionPlan plan) =>
        0x290 + plan.Modules.Count * ModuleHeaderBytes + 0x60 + 0x44 + 0x10;

    private static uint TableOffset(int manifestBytes) => (uint)LittleEndianSpan.AlignUp(manifestBytes, 64);

    // Writes the look-up table and behind it the Huffman stream; returns where the stream ends.
    private static int WriteChunks(Span<byte> partition, CodePartitionPlan plan, int manifestBytes, SeededNoise noise)
    {
        int table = (int)TableOffset(manifestBytes);
        if (plan.TablePages == 0)
            return table;

        int stream = LittleEndianSpan.AlignUp(table + 0x40 + 4 * plan.TablePages, 0x40);
        for (int page = 0; page < plan.TablePages; page++)
            partition.Put32(table + 0x40 + 4 * page, EmptyPage);

        int end = stream;
        foreach (ModuleTwo module in plan.Modules)
        {
            if (module.Packing == ModulePacking.Huffman)
                end = WriteModuleChunks(partition, plan, module, (table + 0x40, end), noise);
        }

        WriteTableHeader(partition.Slice(table, 0x40), plan, table, (stream, end));
        return end;
    }

    private static int WriteModuleChunks(
        Span<byte> partition, CodePartitionPlan plan, ModuleTwo module, (int Entries, int Start) at, SeededNoise noise)
    {
        int first = (int)((module.LoadBase - 0x1000_0000 - plan.TableAddress) / PageBytes);
        int pages = module.UncompressedBytes / PageBytes;
        for (int i = 0; i < pages; i++)
        {
            int start = at.Start + (int)((long)module.StoredBytes * i / pages);
            uint kind = i % 3 == 2 ? 0u : 0x4000_0000; // data and code pages alternate; the ME reads only the offset
            partition.Put32(at.Entries + 4 * (first + i), kind | plan.Offset + (uint)start);
        }

        noise.Fill(partition.Slice(at.Start, module.StoredBytes));
        return at.Start + module.StoredBytes;
    }

    private static void WriteTableHeader(
        Span<byte> header, CodePartitionPlan plan, int table, (int Start, int End) stream)
    {
        header.Clear();
        header.PutText(0, "LLUT");
        header.Put32(4, (uint)plan.TablePages);
        header.Put32(8, plan.TableAddress);
        uint middle = plan.TableAddress >> 8 & 0xFFFF; // the 16 bits at +9
        header.Put32(0xC, plan.Offset + (uint)table + 0x40 - middle);
        header.Put32(0x10, (uint)(stream.End - stream.Start));
        header.Put32(0x14, plan.Offset + (uint)stream.Start);
        header.Put32(0x18, 1);
        header.Put32(0x30, PageBytes);
        header.Put32(0x34, 7); // version of the tool that packed
        header.PutText(0x38, "CPT ");
        header.PutText(0x3C, "A0  ");
    }

    private static (uint Offset, byte[] Hash) WriteWhole(
        Span<byte> partition, ModuleTwo module, ref int end, SeededNoise noise)
    {
        Span<byte> target = partition.Slice(end, module.StoredBytes);
        uint offset = (uint)end;
        end += module.StoredBytes;
        noise.Fill(target);
        if (module.Packing == ModulePacking.Raw)
            return (offset, SHA256.HashData(target));

        // LZMA-alone: properties, dictionary size, length, then the three zero bytes that the ME's tools add.
        target[..0x11].Clear();
        target[0] = 0x36;
        target.Put32(1, 0x0000_4000);
        target.Put32(5, (uint)module.UncompressedBytes);
        return (offset, SHA256.HashData(noise.Bytes(module.UncompressedBytes)));
    }

    private static void WriteModuleHeaders(
        Span<byte> manifest, CodePartitionPlan plan, Dictionary<string, (uint Offset, byte[] Hash)> stored)
    {
        manifest.Slice(SignedManifest.HeaderBytes, 12).Clear();
        manifest.PutText(SignedManifest.HeaderBytes, plan.Name);
        for (int i = 0; i < plan.Modules.Count; i++)
        {
            ModuleTwo module = plan.Modules[i];
            Span<byte> header = manifest.Slice(0x290 + i * ModuleHeaderBytes, ModuleHeaderBytes);
            header.Clear();
            header.PutText(0, "$MME");
            header.PutText(4, module.Name);
            header.PutReversed(0x14, stored[module.Name].Hash);
            header.Put32(0x34, module.LoadBase);
            header.Put32(0x38, stored[module.Name].Offset);
            header.Put32(0x3C, (uint)module.UncompressedBytes);
            header.Put32(0x40, (uint)module.StoredBytes);
            header.Put32(0x44, (uint)module.UncompressedBytes);
            header.Put32(0x48, (uint)module.UncompressedBytes);
            header.Put32(0x4C, module.LoadBase);
            header.Put32(0x50, module.Flags | (uint)module.Packing << 4);
        }
    }

    // The tagged blocks behind the module headers, after 0x60 erased bytes.
    private static void WriteTail(Span<byte> manifest, CodePartitionPlan plan, ReadOnlySpan<byte> code)
    {
        Span<byte> tail = manifest[(0x290 + plan.Modules.Count * ModuleHeaderBytes)..];
        tail[..0x60].Fill(0xFF);
        Span<byte> size = tail.Slice(0x60, 0x44);
        size.Clear();
        size.PutText(0, "$MCP");
        size.Put32(4, 0x11);
        size.Put32(8, (uint)code.Length);
        size.Put32(0xC, (uint)manifest.Length);
        SHA256.HashData(code).CopyTo(size[0x14..]);
        size.Put32(0x34, 0x0010_0000);

        Span<byte> sku = tail.Slice(0xA4, 0x10);
        sku.Clear();
        sku.PutText(0, "$SKU");
        sku.Put32(4, 4);
        sku.Put32(8, 0x1141_1CE0); // feature bits; only byte 4 of the attributes is read by anyone here
        sku[0xC] = plan.SkuByte;
        sku[0xD] = 0x22;
    }
}
