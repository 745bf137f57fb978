namespace FlashBench.Bench.Watch;

/// <summary>Takes a line without its end.</summary>
/// <param name="line">Its bytes; not to be kept.</param>
/// <param name="whole">True if all of it came in the last piece.</param>
internal delegate void LineFound(ReadOnlySpan<byte> line, bool whole);

/// <summary>Cuts console bytes into lines, whatever the pieces in which they arrive.</summary>
/// <remarks>A line longer than <see cref="LengthMax"/> is dropped whole: no evidence is that long.</remarks>
internal sealed class ConsoleLines
{
    /// <summary>Longest line that is looked at, in bytes.</summary>
    public const int LengthMax = 4096;

    private readonly byte[] _line = new byte[LengthMax];
    private int _length;
    private bool _tooLong;

    /// <summary>What came after the last line end; empty if that is too long for a line.</summary>
    public ReadOnlySpan<byte> Pending => _tooLong ? [] : _line.AsSpan(0, _length);

    /// <summary>Takes the next bytes; calls back once per finished line, without its line end.</summary>
    public void Feed(ReadOnlySpan<byte> data, LineFound onLine)
    {
        while (!data.IsEmpty)
        {
            int end = data.IndexOf((byte)'\n');
            if (end is >= 0 and <= LengthMax && _length == 0 && !_tooLong)
            {
                onLine(Trimmed(data[..end]), whole: true); // it needs no copy
                data = data[(end + 1)..];
                continue;
            }

            ReadOnlySpan<byte> piece = end < 0 ? data : data[..end];
            Keep(piece);
            data = end < 0 ? [] : data[(end + 1)..];
            if (end >= 0)
                Finish(onLine);
        }
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        _tooLong |= piece.Length > LengthMax - _length;
        if (_tooLong)
            return;
        piece.CopyTo(_line.AsSpan(_length));
        _length += piece.Length;
    }

    private void Finish(LineFound onLine)
    {
        ReadOnlySpan<byte> line = _line.AsSpan(0, _length);
        if (!_tooLong)
            onLine(Trimmed(line), whole: false);
        (_length, _tooLong) = (0, false);
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line) => line.EndsWith("\r"u8) ? line[..^1] : line;
}
