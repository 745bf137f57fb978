namespace FlashBench.Firmware;

/// <summary>A half-open byte range [<see cref="Start"/>, <see cref="End"/>) of a flash image.</summary>
/// <remarks>64-bit, so that offset plus size of a damaged table cannot wrap around.</remarks>
public readonly record struct FlashRange : IComparable<FlashRange>
{
    /// <summary>Makes the range [<paramref name="start"/>, <paramref name="end"/>).</summary>
    /// <param name="start">First byte, from the start of the image; 0 or more.</param>
    /// <param name="end">Byte after the last one; <paramref name="start"/> or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is reversed or begins before the image.</exception>
    public FlashRange(long start, long end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
        (Start, End) = (start, end);
    }

    /// <summary>First byte, from the start of the image.</summary>
    public long Start { get; }

    /// <summary>Byte after the last one.</summary>
    public long End { get; }

    /// <summary>Length in bytes.</summary>
    public long Length => End - Start;

    /// <summary>True when the range holds no byte.</summary>
    public bool IsEmpty => End == Start;

    /// <summary>The range of <paramref name="length"/> bytes from <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of the two is negative.</exception>
    public static FlashRange At(long start, long length) => new(start, start + length);

    /// <summary>True when every byte of <paramref name="other"/> lies in this range.</summary>
    public bool Contains(FlashRange other) => other.Start >= Start && other.End <= End;

    /// <summary>True when the ranges share at least one byte.</summary>
    public bool Overlaps(FlashRange other) => Math.Max(Start, other.Start) < Math.Min(End, other.End);

    /// <summary>The bytes that lie in both ranges; empty (at some place of this range) when there are none.</summary>
    public FlashRange Intersect(FlashRange other)
    {
        long start = Math.Clamp(other.Start, Start, End);
        return new FlashRange(start, Math.Max(start, Math.Min(End, other.End)));
    }

    /// <summary>The bytes of <paramref name="image"/> in this range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range ends past the image.</exception>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> image)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(End, image.Length);
        return image[(int)Start..(int)End];
    }

    /// <summary>Orders by start, then by end.</summary>
    public int CompareTo(FlashRange other) =>
        Start != other.Start ? Start.CompareTo(other.Start) : End.CompareTo(other.End);

    /// <summary>True when <paramref name="left"/> begins, or else ends, before <paramref name="right"/>.</summary>
    public static bool operator <(FlashRange left, FlashRange right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> begins, or else ends, after <paramref name="right"/>.</summary>
    public static bool operator >(FlashRange left, FlashRange right) => left.CompareTo(right) > 0;

    /// <summary>True when <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(FlashRange left, FlashRange right) => left.CompareTo(right) <= 0;

    /// <summary>True when <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(FlashRange left, FlashRange right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"[0x{Start:X6}, 0x{End:X6})";
}
