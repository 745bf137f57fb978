using System.Buffers.Binary;

namespace FlashBench.Simulation.State;

/// <summary>What a flash chip is busy with.</summary>
public enum SpiNorOperationKind : byte
{
    /// <summary>Sets a range to 0xFF.</summary>
    Erase = 1,

    /// <summary>Clears the bits of one page that are 0 in the data.</summary>
    Program = 2,

    /// <summary>Replaces the three non-volatile status registers.</summary>
    WriteStatus = 3,

    /// <summary>Sets security registers to 0xFF; addresses count from the first of them.</summary>
    EraseSecurity = 4,

    /// <summary>Clears bits of security registers; addresses count from the first of them.</summary>
    ProgramSecurity = 5,
}

/// <summary>One operation that the chip has started and not finished; doing it twice gives the same cells.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Address">First byte of the range; 0 for <see cref="SpiNorOperationKind.WriteStatus"/>.</param>
/// <param name="Length">Bytes of the range; the length of <paramref name="Data"/> unless it erases.</param>
/// <param name="Data">Page content (0xFF = untouched) or the three registers; empty for an erase.</param>
public sealed record SpiNorOperation(
    SpiNorOperationKind Kind, uint Address, int Length, ReadOnlyMemory<byte> Data)
{
    /// <summary>Most bytes that an operation carries: one page of the largest common page size.</summary>
    internal const int DataBytesMax = 2048;

    private const int HeaderBytes = 12;

    internal static int BytesMax => HeaderBytes + DataBytesMax;

    internal byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderBytes + Data.Length];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Address);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Length);
        Data.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    /// <summary>Reads back what <see cref="ToBytes"/> wrote; null if it is not an operation on this chip.</summary>
    internal static SpiNorOperation? Parse(ReadOnlySpan<byte> bytes, uint chipBytes)
    {
        if (bytes.Length < HeaderBytes)
            return null;
        var kind = (SpiNorOperationKind)bytes[0];
        uint address = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        int data = bytes.Length - HeaderBytes;
        bool sound = kind switch
        {
            SpiNorOperationKind.Erase or SpiNorOperationKind.EraseSecurity => data == 0,
            SpiNorOperationKind.Program or SpiNorOperationKind.ProgramSecurity =>
                data == length && data <= DataBytesMax,
            SpiNorOperationKind.WriteStatus => data == length && data == BenchStateFile.StatusRegisterCount,
            _ => false,
        };
        uint end = kind >= SpiNorOperationKind.EraseSecurity ? BenchStateFile.SecurityBytes : chipBytes;
        return sound && length > 0 && (ulong)address + (ulong)length <= end
            ? new SpiNorOperation(kind, address, length, bytes[HeaderBytes..].ToArray())
            : null;
    }
}
