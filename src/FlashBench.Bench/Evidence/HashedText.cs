using System.Security.Cryptography;
using System.Text;

namespace FlashBench.Bench.Evidence;

/// <summary>Takes a text only to hash it in UTF-8: nothing of it is kept, however long it is.</summary>
internal sealed class HashedText : TextWriter
{
    private const int PieceChars = 4096;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder(); // a surrogate pair may come in two pieces
    private readonly char[] _piece = new char[PieceChars];
    private readonly byte[] _bytes = new byte[Encoding.UTF8.GetMaxByteCount(PieceChars)];
    private int _chars;
    private long _length;

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_chars == PieceChars)
                Hash(flush: false);
            int count = Math.Min(buffer.Length, PieceChars - _chars);
            buffer[..count].CopyTo(_piece.AsSpan(_chars));
            _chars += count;
            buffer = buffer[count..];
        }
    }

    /// <summary>Hash and length in bytes of everything that was written; the end.</summary>
    public FileDigest Digest()
    {
        Hash(flush: true);
        return new FileDigest(Convert.ToHexStringLower(_hash.GetHashAndReset()), _length);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Hash(bool flush)
    {
        int count = _encoder.GetBytes(_piece.AsSpan(0, _chars), _bytes, flush);
        _hash.AppendData(_bytes.AsSpan(0, count));
        (_chars, _length) = (0, _length + count);
    }
}
