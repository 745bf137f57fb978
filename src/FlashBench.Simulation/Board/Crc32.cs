namespace FlashBench.Simulation.Board;

/// <summary>CRC-32 as the agent on the board computes it (ISO-HDLC; docs/console-protocol.md).</summary>
internal static class Crc32
{
    private const uint ReflectedPolynomial = 0xEDB8_8320;

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFF_FFFF;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ ReflectedPolynomial : crc >> 1;
        }

        return ~crc;
    }
}
