using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace FlashBench.Simulation.State;

// A small record in two slots of a file, written in turn: a write that a kill cuts short leaves the other slot, so
// the record is always the last one that was written whole.
// Slot: digest (16 bytes of SHA-256 over the rest), length u32, zero u32, sequence u64, payload; little-endian.
internal sealed class AlternatingRecord(SafeFileHandle file, long offset, int slotBytes)
{
    internal const int HeaderBytes = 32;
    private const int DigestBytes = 16;

    private readonly byte[] _buffer = new byte[slotBytes];
    private ulong _sequence;

    // Null as long as nothing was saved.
    internal byte[]? Payload { get; private set; }

    // False if something was saved once and neither slot is sound any more.
    internal bool Load()
    {
        bool blank = true;
        for (int slot = 0; slot < 2; slot++)
        {
            int read = RandomAccess.Read(file, _buffer, offset + (long)slot * slotBytes);
            if (read != slotBytes)
                return false;
            blank &= !_buffer.AsSpan(0, HeaderBytes).ContainsAnyExcept((byte)0);
            Take(_buffer);
        }

        return Payload is not null || blank;
    }

    internal void Save(ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, slotBytes - HeaderBytes);
        _sequence++;
        Span<byte> record = _buffer.AsSpan(0, HeaderBytes + payload.Length);
        record.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(record[24..], _sequence);
        payload.CopyTo(record[HeaderBytes..]);
        Digest(record).CopyTo(record);
        RandomAccess.Write(file, record, offset + (long)(_sequence % 2) * slotBytes);
        Payload = payload.ToArray();
    }

    private void Take(ReadOnlySpan<byte> slot)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(slot[16..]);
        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(slot[24..]);
        if (length > slot.Length - HeaderBytes || sequence <= _sequence)
            return;
        ReadOnlySpan<byte> record = slot[..(HeaderBytes + (int)length)];
        if (!Digest(record).SequenceEqual(record[..DigestBytes]))
            return;
        _sequence = sequence;
        Payload = record[HeaderBytes..].ToArray();
    }

    private static ReadOnlySpan<byte> Digest(ReadOnlySpan<byte> record) =>
        SHA256.HashData(record[DigestBytes..]).AsSpan(0, DigestBytes);
}
