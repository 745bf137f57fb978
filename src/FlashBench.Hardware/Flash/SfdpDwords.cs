using System.Buffers.Binary;

namespace FlashBench.Hardware.Flash;

// One parameter table as its DWORDs, numbered from 1 as JESD216 does; a DWORD past the end is an error of the table.
internal readonly ref struct SfdpDwords(ReadOnlySpan<byte> table, int offset)
{
    private readonly ReadOnlySpan<byte> _table = table;

    public int Count => _table.Length / 4;

    public uint this[int number] => number >= 1 && number <= Count
        ? BinaryPrimitives.ReadUInt32LittleEndian(_table[(4 * (number - 1))..])
        : throw Fault(number, $"the table ends before its DWORD {number}");

    public SfdpFormatException Fault(int number, string reason) => new(offset + 4 * (number - 1), reason);

    // Bits high..low of a DWORD.
    public uint Bits(int number, int high, int low) => Bits(this[number], high, low);

    public bool Bit(int number, int bit) => (this[number] >> bit & 1) != 0;

    public static uint Bits(uint value, int high, int low) => value >> low & (uint)((1UL << high - low + 1) - 1);
}
