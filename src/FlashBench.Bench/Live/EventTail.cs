using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Live;

/// <summary>Reads `events.jsonl` while it grows, from its beginning: every event once and in order.</summary>
/// <remarks>It holds one line in memory, however far behind it is, and never makes the writer wait. Of a line without
/// an end it keeps nothing: a process that goes on with the run cuts off what a killed one left. Not thread-safe.
/// </remarks>
public sealed class EventTail : IDisposable
{
    private readonly string _path;
    private FileStream? _file;
    private byte[] _buffer = new byte[64 << 10];
    private int _length;
    private bool _tooLong;
    private long _next = 1, _seen;

    /// <summary>Reads the file of a run.</summary>
    /// <param name="folder">The run's folder; the file may come later.</param>
    public EventTail(string folder) => _path = Path.Combine(folder, EventFeed.FileName);

    /// <summary>Lines that are no event that this program knows, and events that are missing between two numbers.
    /// </summary>
    public long Lost { get; private set; }

    /// <summary>Takes what was appended since the last call; a line that is being written comes next time.</summary>
    /// <param name="take">Gets each event with its line, without the line's end; the bytes are not to be kept.</param>
    /// <returns>True if there was a whole line.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be.</exception>
    public bool Read(Taker take)
    {
        ArgumentNullException.ThrowIfNull(take);
        if (_file is null && FileKinds.Of(_path) != FileKind.Regular)
            return false;
        _file ??= new FileStream(
            _path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (_file.Length == _seen)
            return false;
        _seen = _file.Length;
        bool any = false;
        while (true)
        {
            if (_length == _buffer.Length)
                MakeRoom();
            int got = _file.Read(_buffer, _length, _buffer.Length - _length);
            if (got == 0)
                break;
            _length += got;
            any |= CutLines(take);
        }

        _file.Seek(-_length, SeekOrigin.Current);
        _length = 0;
        return any;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    /// <summary>Takes one event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="line">Its line.</param>
    public delegate void Taker(LiveEvent happened, ReadOnlySpan<byte> line);

    private bool CutLines(Taker take)
    {
        int start = 0;
        while (_buffer.AsSpan(start, _length - start).IndexOf((byte)'\n') is int end and >= 0)
        {
            Take(take, _tooLong ? [] : _buffer.AsSpan(start, end));
            _tooLong = false;
            start += end + 1;
        }

        _buffer.AsSpan(start, _length - start).CopyTo(_buffer);
        _length -= start;
        return start > 0;
    }

    private void Take(Taker take, ReadOnlySpan<byte> line)
    {
        if (EventLine.Parse(line) is not { } happened)
        {
            Lost++; // the next number shows a hole of one: that is this line
            _next++;
            return;
        }

        if (happened.Seq < _next)
            return; // no event comes twice
        Lost += happened.Seq - _next;
        _next = happened.Seq + 1;
        take(happened, line);
    }

    private void MakeRoom()
    {
        if (_buffer.Length < EventLine.BytesMax)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
            return;
        }

        _tooLong = true; // what comes up to the next line end belongs to it
        _length = 0;
    }
}
