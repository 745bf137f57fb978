using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Usb;

// Transfers that were submitted together, on the device's own time line (nanoseconds since the attachment).
internal sealed class UsbGroup
{
    private readonly IReadOnlyList<UsbTransfer> _transfers;
    private TaskCompletionSource? _sleeper;
    private int _left;

    internal UsbGroup(IReadOnlyList<UsbTransfer> transfers, long readyNs, long deadlineNs)
    {
        (_transfers, _left) = (transfers, transfers.Count);
        (ReadyNs, DeadlineNs, EndNs) = (readyNs, deadlineNs, readyNs);
    }

    // No transfer of the group starts before this.
    internal long ReadyNs { get; }

    internal long DeadlineNs { get; }

    // When the last transfer that has ended did so.
    internal long EndNs { get; private set; }

    // Until when its task sleeps if nobody wakes it.
    internal long SleepsUntilNs { get; private set; }

    // Every transfer has its status.
    internal bool IsOver => _left == 0;

    internal void End(UsbTransfer transfer, UsbTransferStatus status, long at)
    {
        transfer.Status = status;
        EndNs = Math.Max(EndNs, at);
        _left--;
    }

    internal void EndAll(UsbTransferStatus status, long at)
    {
        foreach (UsbTransfer transfer in _transfers)
        {
            if (transfer.Status == UsbTransferStatus.Pending)
                End(transfer, status, at);
        }
    }

    // The next Wake completes it. Not RunContinuationsAsynchronously: that would leave the thread of virtual time, so
    // callers wake outside their lock.
    internal TaskCompletionSource Sleep(long untilNs)
    {
        SleepsUntilNs = untilNs;
        return _sleeper = new TaskCompletionSource();
    }

    internal void Wake() => Interlocked.Exchange(ref _sleeper, null)?.TrySetResult();
}
