// One attachment to a CH341A: USB bulk transfers on endpoints 0x02 and 0x82, 32-byte packets. What its controller
// does with a packet stands in Ch341aCore.cs. Source: spi-flash.md sections 1.1 and 2.2 (time model).
//
// Modelled: OUT URBs cut into packets of 32 bytes, each a new command; an answer is one IN packet, which is always
//   short and so ends exactly one IN URB, in order; several groups in flight. At most 4 answers wait for an IN URB:
//   then the device takes no OUT packet at all until one is fetched. Answers nobody fetched stay, so that later IN
//   URBs get old data, until they are drained or the port is reset. A group's limit cancels what has not ended; OUT
//   packets that were taken by then have been executed. 60 us per group; packet times as in Ch341aCore. An IN URB
//   smaller than its packet ends with a stall (babble) and the packet is lost. Unplug, lost packet, corrupt byte.
// Approximated: packets are executed up to 2 ms of device time ahead of the clock, in their modelled order, and a
//   group completes at its modelled time. A cancellation or a supply that fails can so come up to 2 ms too late for
//   packets executed ahead. In real time, timers add what the host's scheduler adds.
// Not modelled: enumeration, host controller frames (1 ms) and hubs, NAK polling of IN.
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Usb;

/// <summary>One attachment to a virtual CH341A, from the open of its port to its disposal.</summary>
/// <remarks>Safe for concurrent use; runs on virtual and on real time.</remarks>
public sealed class SimulatedCh341a : IUsbDevice
{
    private const byte OutEndpoint = 0x02;
    private const byte InEndpoint = 0x82;
    private const int AnswersMax = 4;
    private const long GroupNs = 60_000;
    private const long AheadNs = 2_000_000;

    private static readonly TimeSpan ResetTime = TimeSpan.FromMilliseconds(60); // 50 ms reset, 10 ms recovery

    private readonly SimulatedCh341aPort _port;
    private readonly Ch341aCore _core;
    private readonly DeviceClock _clock;
    private readonly Lock _gate = new();
    private readonly Queue<(UsbTransfer Transfer, UsbGroup Group)> _outs = new();
    private readonly Queue<(UsbTransfer Transfer, UsbGroup Group)> _ins = new();
    private readonly Queue<(byte[] Data, long AtNs)> _answers = new();
    private readonly List<UsbGroup> _groups = [];
    private readonly List<UsbGroup> _toWake = [];
    private bool _refusesOut;
    private bool _pulled; // the unplug fault struck; the port is told outside the lock
    private bool _gone;
    private bool _disposed;

    internal SimulatedCh341a(SimulatedCh341aPort port, Ch341aCore core, DeviceClock clock) =>
        (_port, _core, _clock) = (port, core, clock);

    /// <inheritdoc/>
    public UsbIdentity Identity => _port.Identity;

    /// <inheritdoc/>
    public async Task SubmitAsync(
        IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(transfers);
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancel.ThrowIfCancellationRequested();
        UsbGroup group = Enqueue(transfers, timeout);
        if (await group.WaitAsync(_clock, Look, cancel))
            return;
        Abort(group, UsbTransferStatus.Cancelled);
        throw new OperationCanceledException(cancel);
    }

    /// <inheritdoc/>
    /// <remarks>The device knows no request beyond the standard ones, which are the host's affair.</remarks>
    public Task<int> ControlAsync(UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancel.ThrowIfCancellationRequested();
        throw new ProgrammerException(_gone
            ? $"There is no programmer on USB port {Identity.PortPath}."
            : $"The programmer on USB port {Identity.PortPath} stalled request 0x{setup.Request:X2}.");
    }

    /// <inheritdoc/>
    public async Task ResetAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Stop(UsbTransferStatus.Cancelled);
        await _clock.SleepAsync(DeviceClock.Add(_clock.NowNs, ResetTime), cancel);
        cancel.ThrowIfCancellationRequested();
        if (_gone)
            throw new ProgrammerException($"The programmer on USB port {Identity.PortPath} did not come back.");
    }

    /// <inheritdoc/>
    /// <remarks>The pins stay as they are: whoever drove them must have released them.</remarks>
    public ValueTask DisposeAsync()
    {
        if (_disposed)
            return ValueTask.CompletedTask;
        _disposed = true;
        EndGroups(UsbTransferStatus.Cancelled);
        _port.Release(0); // before anybody hears of the close: an open that follows must not be refused
        Wake();
        return ValueTask.CompletedTask;
    }

    internal void LoseCable()
    {
        _gone = true;
        Stop(UsbTransferStatus.NoDevice);
    }

    private UsbGroup Enqueue(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout)
    {
        lock (_gate)
        {
            long now = _clock.NowNs;
            var group = new UsbGroup(transfers, now + GroupNs, DeviceClock.Add(now, timeout));
            if (_refusesOut)
                _core.WaitUntil(group.ReadyNs); // it stood still until somebody fetches
            foreach (UsbTransfer transfer in transfers)
                (transfer.Status, transfer.Length) = (UsbTransferStatus.Pending, 0);
            foreach (UsbTransfer transfer in transfers)
                Enqueue(transfer, group);
            _groups.Add(group);
            return group;
        }
    }

    private void Enqueue(UsbTransfer transfer, UsbGroup group)
    {
        if (_gone)
            group.End(transfer, UsbTransferStatus.NoDevice, group.ReadyNs);
        else if (transfer.Endpoint == InEndpoint)
            _ins.Enqueue((transfer, group));
        else if (transfer.Endpoint == OutEndpoint)
            _outs.Enqueue((transfer, group));
        else
            group.End(transfer, UsbTransferStatus.Stalled, group.ReadyNs);
    }

    // Moves the device on and says how long the group sleeps; null if it is over.
    private (TaskCompletionSource Sleeper, long UntilNs)? Look(UsbGroup group)
    {
        (TaskCompletionSource, long)? wait = null;
        lock (_gate)
        {
            long now = _clock.NowNs;
            bool runs = Advance(now);
            if (!group.IsOver && now >= group.DeadlineNs)
                EndAll(group, UsbTransferStatus.TimedOut);
            long next = group.DeadlineNs;
            if (runs && NextOut() is { } atWork)
            {
                if (atWork.Group == group)
                    next = Math.Min(_core.NowNs, next);
                else if (atWork.Group.SleepsUntilNs > _core.NowNs)
                    _toWake.Add(atWork.Group); // only the group at work moves the device on
            }

            long until = group.IsOver ? group.EndNs : next;
            if (until > now)
                wait = (group.Sleep(until), until);
            else
                _groups.Remove(group);
        }

        Wake();
        return wait;
    }

    // Executes packets up to the horizon. True if there is more to do as soon as time has passed.
    private bool Advance(long now)
    {
        while (!_pulled && _answers.TryPeek(out var waiting) && NextIn(waiting.AtNs) is { } fetch)
        {
            _answers.Dequeue();
            Deliver(fetch.Transfer, fetch.Group, waiting.Data, Math.Max(waiting.AtNs, fetch.Group.ReadyNs));
        }

        while (!_pulled && NextOut() is { } next)
        {
            _refusesOut = _answers.Count >= AnswersMax;
            if (_refusesOut)
                return false;
            _core.WaitUntil(next.Group.ReadyNs);
            if (_core.NowNs >= now + AheadNs)
                return true;
            TakePacket(next.Transfer, next.Group);
        }

        return false;
    }

    // The OUT URB at work; those whose group's limit has come by then never start.
    private (UsbTransfer Transfer, UsbGroup Group)? NextOut()
    {
        while (_outs.TryPeek(out var next))
        {
            long start = Math.Max(_core.NowNs, next.Group.ReadyNs);
            if (!next.Group.IsOver && start < next.Group.DeadlineNs)
                return next;
            _outs.Dequeue();
        }

        return null;
    }

    private (UsbTransfer Transfer, UsbGroup Group)? NextIn(long atNs)
    {
        while (_ins.TryPeek(out var next))
        {
            if (!next.Group.IsOver && atNs < next.Group.DeadlineNs)
                return next;
            _ins.Dequeue();
        }

        return null;
    }

    private void TakePacket(UsbTransfer transfer, UsbGroup group)
    {
        ReadOnlySpan<byte> rest = transfer.Buffer.Span[transfer.Length..];
        ReadOnlySpan<byte> packet = rest[..Math.Min(rest.Length, Ch341aCore.PacketBytes)];
        Span<byte> answer = stackalloc byte[Ch341aCore.PacketBytes];
        int answered = packet.IsEmpty ? 0 : _core.Execute(packet, answer);
        _port.Traffic = _port.Traffic with { OutPackets = _port.Traffic.OutPackets + 1 };
        transfer.Length += packet.Length;
        bool last = rest.Length == packet.Length;
        if (last)
            _outs.Dequeue();
        if (answered > 0)
            Answer(answer[..answered]);
        if (last)
            End(transfer, group, UsbTransferStatus.Completed, _core.NowNs);
    }

    private void Answer(Span<byte> data)
    {
        UsbTraffic traffic = _port.Traffic;
        if (_port.Faults.CorruptInByte is { } n && n > traffic.InBytes && n <= traffic.InBytes + data.Length)
            data[(int)(n - traffic.InBytes - 1)] ^= _port.Faults.CorruptMask;
        _port.Traffic = traffic with
        {
            InPackets = traffic.InPackets + 1,
            InBytes = traffic.InBytes + data.Length,
        };
        if (_port.Faults.LoseInPacket == _port.Traffic.InPackets)
            return;
        if (!_pulled && NextIn(_core.NowNs) is { } fetch)
            Deliver(fetch.Transfer, fetch.Group, data, Math.Max(_core.NowNs, fetch.Group.ReadyNs));
        else
            _answers.Enqueue((data.ToArray(), _core.NowNs));
    }

    // Every answer is shorter than a packet may be, so it ends its URB.
    private void Deliver(UsbTransfer transfer, UsbGroup group, ReadOnlySpan<byte> data, long atNs)
    {
        _ins.Dequeue();
        bool fits = data.Length <= transfer.Buffer.Length;
        if (fits)
            data.CopyTo(transfer.Buffer.Span);
        transfer.Length = fits ? data.Length : 0;
        End(transfer, group, fits ? UsbTransferStatus.Completed : UsbTransferStatus.Stalled, atNs);
    }

    private void End(UsbTransfer transfer, UsbGroup group, UsbTransferStatus status, long atNs)
    {
        _port.Traffic = _port.Traffic with { Urbs = _port.Traffic.Urbs + 1 };
        bool stalls = _port.Traffic.Urbs == _port.Faults.StallUrb;
        group.End(transfer, stalls ? UsbTransferStatus.Stalled : status, atNs);
        if (group.IsOver)
            _toWake.Add(group);
        _pulled |= _port.Traffic.Urbs == _port.Faults.UnplugAfterUrb;
    }

    // Somebody's transfers are off the queues: those behind them may go on.
    private void EndAll(UsbGroup group, UsbTransferStatus status)
    {
        group.EndAll(status, _clock.NowNs);
        _toWake.AddRange(_groups);
    }

    private void Abort(UsbGroup group, UsbTransferStatus status)
    {
        lock (_gate)
        {
            EndAll(group, status);
            _groups.Remove(group);
        }

        Wake();
    }

    private void Stop(UsbTransferStatus status)
    {
        EndGroups(status);
        lock (_gate)
        {
            _answers.Clear();
            _refusesOut = false;
            _core.Reset();
        }

        Wake();
    }

    private void EndGroups(UsbTransferStatus status)
    {
        lock (_gate)
        {
            _groups.ForEach(group => EndAll(group, status));
            _outs.Clear();
            _ins.Clear();
        }
    }

    // Outside the lock: what wakes up runs at once on real time.
    private void Wake()
    {
        List<UsbGroup> sleepers;
        bool pulled;
        lock (_gate)
        {
            sleepers = [.. _toWake];
            _toWake.Clear();
            pulled = _pulled && !_gone;
        }

        if (pulled)
            _port.Unplug(_clock.Timestamp(_core.NowNs));
        sleepers.ForEach(group => group.Wake());
    }
}
