namespace FlashBench.Hardware.Programmers;

/// <summary>What the device still has to answer, in order; takes its packets apart.</summary>
internal sealed class FtdiAnswers
{
    private const int Probe = -1;

    private readonly Queue<Expected> _expected = new();
    private int _taken; // bytes of the first expected answer that came already
    private double _doneAt;

    /// <summary>Bytes still to come.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Seconds the device may work from its last answer to the next.</summary>
    public double SecondsToNext => _expected.TryPeek(out Expected next) ? next.WorkAt - _doneAt : 0;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _expected.Clear();
        (Outstanding, _taken, _doneAt) = (0, 0, 0);
    }

    /// <summary>Expects bytes of a frame's response.</summary>
    /// <param name="frame">Index in the batch.</param>
    /// <param name="start">First byte of the response.</param>
    /// <param name="length">How many.</param>
    /// <param name="workAt">Seconds of work the device has done when the last of them is sampled.</param>
    public void Expect(int frame, int start, int length, double workAt) =>
        Enqueue(new Expected(frame, start, length, workAt));

    /// <summary>Expects the two bytes that answer a probe.</summary>
    public void ExpectProbe(byte probe, double workAt) => Enqueue(new Expected(Probe, probe, 2, workAt));

    /// <summary>Hands the bytes of an IN transfer to the frames that wait for them.</summary>
    /// <returns>What is wrong with them, as words without a full stop; null if nothing is.</returns>
    public string? Deliver(ReadOnlySpan<byte> transfer, IReadOnlyList<SpiTransaction> batch)
    {
        for (int start = 0; start < transfer.Length; start += FtdiProtocol.PacketLength)
        {
            ReadOnlySpan<byte> packet = transfer[start..Math.Min(start + FtdiProtocol.PacketLength, transfer.Length)];
            if (packet.Length < FtdiProtocol.StatusLength)
                return "it sent a packet without its status";
            if (Take(packet[FtdiProtocol.StatusLength..], batch) is string fault)
                return fault;
        }

        return null;
    }

    private string? Take(ReadOnlySpan<byte> data, IReadOnlyList<SpiTransaction> batch)
    {
        while (!data.IsEmpty)
        {
            if (!_expected.TryPeek(out Expected next))
                return $"it sent {data.Length} bytes more than it was asked for";
            int length = Math.Min(data.Length, next.Length - _taken);
            if (next.Frame != Probe)
                data[..length].CopyTo(batch[next.Frame].Response.Span[(next.Start + _taken)..]);
            else if (!IsEcho(data[..length], (byte)next.Start))
                return "it is out of step: what it answered is not what it was asked";
            data = data[length..];
            Advance(next, length);
        }

        return null;
    }

    private bool IsEcho(ReadOnlySpan<byte> data, byte probe)
    {
        ReadOnlySpan<byte> echo = [FtdiProtocol.BadCommand, probe];
        return data.SequenceEqual(echo.Slice(_taken, data.Length));
    }

    private void Advance(in Expected next, int length)
    {
        Outstanding -= length;
        _taken += length;
        if (_taken < next.Length)
            return;
        _expected.Dequeue();
        (_taken, _doneAt) = (0, next.WorkAt);
    }

    private void Enqueue(in Expected answer)
    {
        _expected.Enqueue(answer);
        Outstanding += answer.Length;
    }

    private readonly record struct Expected(int Frame, int Start, int Length, double WorkAt);
}
