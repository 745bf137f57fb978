using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>Keeps the device supplied: while one group of transfers is moving, the next waits behind it.</summary>
internal sealed class Ch341aPipeline(IUsbDevice usb, TimeProvider time)
{
    private const int GroupsInFlight = 2;
    private const double BytesPerSecondMin = 50_000; // the slowest host seen moves 62 KB/s (spi-flash 2.1)

    private readonly Queue<Ch341aGroup> _free = new([new Ch341aGroup(), new Ch341aGroup()]);
    private readonly Queue<(Ch341aGroup Group, Task<string?> Done)> _inFlight = new(GroupsInFlight);

    /// <summary>How long <paramref name="outBytes"/> may take: twice the slowest host, and a second.</summary>
    public static TimeSpan Limit(int outBytes) => TimeSpan.FromSeconds(1 + 2 * outBytes / BytesPerSecondMin);

    /// <summary>Executes a batch; no transfer is in flight when it returns.</summary>
    /// <param name="batch">The frames.</param>
    /// <param name="cancel">Honoured while a frame only reads; chip select is high again then.</param>
    /// <returns>What went wrong, as words without a full stop; null if nothing did.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task<string?> RunAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        var frames = new Ch341aFrames(batch);
        using var abort = new CancellationTokenSource();
        bool cut = false;
        string? fault = null;
        while (!frames.AtEnd && fault is null)
        {
            if (cancel.IsCancellationRequested && frames.OnlyReads)
            {
                frames.Cut();
                cut = true;
            }

            TimeSpan hostPause = Submit(frames, abort.Token);
            fault = await CollectAsync(batch, frames.AtEnd || hostPause > TimeSpan.Zero ? 0 : GroupsInFlight - 1);
            if (fault is null && hostPause > TimeSpan.Zero)
                await Task.Delay(OnHost(hostPause), time, CancellationToken.None);
        }

        if (fault is not null)
            await AbandonAsync(abort);
        else if (cut)
            cancel.ThrowIfCancellationRequested();
        return fault;
    }

    // Timers drop fractions of a millisecond, and the device may still hold the packet that ends the frame when its
    // transfer has ended: a pause may be longer than asked, never shorter.
    private static TimeSpan OnHost(TimeSpan pause) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds) + 1);

    private TimeSpan Submit(Ch341aFrames frames, CancellationToken abort)
    {
        Ch341aGroup group = _free.Dequeue();
        TimeSpan hostPause = frames.Fill(group);
        int queued = group.OutBytes;
        TimeSpan pauses = group.Pauses;
        foreach ((Ch341aGroup ahead, _) in _inFlight)
            (queued, pauses) = (queued + ahead.OutBytes, pauses + ahead.Pauses);
        _inFlight.Enqueue((group, TransferAsync(group.Seal(), Limit(queued) + pauses, abort)));
        return hostPause;
    }

    private async Task<string?> CollectAsync(IReadOnlyList<SpiTransaction> batch, int remaining)
    {
        string? fault = null;
        while (fault is null && _inFlight.Count > remaining)
        {
            (Ch341aGroup group, Task<string?> done) = _inFlight.Dequeue();
            _free.Enqueue(group);
            fault = await done ?? group.Deliver(batch);
        }

        return fault;
    }

    private async Task AbandonAsync(CancellationTokenSource abort)
    {
        abort.Cancel(); // on this thread: the continuations stay in their order
        while (_inFlight.TryDequeue(out (Ch341aGroup Group, Task<string?> Done) entry))
        {
            await entry.Done;
            _free.Enqueue(entry.Group);
        }
    }

    // Submits before its first wait, so that groups reach the device in the order of the calls.
    private async Task<string?> TransferAsync(
        IReadOnlyList<UsbTransfer> transfers, TimeSpan limit, CancellationToken abort)
    {
        try
        {
            await usb.SubmitAsync(transfers, limit, abort);
            return null;
        }
        catch (OperationCanceledException)
        {
            return "its transfers were cancelled";
        }
        catch (ProgrammerException failure)
        {
            return failure.Message;
        }
    }
}
