using System.Buffers;

namespace FlashBench.Hardware.Console;

/// <summary>Takes the marks out of received bytes that the kernel has put in (PARMRK), whatever the pieces.</summary>
/// <remarks>
/// Source: S-17, termios(3). FF 00 00 is a break, FF 00 x a byte x with a framing or parity error, FF FF a byte FF. A
/// damaged byte stays among the data: it was on the line. A NUL byte with a framing error looks like a break, and is
/// one on most lines.
/// </remarks>
internal sealed class LineMarks
{
    private const byte Mark = 0xFF, Error = 0x00;

    private State _state;

    private enum State
    {
        Data,
        Marked,
        Damaged,
    }

    /// <summary>Bytes with framing or parity errors so far.</summary>
    public long Damaged { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    /// <param name="received">As the kernel gave them.</param>
    /// <param name="data">Gets the bytes that were on the line.</param>
    /// <param name="onBreak">Called at a break, when <paramref name="data"/> holds what came before it.</param>
    public void Feed(ReadOnlySpan<byte> received, ArrayBufferWriter<byte> data, Action onBreak)
    {
        while (!received.IsEmpty)
        {
            if (_state == State.Data)
            {
                int mark = received.IndexOf(Mark);
                data.Write(mark < 0 ? received : received[..mark]);
                received = mark < 0 ? [] : received[(mark + 1)..];
                _state = mark < 0 ? State.Data : State.Marked;
                continue;
            }

            byte next = received[0];
            received = received[1..];
            if (_state == State.Marked && next == Error)
                _state = State.Damaged;
            else
                Finish(next, data, onBreak);
        }
    }

    private void Finish(byte next, ArrayBufferWriter<byte> data, Action onBreak)
    {
        bool damaged = _state == State.Damaged;
        _state = State.Data;
        if (damaged && next == 0)
        {
            onBreak();
            return;
        }

        Damaged += damaged ? 1 : 0;
        if (!damaged && next != Mark)
            data.Write([Mark]); // no kernel writes this; nothing is to be lost all the same
        data.Write([next]);
    }
}
