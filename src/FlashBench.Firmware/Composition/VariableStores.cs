using System.Buffers.Binary;
using System.Collections.Immutable;

namespace FlashBench.Firmware.Composition;

/// <summary>Finds the firmware volumes in which a UEFI BIOS keeps the board's own variables.</summary>
/// <remarks>Source: S-78 (firmware volume header, EFI_SYSTEM_NV_DATA_FV_GUID). Other stores of settings are not known
/// here.</remarks>
internal static class VariableStores
{
    private const int FileSystemField = 0x10, LengthField = 0x20, TagField = 0x28;
    private const int HeaderLengthMin = 0x38, StoresMax = 16;

    private static ReadOnlySpan<byte> FileSystem =>
        [0x8D, 0x2B, 0xF1, 0xFF, 0x96, 0x76, 0x8B, 0x4C, 0xA9, 0x85, 0x27, 0x47, 0x07, 0x5B, 0x4F, 0x50];

    /// <summary>The volumes of variables in a region, ascending.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="region">The BIOS region; must lie inside the image.</param>
    /// <returns>Empty if there is none, or if one of them is not sound.</returns>
    public static ImmutableArray<FlashRange> Find(ReadOnlySpan<byte> image, FlashRange region)
    {
        var stores = ImmutableArray.CreateBuilder<FlashRange>();
        ReadOnlySpan<byte> bytes = region.Of(image);
        for (int from = 0; bytes[from..].IndexOf("_FVH"u8) is >= 0 and int next; from += next + 4)
        {
            int start = from + next - TagField;
            if (start < 0 || start + HeaderLengthMin > bytes.Length
                || !bytes[(start + FileSystemField)..].StartsWith(FileSystem))
            {
                continue;
            }

            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(start + LengthField)..]);
            if (length < HeaderLengthMin || length > (ulong)(bytes.Length - start) || stores.Count == StoresMax)
                return [];
            stores.Add(FlashRange.At(region.Start + start, (long)length));
        }

        return stores.ToImmutable();
    }
}
