using System.Buffers.Binary;

namespace FlashBench.Simulation.Images;

/// <summary>Bytes that look like compressed code and are the same for the same seed on every machine.</summary>
/// <remarks>An xorshift generator (Marsaglia, 13/7/17); good enough for a test image, for nothing else.</remarks>
internal sealed class SeededNoise
{
    private ulong _state;

    /// <summary>Starts the sequence that belongs to <paramref name="name"/> and <paramref name="seed"/>.</summary>
    public SeededNoise(string name, uint seed)
    {
        ulong state = 0xCBF29CE484222325 ^ seed; // FNV-1a over the name, so that parts differ from each other
        foreach (char letter in name)
            state = unchecked((state ^ letter) * 0x100000001B3);
        _state = state | 1; // an xorshift generator must not start at zero
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state ^= unchecked(_state << 13);
        _state ^= _state >> 7;
        _state ^= unchecked(_state << 17);
        return _state;
    }

    /// <summary>Fills the whole of <paramref name="target"/>.</summary>
    public void Fill(Span<byte> target)
    {
        for (; target.Length >= sizeof(ulong); target = target[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(target, Next());
        for (int i = 0; i < target.Length; i++)
            target[i] = (byte)(Next() & 0xFF);
    }

    /// <summary>A new array of noise.</summary>
    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }
}
