using FlashBench.Firmware;

namespace FlashBench.Bench.Programming;

/// <summary>How much is read back after a write.</summary>
public enum VerifyPolicy
{
    /// <summary>Every block that was erased or programmed, right after its last page.</summary>
    Changed,

    /// <summary>That, and everything selected once more at the end.</summary>
    Full,

    /// <summary>Nothing: the chip's word is taken for it.</summary>
    None,
}

/// <summary>What a chip shall hold.</summary>
/// <param name="Selection">The bytes that may be touched.</param>
/// <param name="Target">As long as the chip; only selected bytes count.</param>
/// <param name="Verify">How much is read back.</param>
public sealed record WriteOrder(FlashSelection Selection, ReadOnlyMemory<byte> Target, VerifyPolicy Verify)
{
    /// <summary>Lays the content of a file over a chip.</summary>
    /// <param name="selection">What of it is wanted.</param>
    /// <param name="file">As long as the chip, or as long as the one selected range.</param>
    /// <param name="sizeBytes">Capacity of the chip.</param>
    /// <param name="name">What messages call the file.</param>
    /// <returns>An array as long as the chip.</returns>
    /// <exception cref="FlashRefusedException">The file has neither length.</exception>
    public static byte[] Lay(FlashSelection selection, ReadOnlySpan<byte> file, uint sizeBytes, string name)
    {
        ArgumentNullException.ThrowIfNull(selection);
        byte[] target = new byte[sizeBytes];
        Array.Fill(target, (byte)0xFF);
        if (file.Length == sizeBytes)
        {
            foreach (FlashRange range in selection.Ranges)
                range.Of(file).CopyTo(target.AsSpan((int)range.Start));
        }
        else if (selection.Ranges is [{ } only] && only.Length == file.Length)
        {
            file.CopyTo(target.AsSpan((int)only.Start));
        }
        else
        {
            string either = selection is { IsWhole: false, Ranges: [{ } one] } ? $" or 0x{one.Length:X}" : "";
            throw new FlashRefusedException($"{name} has 0x{file.Length:X} bytes; 0x{sizeBytes:X}{either} are needed");
        }

        return target;
    }
}

/// <summary>What a write did.</summary>
/// <param name="Blocks">Blocks that were erased or programmed.</param>
/// <param name="ErasedBytes">Bytes that were erased.</param>
/// <param name="Pages">Pages that were programmed.</param>
/// <param name="ReadBytes">Bytes that were read before the write, spot checks included.</param>
/// <param name="VerifiedBytes">Bytes that were read back and found right.</param>
public sealed record WriteResult(int Blocks, long ErasedBytes, long Pages, long ReadBytes, long VerifiedBytes);
