using FlashBench.Hardware;
using FlashBench.Hardware.Usb;

namespace FlashBench.Tests.Hardware.Programmers;

internal enum FtdiFault
{
    None,
    Unplug,
    Stall,
    Hang,
    Short,
}

// The USB side of an FTDI chip, from its documents: two status bytes in every packet, short packets when the latency
// timer fires or the engine flushes, OUT data accepted as far as the FIFO has room. One channel. It records all.
internal sealed class ScriptedFtdi : IUsbDevice
{
    private readonly TimeProvider _time;
    private readonly List<Pending> _out = [], _in = [];
    private ITimer? _latency;
    private bool _tick, _gone, _pumping, _pumpAgain;

    public ScriptedFtdi(TimeProvider time)
    {
        _time = time;
        Engine = new ScriptedMpsse(time) { OnChange = Pump };
    }

    public ScriptedMpsse Engine { get; private set; }

    public int Channel { get; init; } = 1;

    public ushort ProductId { get; init; } = 0x6010;

    public ushort Release { get; init; } = 0x0700;

    public string Product { get; init; } = "Dual RS232-HS";

    public UsbIdentity Identity => new(0x0403, ProductId, Release, Product, "1-4.2", "FT4X1Y2Z");

    public List<string> Log { get; } = [];

    public List<(byte Endpoint, byte[] Bytes, TimeSpan Limit)> Transfers { get; } = [];

    public FtdiFault Fault { get; set; }

    public int FaultAt { get; set; } = -1;

    // True: the fault heals when the engine is started anew. False: only a reset of the port heals it.
    public bool HealsByRestart { get; set; } = true;

    public bool HealsByReset { get; set; } = true;

    public byte[] Stale { get; set; } = [];

    public bool Silent { get; set; }

    public bool Disposed { get; private set; }

    public int InFlight => _out.Count + _in.Count;

    public int InQueuedMax { get; private set; }

    public Action? OnSubmit { get; set; }

    public async Task SubmitAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
    {
        OnSubmit?.Invoke();
        cancel.ThrowIfCancellationRequested();
        Pending[] pending = [.. transfers.Select(t => Take(t, timeout))];
        Pump();
        Task all = Task.WhenAll(pending.Select(p => p.Done.Task));
        try
        {
            await all.WaitAsync(timeout, _time, cancel);
        }
        catch (TimeoutException)
        {
            Array.ForEach(pending, p => p.End(UsbTransferStatus.TimedOut));
        }
        catch (OperationCanceledException)
        {
            Array.ForEach(pending, p => p.End(UsbTransferStatus.Cancelled));
            throw;
        }
        finally
        {
            _out.RemoveAll(pending.Contains);
            _in.RemoveAll(pending.Contains);
        }
    }

    public Task<int> ControlAsync(UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel)
    {
        if (_gone)
            throw new ProgrammerException("the device is gone");
        Assert.Equal((0x40, Channel, 0), (setup.RequestType, setup.Index, data.Length));
        Log.Add($"{setup.Request:X2} {setup.Value:X4}");
        switch (setup.Request, setup.Value)
        {
            case (0x00, 2):
                Engine.Answers.Clear();
                break;
            case (0x09, _):
                _latency?.Dispose();
                TimeSpan period = TimeSpan.FromMilliseconds(setup.Value);
                _latency = _time.CreateTimer(_ => Tick(), null, period, period);
                break;
            case (0x0B, 0x0000):
                Engine.Stop();
                break;
            case (0x0B, 0x0200):
                StartEngine();
                break;
            case (0x00, 0 or 1):
                break;
            default:
                Assert.Fail($"request {Log[^1]}");
                break;
        }

        return Task.FromResult(0);
    }

    public Task ResetAsync(CancellationToken cancel)
    {
        Log.Add("reset");
        if (_gone)
            throw new ProgrammerException("the device did not come back");
        Silent &= !HealsByReset;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        Engine.Stop();
        _latency?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void StartEngine()
    {
        ScriptedMpsse old = Engine;
        old.Stop();
        Silent &= !HealsByRestart;
        Engine = new ScriptedMpsse(_time) { OnChange = Pump, Chip = old.Chip, Wedged = Silent };
        Engine.Frames.AddRange(old.Frames);
        Engine.Gaps.AddRange(old.Gaps);
        Array.ForEach(Stale, Engine.Answers.Enqueue);
        Engine.Flush = Stale.Length > 0;
        Stale = [];
        _ = Engine.RunAsync();
    }

    private Pending Take(UsbTransfer transfer, TimeSpan limit)
    {
        Assert.Equal(UsbTransferStatus.Pending, transfer.Status);
        Assert.Equal(transfer.IsIn ? 0x7F + 2 * Channel : 2 * Channel, transfer.Endpoint);
        var pending = new Pending(transfer);
        int index = Transfers.Count;
        Transfers.Add((transfer.Endpoint, transfer.IsIn ? [] : transfer.Buffer.ToArray(), limit));
        if (index == FaultAt)
            Strike(pending);
        if (_gone)
            pending.End(UsbTransferStatus.NoDevice);
        if (pending.Done.Task.IsCompleted || pending.Hangs)
            return pending;
        if (transfer.IsIn)
            TakeIn(pending);
        else
            TakeOut(pending);
        return pending;
    }

    private void Strike(Pending pending)
    {
        switch (Fault)
        {
            case FtdiFault.Unplug:
                _gone = true;
                Array.ForEach([.. _out, .. _in], p => p.End(UsbTransferStatus.NoDevice));
                break;
            case FtdiFault.Stall:
                pending.End(UsbTransferStatus.Stalled);
                break;
            case FtdiFault.Hang:
                pending.Hangs = true;
                break;
            case FtdiFault.Short:
                pending.Transfer.Length = 1;
                pending.End(UsbTransferStatus.Completed);
                break;
        }
    }

    private void TakeIn(Pending pending)
    {
        Assert.Equal(0, pending.Transfer.Buffer.Length % 512);
        _in.Add(pending);
        InQueuedMax = Math.Max(InQueuedMax, _in.Count);
    }

    private void TakeOut(Pending pending)
    {
        pending.EndsAt = Engine.Accepted + pending.Transfer.Buffer.Length;
        _out.Add(pending);
        Engine.Put(pending.Transfer.Buffer.Span);
    }

    private void Tick()
    {
        _tick = true;
        Pump();
    }

    // What ends is told at the very end: whoever waits for it may submit at once.
    private void Pump()
    {
        _pumpAgain = true;
        if (_pumping)
            return;
        _pumping = true;
        List<Pending> ended = [];
        while (_pumpAgain)
        {
            _pumpAgain = false;
            while (_out.Count > 0 && Engine.Taken + ScriptedMpsse.FifoBytes >= _out[0].EndsAt && !Engine.Wedged)
                ended.Add(TakeFirst(_out));
            while (_in.Count > 0 && Feed(_in[0].Transfer))
                ended.Add(TakeFirst(_in));
        }

        _pumping = false;
        ended.ForEach(p => p.End(UsbTransferStatus.Completed));
    }

    private static Pending TakeFirst(List<Pending> list)
    {
        Pending first = list[0];
        list.RemoveAt(0);
        if (!first.Transfer.IsIn)
            first.Transfer.Length = first.Transfer.Buffer.Length;
        return first;
    }

    // True if the transfer has ended.
    private bool Feed(UsbTransfer transfer)
    {
        while (Engine.Answers.Count >= 510 && transfer.Length < transfer.Buffer.Length)
            AddPacket(transfer, 510);
        if (transfer.Length == transfer.Buffer.Length)
            return true;
        bool flush = Engine.Flush && Engine.Answers.Count > 0;
        if (!flush && !_tick)
            return false;
        (Engine.Flush, _tick) = (false, false);
        AddPacket(transfer, Engine.Answers.Count);
        return true;
    }

    private void AddPacket(UsbTransfer transfer, int length)
    {
        Span<byte> packet = transfer.Buffer.Span[transfer.Length..];
        (packet[0], packet[1]) = (0x32, 0x60);
        for (int i = 0; i < length; i++)
            packet[2 + i] = Engine.Answers.Dequeue();
        transfer.Length += 2 + length;
        Engine.Changed();
    }

    private sealed class Pending(UsbTransfer transfer)
    {
        public UsbTransfer Transfer { get; } = transfer;

        public TaskCompletionSource Done { get; } = new();

        public bool Hangs { get; set; }

        public long EndsAt { get; set; }

        public void End(UsbTransferStatus status)
        {
            if (!Done.Task.IsCompleted)
                Transfer.Status = status;
            Done.TrySetResult();
        }
    }
}
