namespace FlashBench.Tests.Watch;

/// <summary>Ways in which a serial line loses its bytes.</summary>
public enum DamageKind
{
    /// <summary>Bytes are missing.</summary>
    Loss,

    /// <summary>Random bytes come in between.</summary>
    Insertion,

    /// <summary>Bytes come twice.</summary>
    Duplication,

    /// <summary>One bit of a byte is wrong.</summary>
    BitFlip,

    /// <summary>A burst of up to 40 bytes is missing: two lines become one.</summary>
    Burst,

    /// <summary>All of these in turn.</summary>
    Mixed,
}

/// <summary>A serial line that damages each byte with the same probability.</summary>
internal sealed class LineDamage(DamageKind kind, double rate, int seed)
{
    private const int BurstMax = 40;

    private readonly Random _random = new(seed);
    private int _missing;

    /// <summary>Bytes that were damaged.</summary>
    public int Damaged { get; private set; }

    /// <summary>What comes out at the other end.</summary>
    public byte[] Pass(ReadOnlySpan<byte> sent)
    {
        var received = new List<byte>(sent.Length + 8);
        foreach (byte value in sent)
        {
            if (_missing > 0)
                _missing--;
            else if (_random.NextDouble() >= rate)
                received.Add(value);
            else
                Hit(value, received);
        }

        return [.. received];
    }

    private void Hit(byte value, List<byte> received)
    {
        Damaged++;
        switch (kind == DamageKind.Mixed ? (DamageKind)_random.Next((int)DamageKind.Mixed) : kind)
        {
            case DamageKind.Loss:
                break;
            case DamageKind.Insertion:
                received.AddRange([(byte)_random.Next(256), value]);
                break;
            case DamageKind.Duplication:
                received.AddRange([value, value]);
                break;
            case DamageKind.BitFlip:
                received.Add((byte)(value ^ 1 << _random.Next(8)));
                break;
            case DamageKind.Burst:
                _missing = _random.Next(BurstMax);
                break;
        }
    }
}
