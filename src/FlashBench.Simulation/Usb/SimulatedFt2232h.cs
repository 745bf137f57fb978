// One attachment to one interface of an FT2232H. What its channel does with the bytes stands in Ft2232hChannel.cs.
//
// Modelled: several groups in flight, in order; 60 us for each group and each control transfer; a group's limit
//   cancels what has not ended, and what was moved by then stays moved. A reset of the port resets both channels.
// Not modelled: enumeration, microframes, NAK polling. Another interface's endpoints stall.
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Usb;

/// <summary>One attachment to a channel of a virtual FT2232H, from the open of its port to its disposal.</summary>
/// <remarks>Safe for concurrent use; runs on virtual and on real time.</remarks>
public sealed class SimulatedFt2232h : IUsbDevice
{
    private const long GroupNs = 60_000;

    private static readonly TimeSpan ResetTime = TimeSpan.FromMilliseconds(60); // 50 ms reset, 10 ms recovery

    private readonly SimulatedFt2232hPort _port;
    private readonly Ft2232hCore _core;
    private readonly Ft2232hChannel _channel;
    private readonly DeviceClock _clock;
    private readonly int _interface;
    private readonly List<UsbGroup> _groups = [];
    private bool _gone;
    private bool _disposed;

    internal SimulatedFt2232h(SimulatedFt2232hPort port, Ft2232hCore core, int interfaceNumber, DeviceClock clock)
    {
        (_port, _core, _interface, _clock) = (port, core, interfaceNumber, clock);
        _channel = core.Channels[interfaceNumber];
    }

    /// <inheritdoc/>
    public UsbIdentity Identity => _port.Identity;

    private byte OutEndpoint => (byte)(2 + 2 * _interface);

    private byte InEndpoint => (byte)(0x81 + 2 * _interface);

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
        Abort(group);
        throw new OperationCanceledException(cancel);
    }

    /// <inheritdoc/>
    public async Task<int> ControlAsync(
        UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _clock.SleepAsync(_clock.NowNs + GroupNs, cancel);
        cancel.ThrowIfCancellationRequested();
        int answered = -1;
        lock (_core.Gate)
        {
            if (!_gone)
                answered = _core.Control(setup, data.Span);
            _core.WakeLater(_groups); // what they wait for may have come, or be gone
        }

        bool gone = _gone;
        _core.Wake();
        if (answered >= 0)
            return answered;
        throw new ProgrammerException(gone
            ? $"There is no programmer on USB port {Identity.PortPath}."
            : $"The programmer on USB port {Identity.PortPath} stalled request 0x{setup.Request:X2}.");
    }

    /// <inheritdoc/>
    /// <remarks>Both channels are reset, whoever has the other one.</remarks>
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
        lock (_core.Gate)
        {
            EndGroups(UsbTransferStatus.Cancelled);
            _core.Schedule(_channel.Advance(_clock.NowNs));
        }

        _port.Release(_interface); // before anybody hears of the close: an open that follows must not be refused
        _core.Wake();
        return ValueTask.CompletedTask;
    }

    internal void PowerOn()
    {
        lock (_core.Gate)
            _channel.Reset(_clock.NowNs);
    }

    internal void LoseCable()
    {
        _gone = true;
        Stop(UsbTransferStatus.NoDevice);
    }

    private UsbGroup Enqueue(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout)
    {
        lock (_core.Gate)
        {
            long now = _clock.NowNs;
            _channel.Advance(now);
            var group = new UsbGroup(transfers, now + GroupNs, DeviceClock.Add(now, timeout));
            foreach (UsbTransfer transfer in transfers)
                (transfer.Status, transfer.Length) = (UsbTransferStatus.Pending, 0);
            foreach (UsbTransfer transfer in transfers)
                Enqueue(transfer, group);
            _core.WakeLater(_groups); // what they wait for may have come
            _groups.Add(group);
            return group;
        }
    }

    private void Enqueue(UsbTransfer transfer, UsbGroup group)
    {
        if (_gone)
            group.End(transfer, UsbTransferStatus.NoDevice, group.ReadyNs);
        else if (transfer.Endpoint == InEndpoint || transfer.Endpoint == OutEndpoint)
            _channel.Enqueue(transfer, group);
        else
            group.End(transfer, UsbTransferStatus.Stalled, group.ReadyNs);
    }

    // Moves the device on and says how long the group sleeps; null if it is over.
    private (TaskCompletionSource Sleeper, long UntilNs)? Look(UsbGroup group)
    {
        (TaskCompletionSource, long)? wait = null;
        lock (_core.Gate)
        {
            long now = _clock.NowNs;
            long next = _channel.Advance(now);
            if (!group.IsOver && now >= group.DeadlineNs)
                EndAll(group, UsbTransferStatus.TimedOut);
            long until = group.IsOver ? group.EndNs : Math.Min(next, group.DeadlineNs);
            if (until > now)
                wait = (group.Sleep(until), until);
            else
                _groups.Remove(group);
            if (_groups.Count == 0)
                _core.Schedule(next);
        }

        _core.Wake();
        return wait;
    }

    // Somebody's transfers are off the queues: those behind them may go on.
    private void EndAll(UsbGroup group, UsbTransferStatus status)
    {
        group.EndAll(status, _clock.NowNs);
        _core.WakeLater(_groups);
    }

    private void Abort(UsbGroup group)
    {
        lock (_core.Gate)
        {
            EndAll(group, UsbTransferStatus.Cancelled);
            _groups.Remove(group);
        }

        _core.Wake();
    }

    private void Stop(UsbTransferStatus status)
    {
        lock (_core.Gate)
        {
            EndGroups(status);
            _core.Reset();
        }

        _core.Wake();
    }

    private void EndGroups(UsbTransferStatus status)
    {
        _groups.ForEach(group => EndAll(group, status));
        _channel.Forget();
    }
}
