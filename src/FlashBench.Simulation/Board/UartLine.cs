namespace FlashBench.Simulation.Board;

/// <summary>The board's serial transmitter: one byte after the other, each at its time.</summary>
/// <remarks>
/// Modelled: 115200 baud 8N1, lines queued behind each other, a line cut off in its middle when the power goes. Not
/// modelled: flow control, framing errors, a break when the transmitter loses power.
/// </remarks>
/// <param name="timeline">The board's time.</param>
/// <param name="deliver">Takes bytes and the time at which the last of them had arrived.</param>
internal sealed class UartLine(BoardTimeline timeline, Action<TimeSpan, byte[]> deliver)
{
    /// <summary>Time of one byte: a start bit, 8 data bits, a stop bit.</summary>
    public static readonly TimeSpan ByteTime = TimeSpan.FromTicks(TimeSpan.TicksPerSecond * 10 / 115200);

    private readonly Queue<(TimeSpan Start, byte[] Bytes)> _sending = new();
    private TimeSpan _free;

    /// <summary>Sends as soon as the line is free.</summary>
    public void Send(TimeSpan at, BoardScope scope, byte[] bytes)
    {
        TimeSpan start = at > _free ? at : _free;
        _free = start + bytes.Length * ByteTime;
        _sending.Enqueue((start, bytes));
        timeline.At(_free, scope, end =>
        {
            _sending.Dequeue();
            deliver(end, bytes);
        });
    }

    /// <summary>The transmitter stops; what was on its way is cut to the bytes that had left.</summary>
    public void Cut(TimeSpan at)
    {
        if (_sending.TryPeek(out (TimeSpan Start, byte[] Bytes) first) && at > first.Start)
        {
            int sent = (int)Math.Min((at - first.Start) / ByteTime, first.Bytes.Length);
            if (sent > 0)
                deliver(at, first.Bytes[..sent]);
        }

        _sending.Clear();
        _free = at;
    }
}
