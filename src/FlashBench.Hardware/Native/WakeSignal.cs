namespace FlashBench.Hardware.Native;

/// <summary>Wakes a thread that waits for a file.</summary>
/// <remarks>Source: eventfd(2), poll(2). Once set it stays set.</remarks>
internal sealed class WakeSignal : IDisposable
{
    private const int EventFlags = 0x0800 | 0x80000; // EFD_NONBLOCK, EFD_CLOEXEC
    private const short Readable = 1;                // POLLIN

    private readonly FileDescriptor _event;

    public WakeSignal()
    {
        _event = LibC.CreateEvent(0, EventFlags);
        if (_event.IsInvalid)
            throw new IOException("no event can be made: too many open files");
    }

    /// <summary>Wakes whoever waits, now and later.</summary>
    public void Set()
    {
        Span<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        LibC.Write(_event, one, one.Length);
    }

    /// <summary>Waits for this signal alone.</summary>
    /// <returns>True if it was set.</returns>
    public bool Wait(TimeSpan limit) => _event.Wait(Readable, (int)limit.TotalMilliseconds);

    /// <summary>Waits, without a limit, until the file has something to read or was hung up, or the signal is set.
    /// </summary>
    /// <returns>True if the signal was set.</returns>
    public bool WaitForInput(FileDescriptor file) => FileDescriptor.WaitForEither(_event, file, Readable);

    public void Dispose() => _event.Dispose();
}
