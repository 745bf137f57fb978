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

    // Sleeps as long as `look` says, again and again, until that says null: the group is over. False if cancelled.
    // One timer and one registration for all of it, since a long group sleeps often.
    internal async Task<bool> WaitAsync(
        DeviceClock clock, Func<UsbGroup, (TaskCompletionSource Sleeper, long UntilNs)?> look, CancellationToken cancel)
    {
        await using ITimer timer = clock.CreateTimer(Wake);
        await using CancellationTokenRegistration registration = cancel.Register(Wake);
        while (!cancel.IsCancellationRequested)
        {
            if (look(this) is not { } wait)
                return true;
            clock.Set(timer, wait.UntilNs);
            if (!cancel.IsCancellationRequested) // between look and sleep it had nobody to wake
                await wait.Sleeper.Task;
        }

        return false;
    }

    internal void Wake() => Interlocked.Exchange(ref _sleeper, null)?.TrySetResult();
}
