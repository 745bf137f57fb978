using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>A tty as a stream of raw bytes: 8 bits, no parity, no flow control, nobody else's.</summary>
/// <remarks>Source: S-17. Reads return what is there; 0 means that the line was hung up or unplugged.</remarks>
internal sealed class SerialLine : Stream
{
    private const int OpenFlags = 0x0002 | 0x0100 | 0x0800 | 0x80000; // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC
    private const int Exclusive = 0x540C;                             // TIOCEXCL
    private const int Now = 0, BothQueues = 2;                        // TCSANOW, TCIOFLUSH
    private const int TryAgain = 11, BrokenCall = 4, InputOutput = 5; // EAGAIN, EINTR, EIO
    private const short ReadReady = 1, WriteReady = 4;                // POLLIN, POLLOUT
    private const int SliceMs = 50;                                   // how late a cancellation may be seen

    // struct termios of Linux's C libraries: four 32-bit flag words, then the line discipline and the characters.
    private const int TermiosRoom = 128, ControlFlags = 8, MinimumCount = 17 + 6, MinimumTime = 17 + 5;
    private const uint HardwareFlowControl = 0x80000000, LocalAndReceiver = 0x0800 | 0x0080; // CRTSCTS; CLOCAL, CREAD

    private readonly FileDescriptor _file;

    private SerialLine(FileDescriptor file) => _file = file;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a tty, makes it raw, and forgets what it had received.</summary>
    /// <param name="path">Device node.</param>
    /// <param name="baud">A speed that the C library knows.</param>
    /// <exception cref="ProgrammerException">
    /// Not there, not allowed, in use, no tty, or no such speed; its cause says which.
    /// </exception>
    public static SerialLine Open(string path, int baud)
    {
        FileDescriptor file = LibC.Open(path, OpenFlags);
        bool opened = false;
        try
        {
            if (file.IsInvalid)
                throw CannotOpen(path, Marshal.GetLastPInvokeError());
            Configure(file, path, baud);
            opened = true;
            return new SerialLine(file);
        }
        finally
        {
            if (!opened)
                file.Dispose();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            nint count = LibC.Read(_file, buffer.Span, buffer.Length);
            if (count >= 0)
                return (int)count;
            if (!IsTemporary(out int error))
                return error == InputOutput ? 0 : throw Broken(error);
            await ReadyAsync(ReadReady);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            nint count = LibC.Write(_file, buffer.Span, buffer.Length);
            if (count > 0)
                buffer = buffer[(int)count..];
            else if (count < 0 && !IsTemporary(out int error))
                throw Broken(error);
            else
                await ReadyAsync(WriteReady);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    private static void Configure(FileDescriptor file, string path, int baud)
    {
        byte[] termios = new byte[TermiosRoom];
        if (LibC.GetLine(file, termios) != 0)
            throw new ProgrammerException($"{path} is no serial port") { Cause = ProgrammerCause.Unavailable };
        LibC.MakeRaw(termios);
        uint flags = BitConverter.ToUInt32(termios, ControlFlags);
        BitConverter.TryWriteBytes(termios.AsSpan(ControlFlags), (flags & ~HardwareFlowControl) | LocalAndReceiver);
        (termios[MinimumCount], termios[MinimumTime]) = (1, 0);
        if (baud <= 0 || LibC.SetSpeed(termios, (uint)baud) != 0)
            throw new ProgrammerException($"{path}: no serial port runs at {baud} baud");
        if (LibC.SetLine(file, Now, termios) != 0 || LibC.FlushLine(file, BothQueues) != 0)
            throw new ProgrammerException($"{path} cannot be set up ({Marshal.GetLastPInvokeErrorMessage()})");
        LibC.Control(file, Exclusive); // a courtesy: ports that do not know it work all the same
    }

    private static ProgrammerException CannotOpen(string path, int error) => error switch
    {
        2 or 6 or 19 => new($"{path} is not there") { Cause = ProgrammerCause.Unavailable }, // ENOENT, ENXIO, ENODEV
        13 => new($"{path} may not be opened by this user: add the user to its group (dialout)") // EACCES
        {
            Cause = ProgrammerCause.Permission,
        },
        16 => new($"{path} is in use by another program") { Cause = ProgrammerCause.Busy }, // EBUSY
        _ => new($"{path} cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})"),
    };

    private static bool IsTemporary(out int error)
    {
        error = Marshal.GetLastPInvokeError();
        return error is TryAgain or BrokenCall;
    }

    private static IOException Broken(int error) => new(Marshal.GetPInvokeErrorMessage(error));

    // A blocking wait, on a thread that may block; short, so that a cancellation is seen soon.
    private Task ReadyAsync(short wanted) => Task.Run(() => _file.Wait(wanted, SliceMs));
}
