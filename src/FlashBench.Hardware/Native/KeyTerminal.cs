namespace FlashBench.Hardware.Native;

/// <summary>The keyboard of the terminal that this process runs in: every key as it is pressed, Ctrl-C among them.
/// </summary>
/// <remarks>Source: S-17. The terminal is as it was before once this is disposed. One reader at a time.</remarks>
public sealed class KeyTerminal : IDisposable
{
    private const string Terminal = "/dev/tty";
    private const int OpenFlags = 0x0002 | 0x0100 | 0x0800 | 0x80000; // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC

    private readonly FileDescriptor _file;
    private readonly Termios2 _before;
    private readonly WakeSignal _wake = new();

    private KeyTerminal(FileDescriptor file, Termios2 before) => (_file, _before) = (file, before);

    /// <summary>Takes the keyboard.</summary>
    /// <returns>Null if this process has no terminal.</returns>
    public static KeyTerminal? Open()
    {
        FileDescriptor file = LibC.Open(Terminal, OpenFlags);
        if (!file.IsInvalid && Termios2.Read(file) is { } before && before.ForKeys().Apply(file))
            return new KeyTerminal(file, before);
        file.Dispose();
        return null;
    }

    /// <summary>Waits for keys.</summary>
    /// <param name="buffer">Gets their bytes.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Number of bytes; 0 if the terminal is gone.</returns>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        using CancellationTokenRegistration registration = cancel.UnsafeRegister(_ => _wake.Set(), null);
        while (!await Task.Run(() => _wake.WaitForInput(_file), CancellationToken.None))
        {
            nint count = LibC.Read(_file, buffer.Span, buffer.Length);
            if (count >= 0)
                return (int)count;
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is not (4 or 11)) // EINTR, EAGAIN
                return 0;
        }

        cancel.ThrowIfCancellationRequested();
        return 0;
    }

    /// <summary>Gives the keyboard back.</summary>
    public void Dispose()
    {
        _before.Apply(_file);
        _file.Dispose();
        _wake.Dispose();
    }
}
