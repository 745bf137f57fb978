using System.Diagnostics;
using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>Streams commands out and answers in: chunks are sent ahead, IN transfers wait for every answer.</summary>
/// <remarks>
/// As long as an answer is outstanding an IN transfer is queued, whatever the OUT side does. So the engine, which stops
/// when its 4 KiB of answers are full, always gets rid of them, and the OUT side always moves on.
/// </remarks>
internal sealed class FtdiPipeline
{
    private const int ChunksInFlight = 3;
    private const int InInFlight = 8;
    private const int PacketsPerIn = 32; // 16 KiB
    private const int DataPerPacket = FtdiProtocol.PacketLength - FtdiProtocol.StatusLength;

    private readonly IUsbDevice _usb;
    private readonly TimeProvider _time;
    private readonly FtdiAdapter _adapter;
    private readonly byte _inEndpoint;
    private readonly FtdiAnswers _answers = new();
    private readonly Queue<FtdiChunk> _freeChunks = new();
    private readonly Queue<byte[]> _freeBuffers = new();
    private readonly Queue<(FtdiChunk Chunk, FtdiFlight Flight)> _out = new();
    private readonly Queue<(byte[] Buffer, FtdiFlight Flight)> _in = new();
    private byte _probe = FtdiProtocol.ProbeA;
    private int _covered; // bytes of answers for which an IN transfer waits
    private long _lastProgress;

    /// <summary>Allocates the buffers.</summary>
    public FtdiPipeline(IUsbDevice usb, FtdiAdapter adapter, FtdiChannel channel, TimeProvider time)
    {
        (_usb, _adapter, _time, _inEndpoint) = (usb, adapter, time, FtdiProtocol.InEndpoint(channel));
        for (int i = 0; i < ChunksInFlight; i++)
            _freeChunks.Enqueue(new FtdiChunk(FtdiProtocol.OutEndpoint(channel)));
        for (int i = 0; i < InInFlight; i++)
            _freeBuffers.Enqueue(new byte[PacketsPerIn * FtdiProtocol.PacketLength]);
    }

    /// <summary>The setting of the SPI clock; the device is told by an exchange.</summary>
    public SpiClock Clock { get; set; } = FtdiProtocol.Clocks[0];

    /// <summary>Begins the alternation of probes anew.</summary>
    public void Restart() => _probe = FtdiProtocol.ProbeA;

    /// <summary>Sends commands that have no answer, and a probe; returns when it is answered.</summary>
    /// <returns>What went wrong, as words without a full stop; null if nothing did.</returns>
    public async Task<string?> ExchangeAsync(ReadOnlyMemory<byte> commands)
    {
        var frames = new FtdiFrames([], _adapter, Clock, _answers);
        frames.BeginSegment();
        FtdiChunk chunk = _freeChunks.Dequeue();
        chunk.Clear();
        commands.Span.CopyTo(chunk.Free);
        chunk.Add(commands.Length);
        frames.Fill(chunk, NextProbe());
        return await StreamAsync([], frames, chunk, CancellationToken.None);
    }

    /// <summary>Executes a batch; no transfer is in flight when it returns.</summary>
    /// <param name="batch">The frames.</param>
    /// <param name="cancel">Honoured while a frame only reads; chip select is high again then.</param>
    /// <returns>What went wrong, as words without a full stop; null if nothing did.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task<string?> RunAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        var frames = new FtdiFrames(batch, _adapter, Clock, _answers);
        while (!frames.AtEnd)
        {
            frames.BeginSegment();
            if (await StreamAsync(batch, frames, first: null, cancel) is string fault)
                return fault;
            if (frames.HostPause > TimeSpan.Zero)
                await Task.Delay(OnHost(frames.HostPause), _time, CancellationToken.None);
        }

        if (frames.IsCut)
            cancel.ThrowIfCancellationRequested();
        return null;
    }

    // Timers drop fractions of a millisecond: a pause may be longer than asked, never shorter.
    private static TimeSpan OnHost(TimeSpan pause) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds) + 1);

    private static TimeSpan Limit(double seconds) => TimeSpan.FromSeconds(1 + 2 * seconds);

    // One segment. A single loop owns all the state: transfers end on other threads, but are looked at here only.
    private async Task<string?> StreamAsync(
        IReadOnlyList<SpiTransaction> batch, FtdiFrames frames, FtdiChunk? first, CancellationToken cancel)
    {
        using var abort = new CancellationTokenSource();
        _lastProgress = _time.GetTimestamp();
        string? fault = null;
        if (first is not null)
            Send(first, abort.Token);
        while (fault is null && !(frames.SegmentEnded && _out.Count == 0 && _answers.Outstanding == 0))
        {
            if (cancel.IsCancellationRequested && frames.OnlyReads)
                frames.Cut();
            SendAhead(frames, abort.Token);
            ReceiveAhead(abort.Token);
            await WaitAsync();
            fault = CollectOut() ?? CollectIn(batch) ?? Overdue();
        }

        return await StopAsync(fault, abort);
    }

    private byte NextProbe()
    {
        byte probe = _probe;
        _probe = probe == FtdiProtocol.ProbeA ? FtdiProtocol.ProbeB : FtdiProtocol.ProbeA;
        return probe;
    }

    private void SendAhead(FtdiFrames frames, CancellationToken abort)
    {
        while (!frames.SegmentEnded && _freeChunks.TryPeek(out FtdiChunk? chunk))
        {
            chunk.Clear();
            frames.Fill(chunk, _probe);
            if (chunk.IsEmpty)
                return;
            if (frames.SegmentEnded)
                NextProbe();
            Send(_freeChunks.Dequeue(), abort);
        }
    }

    // What is ahead of it, and what the device holds already of earlier chunks, has to be executed first.
    private void Send(FtdiChunk chunk, CancellationToken abort)
    {
        double seconds = chunk.Seconds + _answers.SecondsToNext + 8.0 * _answers.Outstanding / Clock.Hz;
        foreach ((FtdiChunk ahead, _) in _out)
            seconds += ahead.Seconds;
        _out.Enqueue((chunk, Submit(chunk.Seal(), Limit(seconds), abort)));
    }

    private void ReceiveAhead(CancellationToken abort)
    {
        while (_covered < _answers.Outstanding && _freeBuffers.TryDequeue(out byte[]? buffer))
        {
            int packets = Math.Min(
                PacketsPerIn, (_answers.Outstanding - _covered + DataPerPacket - 1) / DataPerPacket);
            _covered += packets * DataPerPacket;
            var transfer = new UsbTransfer(_inEndpoint, buffer.AsMemory(0, packets * FtdiProtocol.PacketLength));
            TimeSpan limit = Limit(_answers.SecondsToNext + 8.0 * _covered / Clock.Hz);
            _in.Enqueue((buffer, Submit(transfer, limit, abort)));
        }
    }

    private async Task WaitAsync()
    {
        Task? sending = _out.TryPeek(out (FtdiChunk, FtdiFlight Flight) o) ? o.Flight.Done : null;
        Task? receiving = _in.TryPeek(out (byte[], FtdiFlight Flight) i) ? i.Flight.Done : null;
        if (sending is not null && receiving is not null)
            await Task.WhenAny(sending, receiving);
        else
            await (sending ?? receiving ?? throw new UnreachableException("nothing is in flight, and nothing is done"));
    }

    private string? CollectOut()
    {
        while (_out.TryPeek(out (FtdiChunk Chunk, FtdiFlight Flight) entry) && entry.Flight.Done.IsCompleted)
        {
            _freeChunks.Enqueue(_out.Dequeue().Chunk);
            UsbTransfer transfer = entry.Flight.Transfer;
            if (entry.Flight.Fault is string fault)
                return fault;
            if (transfer.Status != UsbTransferStatus.Completed || transfer.Length != transfer.Buffer.Length)
                return $"it took {transfer.Length} of {transfer.Buffer.Length} bytes ({transfer.Status})";
        }

        return null;
    }

    private string? CollectIn(IReadOnlyList<SpiTransaction> batch)
    {
        while (_in.TryPeek(out (byte[] Buffer, FtdiFlight Flight) entry) && entry.Flight.Done.IsCompleted)
        {
            _in.Dequeue();
            UsbTransfer transfer = entry.Flight.Transfer;
            Release(entry.Buffer, transfer);
            if (entry.Flight.Fault is string fault)
                return fault;
            if (transfer.Status is not UsbTransferStatus.Completed and not UsbTransferStatus.TimedOut)
                return $"it answers no more ({transfer.Status})";
            int before = _answers.Outstanding;
            if (_answers.Deliver(transfer.Buffer.Span[..transfer.Length], batch) is string broken)
                return broken;
            if (_answers.Outstanding != before)
                _lastProgress = _time.GetTimestamp();
        }

        return null;
    }

    // Packets without data come every millisecond from a device whose engine hangs: only data counts.
    private string? Overdue() =>
        _answers.Outstanding > 0 && _time.GetElapsedTime(_lastProgress) >= Limit(_answers.SecondsToNext)
            ? $"it owes {_answers.Outstanding} bytes and sends none"
            : null;

    private async Task<string?> StopAsync(string? fault, CancellationTokenSource abort)
    {
        if (_out.Count + _in.Count > 0)
            abort.Cancel(); // on this thread: the continuations stay in their order
        while (_out.TryDequeue(out (FtdiChunk Chunk, FtdiFlight Flight) entry))
        {
            await entry.Flight.Done;
            _freeChunks.Enqueue(entry.Chunk);
        }

        while (_in.TryDequeue(out (byte[] Buffer, FtdiFlight Flight) entry))
        {
            await entry.Flight.Done;
            UsbTransfer transfer = entry.Flight.Transfer;
            Release(entry.Buffer, transfer);
            fault ??= _answers.Deliver(transfer.Buffer.Span[..transfer.Length], []); // nothing is due any more
        }

        return fault;
    }

    private void Release(byte[] buffer, UsbTransfer transfer)
    {
        _covered -= transfer.Buffer.Length / FtdiProtocol.PacketLength * DataPerPacket;
        _freeBuffers.Enqueue(buffer);
    }

    private FtdiFlight Submit(UsbTransfer transfer, TimeSpan limit, CancellationToken abort) =>
        new(_usb, transfer, limit, abort);
}
