namespace FlashBench.Hardware.Serprog;

// Reads of the array can be cut into several: each goes on where the one before ended.
internal static class SerprogReads
{
    // Read and fast read with three or four address bytes, and nothing else in the command.
    internal static bool CanSplit(ReadOnlySpan<byte> command) => command[0] switch
    {
        0x03 => command.Length is 4,
        0x0B => command.Length is 5,
        0x13 => command.Length is 5,
        0x0C => command.Length is 6,
        _ => false,
    };

    // The same command, `bytes` further.
    internal static ReadOnlyMemory<byte> Advance(ReadOnlyMemory<byte> command, int bytes)
    {
        byte[] moved = command.ToArray();
        int last = moved[0] is 0x13 or 0x0C ? 4 : 3;
        long address = bytes;
        for (int i = last; i >= 1; i--)
        {
            address += moved[i];
            moved[i] = (byte)(address & 0xFF);
            address >>= 8;
        }

        return moved;
    }
}
