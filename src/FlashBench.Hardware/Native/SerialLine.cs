using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FlashBench.Hardware.Console;

namespace FlashBench.Hardware.Native;

/// <summary>An open serial port as a stream of raw bytes.</summary>
/// <remarks>Source: S-17. Reads return what is there; 0 means that the line was hung up or unplugged.</remarks>
internal sealed class SerialLine : Stream
{
    private const nuint FlushQueues = 0x540B, StartBreak = 0x5427, EndBreak = 0x5428; // TCFLSH, TIOCSBRK, TIOCCBRK
    private const nuint GetCounters = 0x545D;                                         // TIOCGICOUNT
    private const nint BothQueues = 2;                                                // TCIOFLUSH
    private const int CounterBytes = 80, FirstCounter = 6 * sizeof(int);              // struct serial_icounter_struct
    private const int TryAgain = 11, BrokenCall = 4, InputOutput = 5;                 // EAGAIN, EINTR, EIO
    private const short ReadReady = 1, WriteReady = 4;                                // POLLIN, POLLOUT
    private const int SliceMs = 50;                        // how late a cancellation may be seen

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

    /// <summary>Opens a port in a mode; what it has received already stays.</summary>
    /// <exception cref="SerialOpenException">It cannot be opened, or cannot run so.</exception>
    public static SerialLine Open(string path, SerialMode mode) => new(SerialOpening.Open(path, mode));

    /// <summary>Opens the port of a serial programmer, 8N1, and forgets what it had received.</summary>
    /// <param name="path">Device node.</param>
    /// <param name="baud">Speed.</param>
    /// <exception cref="ProgrammerException">
    /// Not there, not allowed, in use, no tty, or no such speed; its cause says which.
    /// </exception>
    public static SerialLine Open(string path, int baud)
    {
        try
        {
            SerialLine line = Open(path, new SerialMode(baud, SerialFormat.Usual, MarkErrors: false));
            LibC.ControlLine(line._file, FlushQueues, BothQueues);
            return line;
        }
        catch (SerialOpenException failure)
        {
            throw new ProgrammerException(failure.Message, failure) { Cause = failure.Cause };
        }
    }

    /// <summary>Takes what is there without waiting.</summary>
    /// <returns>Number of bytes; 0 if the line is gone; null if there is nothing now.</returns>
    public int? TryRead(Span<byte> buffer)
    {
        nint count = LibC.Read(_file, buffer, buffer.Length);
        return count >= 0 ? (int)count : IsTemporary(out _) ? null : 0;
    }

    /// <summary>Blocks its thread until something arrives, the line is gone, or <paramref name="wake"/> is set.
    /// </summary>
    /// <returns>True if <paramref name="wake"/> is set.</returns>
    public bool WaitForInput(WakeSignal wake) => wake.WaitForInput(_file);

    /// <summary>Receive errors since the driver was loaded or the adapter plugged in; null if nobody counts them.
    /// </summary>
    public ConsoleCounters? ReadCounters()
    {
        byte[] counters = new byte[CounterBytes];
        return LibC.ControlLine(_file, GetCounters, counters) != 0 ? null : new ConsoleCounters(
            Overruns: At(counters, 1), FramingErrors: At(counters, 0), ParityErrors: At(counters, 2))
        {
            Breaks = At(counters, 3),
            BufferOverruns = At(counters, 4),
        };
    }

    /// <summary>Holds the line low, or lets it go.</summary>
    /// <returns>False if the port cannot.</returns>
    public bool SetBreak(bool low) => LibC.Control(_file, low ? StartBreak : EndBreak) == 0;

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

    // Frame, overrun, parity, break and buffer overrun follow the modem lines and the byte counts.
    private static long At(byte[] counters, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(counters.AsSpan(FirstCounter + index * sizeof(int)));

    private static bool IsTemporary(out int error)
    {
        error = Marshal.GetLastPInvokeError();
        return error is TryAgain or BrokenCall;
    }

    private static IOException Broken(int error) => new(Marshal.GetPInvokeErrorMessage(error));

    // A blocking wait, on a thread that may block; short, so that a cancellation is seen soon.
    private Task<bool> ReadyAsync(short wanted) => Task.Run(() => _file.Wait(wanted, SliceMs));
}
