namespace FlashBench.Bench;

/// <summary>CRC-32/ISO-HDLC, the check of FB1 lines.</summary>
/// <remarks>Source: docs/console-protocol.md; polynomial 0x04C11DB7 reflected, check value 0xCBF43926.</remarks>
internal static class Crc32
{
    private static readonly uint[] Table = Build();

    public static uint Of(ReadOnlySpan<byte> data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in data)
            crc = crc >> 8 ^ Table[(crc ^ b) & 0xFF];
        return ~crc;
    }

    private static uint[] Build()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint entry = i;
            for (int bit = 0; bit < 8; bit++)
                entry = entry >> 1 ^ ((entry & 1) == 0 ? 0 : 0xEDB88320);
            table[i] = entry;
        }

        return table;
    }
}
