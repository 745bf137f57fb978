using System.Buffers.Binary;
using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

// Builds SFDP spaces DWORD by DWORD, from JESD216D's tables and not from the parser.
internal sealed class SfdpImage
{
    private readonly List<(ushort Id, byte Major, byte Minor, uint[] Dwords)> _tables = [];

    public byte Minor { get; init; } = 6;

    // 16 DWORDs of a 16 MiB chip: 20h/52h/D8h; 45-like times 48/128/160 ms, x8; page 256 in 448 us, x6; chip 40 s.
    public static uint[] Basic16() =>
    [
        0xFFF120E5, 0x07FFFFFF, 0x6B08EB44, 0xBB423B08, 0xFFFFFFFE, 0xFFFFFF00, 0xFFFFEB40, 0x520F200C, 0xFF00D810,
        Dword10(3, (2, 1), (0, 2), (9, 1)), 0x0 | 2 | 8 << 4 | 6 << 8 | 1 << 13 | 9 << 24 | 2 << 29, 0, 0,
        1 << 2, 4 << 20, 0b0101100 | 1 << 12,
    ];

    public static uint[] Basic9() => Basic16()[..9];

    public static uint Dword10(uint multiplier, params (uint Count, uint Unit)[] times)
    {
        uint value = multiplier;
        for (int i = 0; i < times.Length; i++)
            value |= (times[i].Count | times[i].Unit << 5) << 4 + 7 * i;
        return value;
    }

    public SfdpImage With(ushort id, uint[] dwords, byte minor = 6, byte major = 1)
    {
        _tables.Add((id, major, minor, dwords));
        return this;
    }

    public byte[] Build()
    {
        int pointer = 8 + 8 * _tables.Count;
        byte[] space = new byte[pointer + _tables.Sum(table => 4 * table.Dwords.Length)];
        "SFDP"u8.CopyTo(space);
        (space[4], space[5], space[6], space[7]) = (Minor, 1, (byte)(_tables.Count - 1), 0xFF);
        for (int i = 0; i < _tables.Count; i++)
        {
            (ushort id, byte major, byte minor, uint[] dwords) = _tables[i];
            Span<byte> header = space.AsSpan(8 + 8 * i, 8);
            (header[0], header[1], header[2], header[3]) = ((byte)(id & 0xFF), minor, major, (byte)dwords.Length);
            (header[4], header[5], header[6], header[7]) =
                ((byte)(pointer & 0xFF), (byte)(pointer >> 8 & 0xFF), (byte)(pointer >> 16), (byte)(id >> 8));
            foreach (uint dword in dwords)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(pointer), dword);
                pointer += 4;
            }
        }

        return space;
    }

    public Sfdp Parse() => Sfdp.Find(Build())!;

    public static SfdpImage Of(params uint[] basic) => new SfdpImage().With(0xFF00, basic);
}
