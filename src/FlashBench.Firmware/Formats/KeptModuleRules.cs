using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>What must hold for the modules that the ME's start needs, where no hash covers the stored bytes.</summary>
/// <remarks>The Huffman code's own hash covers what comes out of the decoder, and the directory of generation 3 is
/// not signed. So this looks for what no sound module has: no bytes, less bytes than the signed metadata states, or
/// erased flash in its middle. In the modules of 30 regions the longest run of 0xFF has 4 bytes.</remarks>
internal static class KeptModuleRules
{
    private const int BlockLength = 0x80; // a run of twice as many 0xFF holds at least one such block

    /// <summary>Adds a finding for every module that must stay and cannot be sound.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="me">Its firmware.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void Check(ReadOnlySpan<byte> image, MeFirmware me, List<Finding> findings)
    {
        if (me.IsRemovable && me.Generation == MeGeneration.Three)
            CheckNames(me.Code, findings);
        foreach (CodeModule module in me.Code.Modules)
        {
            if (module.IsKept && Fault(image, me, module) is { } fault)
            {
                findings.Add(new(module.Ranges.IsEmpty ? me.Code.Range.Start : module.Ranges[0].Start,
                    FindingSeverity.Error, $"module {module.Name} {fault}"));
            }
        }
    }

    private static void CheckNames(CodePartition code, List<Finding> findings)
    {
        foreach (string name in Gen3CodePartition.KeptModules)
        {
            if (!code.Modules.Any(m => m.Name == name))
            {
                findings.Add(new(code.Range.Start, FindingSeverity.Error,
                    $"the directory of {code.Name} has no module {name}, without which the ME does not start"));
            }
        }
    }

    private static string? Fault(ReadOnlySpan<byte> image, MeFirmware me, CodeModule module)
    {
        if (module.StoredLength == 0)
            return "has no stored bytes";
        if (module.SignedLength > module.StoredLength)
            return $"has 0x{module.StoredLength:X} bytes, but 0x{module.SignedLength:X} by its metadata";
        return module.Hash is null && IsErased(image, me, module) ? "is erased, whole or in part" : null;
    }

    private static bool IsErased(ReadOnlySpan<byte> image, MeFirmware me, CodeModule module)
    {
        bool isCode = module.Compression == ModuleCompression.Huffman;
        foreach (FlashRange range in module.Ranges)
        {
            ReadOnlySpan<byte> stored = me.Region.Intersect(range).Of(image);
            if (module.SignedLength is { } length)
                stored = stored[..(int)Math.Min(length, stored.Length)];
            else
                stored = stored[..(stored.LastIndexOfAnyExcept((byte)0xFF) + 1)]; // padding to the next file
            if (stored.IsEmpty || (isCode && HasBlankBlock(stored)))
                return !me.Region.Intersect(range).IsEmpty; // what a cut region lacks is judged elsewhere
        }

        return HasBlankChunk(image, me, module.Ranges);
    }

    private static bool HasBlankBlock(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; at + BlockLength <= bytes.Length; at += BlockLength)
        {
            if (!bytes.Slice(at, BlockLength).ContainsAnyExcept((byte)0xFF))
                return true;
        }

        return false;
    }

    private static bool HasBlankChunk(ReadOnlySpan<byte> image, MeFirmware me, ImmutableArray<FlashRange> ranges)
    {
        foreach (FlashRange? stored in me.Code.Chunks?.Chunks ?? [])
        {
            if (stored is { IsEmpty: false } chunk && me.Region.Contains(chunk) &&
                !FlashRangeSet.Subtract(chunk, ranges).Any() &&
                !chunk.Of(image).ContainsAnyExcept((byte)0xFF))
            {
                return true;
            }
        }

        return false;
    }
}
