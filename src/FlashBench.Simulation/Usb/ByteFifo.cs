namespace FlashBench.Simulation.Usb;

// A hardware FIFO: bounded, first in, first out.
internal sealed class ByteFifo(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _head;

    internal int Count { get; private set; }

    internal int Free => _bytes.Length - Count;

    // The byte that leaves after `index` others.
    internal byte this[int index] => _bytes[(_head + index) % _bytes.Length];

    internal void Clear() => (_head, Count) = (0, 0);

    // There must be room.
    internal void Write(ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, Free, nameof(data));
        int tail = (_head + Count) % _bytes.Length;
        int first = Math.Min(data.Length, _bytes.Length - tail);
        data[..first].CopyTo(_bytes.AsSpan(tail));
        data[first..].CopyTo(_bytes);
        Count += data.Length;
    }

    // There must be as many.
    internal void Read(Span<byte> to)
    {
        int first = Math.Min(to.Length, _bytes.Length - _head);
        _bytes.AsSpan(_head, first).CopyTo(to);
        _bytes.AsSpan(0, to.Length - first).CopyTo(to[first..]);
        Drop(to.Length);
    }

    internal void Drop(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        _head = (_head + count) % _bytes.Length;
        Count -= count;
    }
}
