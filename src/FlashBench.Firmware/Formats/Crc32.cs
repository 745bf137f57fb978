namespace FlashBench.Firmware.Formats;

/// <summary>CRC-32/ISO-HDLC (S-21), the check of the tables of ME 15 and later.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = Build();

    /// <summary>The CRC of <paramref name="bytes"/> with the dword at <paramref name="zeroed"/>, where it is stored,
    /// counted as 0.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, int zeroed)
    {
        uint crc = 0xFFFFFFFF;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte value = i >= zeroed && i < zeroed + sizeof(uint) ? (byte)0 : bytes[i];
            crc = crc >> 8 ^ Table[(crc ^ value) & 0xFF];
        }

        return ~crc;
    }

    private static uint[] Build()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint entry = i;
            for (int bit = 0; bit < 8; bit++)
                entry = entry >> 1 ^ ((entry & 1) == 0 ? 0 : 0xEDB88320);
            table[i] = entry;
        }

        return table;
    }
}
