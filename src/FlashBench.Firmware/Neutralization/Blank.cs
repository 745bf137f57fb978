namespace FlashBench.Firmware.Neutralization;

/// <summary>Erased flash: bytes that are all 0xFF.</summary>
internal static class Blank
{
    private static byte[] _bytes = [];

    /// <summary>A view of <paramref name="length"/> erased bytes; the memory behind it is shared by all callers.
    /// </summary>
    public static ReadOnlyMemory<byte> Of(long length)
    {
        byte[] bytes = Volatile.Read(ref _bytes);
        if (bytes.Length < length)
        {
            bytes = new byte[length];
            bytes.AsSpan().Fill(0xFF);
            Volatile.Write(ref _bytes, bytes);
        }

        return bytes.AsMemory(0, (int)length);
    }

    /// <summary>The number of bytes that are not erased.</summary>
    public static long CountProgrammed(ReadOnlySpan<byte> bytes) => bytes.Length - bytes.Count((byte)0xFF);
}
