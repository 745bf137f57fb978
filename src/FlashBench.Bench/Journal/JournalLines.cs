using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Journal;

/// <summary>Cuts a journal into lines; memory is that of the longest one.</summary>
internal sealed class JournalLines(Stream journal)
{
    private byte[] _buffer = new byte[64 << 10];
    private int _start, _end;

    /// <summary>The next line with its end; what is left without one at the end of the file, or as soon as it is too
    /// long for a line; empty after that. Stays until the next call.</summary>
    /// <exception cref="EvidenceException">The file cannot be read.</exception>
    public ReadOnlyMemory<byte> Next()
    {
        int searched = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (at >= 0)
                return Take(searched + at + 1);
            searched = _end - _start;
            if (searched > JournalReader.LineBytesMax || !More())
                return Take(searched);
        }
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        _start += length;
        return _buffer.AsMemory(_start - length, length);
    }

    private bool More()
    {
        int kept = _end - _start;
        byte[] room = kept > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, kept).CopyTo(room);
        int read = EvidenceFolder.Fill(journal, room.AsSpan(kept), JournalWriter.FileName);
        (_buffer, _start, _end) = (room, 0, kept + read);
        return read > 0;
    }
}
