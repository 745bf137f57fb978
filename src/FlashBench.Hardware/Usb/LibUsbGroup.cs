using System.Buffers;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Usb;

/// <summary>Transfers that were submitted together, from the first submission to the last completion.</summary>
/// <remarks>
/// Holds no lock while it calls the library: a count of what is in flight (and of who still works with the slots)
/// decides when the group has ended. Its slots are used again only after that.
/// </remarks>
internal sealed class LibUsbGroup : IDisposable
{
    // A cancelled transfer comes back within a microframe or a frame; this is for a bus or a peer that is dead.
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);

    private readonly LibUsbPool _pool;
    private readonly IReadOnlyList<UsbTransfer> _transfers;
    private readonly LibUsbSlot[] _slots;
    private readonly ITimer _timer;
    private readonly Action<LibUsbSlot> _ended;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _working = 1, _submitted, _end;

    /// <summary>Gets a slot for every transfer; nothing is submitted yet.</summary>
    /// <exception cref="ProgrammerException">Memory is short.</exception>
    public LibUsbGroup(LibUsbPool pool, IReadOnlyList<UsbTransfer> transfers, TimeProvider time)
    {
        (_pool, _transfers, _ended) = (pool, transfers, Note);
        _slots = ArrayPool<LibUsbSlot>.Shared.Rent(transfers.Count);
        for (int i = 0; i < transfers.Count; i++)
            _slots[i] = pool.Rent();
        _timer = time.CreateTimer(
            group => ((LibUsbGroup)group!).TimeIsUp(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private enum End
    {
        Natural,
        Timeout,
        Cancelled,
        Refused,
    }

    /// <summary>Completes when nothing of the group is in flight.</summary>
    /// <exception cref="ProgrammerException">The library never gave a cancelled transfer back.</exception>
    public Task Done => _done.Task;

    /// <summary>What the library said to the transfer it did not take.</summary>
    public LibUsbError Refusal { get; private set; }

    /// <summary>Submits everything in order; to be called by one thread at a time per device.</summary>
    public void Submit(nint handle)
    {
        for (; _submitted < _transfers.Count; _submitted++)
        {
            UsbTransfer transfer = _transfers[_submitted];
            (transfer.Status, transfer.Length) = (UsbTransferStatus.Pending, 0);
            _slots[_submitted].Tag = transfer;
            Interlocked.Increment(ref _working);
            Refusal = _slots[_submitted].Submit(handle, transfer.Endpoint, transfer.Buffer, _ended);
            if (Refusal == LibUsbError.Success)
                continue;
            Interlocked.Decrement(ref _working);
            RefuseRest();
            return;
        }
    }

    /// <summary>Sets the time limit running; the group ends by itself from here on.</summary>
    public void Start(TimeSpan timeout)
    {
        if (Refusal != LibUsbError.Success)
            Stop(End.Refused);
        else if (timeout != Timeout.InfiniteTimeSpan)
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
        Leave();
    }

    /// <summary>Cancels what is in flight, for the caller's sake.</summary>
    public void Cancel() => Stop(End.Cancelled);

    /// <summary>Gives the slots back, unless the library still holds one of them.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        if (!Done.IsCompletedSuccessfully)
            return;
        for (int i = 0; i < _transfers.Count; i++)
            _pool.Return(_slots[i]);
        ArrayPool<LibUsbSlot>.Shared.Return(_slots, clearArray: true);
    }

    private void RefuseRest()
    {
        UsbTransferStatus status = Refusal == LibUsbError.NoDevice
            ? UsbTransferStatus.NoDevice
            : UsbTransferStatus.Cancelled;
        for (int i = _submitted; i < _transfers.Count; i++)
            (_transfers[i].Status, _transfers[i].Length) = (status, 0);
    }

    private void TimeIsUp()
    {
        if (_end == (int)End.Natural)
            Stop(End.Timeout);
        else
            _done.TrySetException(new ProgrammerException("libusb does not give cancelled transfers back"));
    }

    private void Stop(End end)
    {
        if (Interlocked.CompareExchange(ref _end, (int)end, (int)End.Natural) != (int)End.Natural || !TryEnter())
            return;
        _timer.Change(DrainMax, Timeout.InfiniteTimeSpan);

        // The last one first: data that still arrives goes to the earliest transfer, without a hole.
        for (int i = _submitted - 1; i >= 0; i--)
        {
            if (((UsbTransfer)_slots[i].Tag!).Status == UsbTransferStatus.Pending)
                _slots[i].Cancel();
        }

        Leave();
    }

    private void Note(LibUsbSlot slot)
    {
        var transfer = (UsbTransfer)slot.Tag!;
        transfer.Length = slot.ActualLength;
        transfer.Status = StatusOf(slot.Status);
        Leave();
    }

    private UsbTransferStatus StatusOf(LibUsbStatus status) => status switch
    {
        LibUsbStatus.Completed => UsbTransferStatus.Completed,
        LibUsbStatus.Cancelled when _end == (int)End.Timeout => UsbTransferStatus.TimedOut,
        LibUsbStatus.Cancelled => UsbTransferStatus.Cancelled,
        LibUsbStatus.TimedOut => UsbTransferStatus.TimedOut,
        LibUsbStatus.Stall => UsbTransferStatus.Stalled,
        LibUsbStatus.NoDevice => UsbTransferStatus.NoDevice,
        _ => UsbTransferStatus.Failed,
    };

    // False once the group has ended: its slots are somebody else's then.
    private bool TryEnter()
    {
        for (int seen = Volatile.Read(ref _working); seen > 0;)
        {
            int now = Interlocked.CompareExchange(ref _working, seen + 1, seen);
            if (now == seen)
                return true;
            seen = now;
        }

        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _working) == 0)
            _done.TrySetResult();
    }
}
