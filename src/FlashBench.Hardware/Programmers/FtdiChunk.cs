using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>Command bytes that travel in one OUT transfer, and how long the device works on them.</summary>
internal sealed class FtdiChunk(byte endpoint)
{
    /// <summary>Most bytes: some thirteen times what a page program with its status bytes takes per 4 KiB.</summary>
    public const int Capacity = 16 * 1024;

    private readonly byte[] _bytes = new byte[Capacity];
    private int _length;

    /// <summary>Where the next command goes.</summary>
    public Span<byte> Free => _bytes.AsSpan(_length);

    /// <summary>Seconds the device needs to execute it.</summary>
    public double Seconds { get; private set; }

    public bool IsEmpty => _length == 0;

    public void Clear() => (_length, Seconds) = (0, 0);

    /// <summary>Keeps a command that was written to <see cref="Free"/>.</summary>
    public void Add(int length, double seconds = 0)
    {
        _length += length;
        Seconds += seconds;
    }

    public UsbTransfer Seal() => new(endpoint, _bytes.AsMemory(0, _length));
}
