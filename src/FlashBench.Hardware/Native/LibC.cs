using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
/// <remarks>
/// Source: POSIX.1-2017 open, fsync, close, read, write, poll, termios, geteuid; Linux statx, madvise, flock,
/// ioctl_tty.
/// </remarks>
internal static partial class LibC
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial FileDescriptor Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(FileDescriptor file);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Stat(int folder, string path, int flags, uint mask, [Out] byte[] result);

    [LibraryImport(Library, EntryPoint = "madvise")]
    internal static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(nint file);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(FileDescriptor file, Span<byte> data, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(FileDescriptor file, ReadOnlySpan<byte> data, nint count);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(ref PollEntry entries, nuint count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(FileDescriptor file, nuint request);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(FileDescriptor file, nuint request, nuint value);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(FileDescriptor file, nuint request, Span<byte> argument);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(FileDescriptor file, int operation);

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    internal static partial int GetLine(FileDescriptor file, Span<byte> termios);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    internal static partial int SetLine(FileDescriptor file, int when, ReadOnlySpan<byte> termios);

    [LibraryImport(Library, EntryPoint = "cfmakeraw")]
    internal static partial void MakeRaw(Span<byte> termios);

    [LibraryImport(Library, EntryPoint = "cfsetspeed", SetLastError = true)]
    internal static partial int SetSpeed(Span<byte> termios, uint baud);

    [LibraryImport(Library, EntryPoint = "tcflush", SetLastError = true)]
    internal static partial int FlushLine(FileDescriptor file, int queue);
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int File;
    public short Wanted, Ready;
}

/// <summary>An open file descriptor that closes itself.</summary>
internal sealed class FileDescriptor() : SafeHandle(invalidHandleValue: -1, ownsHandle: true)
{
    /// <summary>Takes over a descriptor that a system call returned inside a structure.</summary>
    public static FileDescriptor Own(int number)
    {
        var file = new FileDescriptor();
        file.SetHandle(number);
        return file;
    }

    public override bool IsInvalid => unchecked((int)handle) < 0; // an int: its upper half is not defined

    /// <summary>Waits until the file is ready or has been hung up; blocks its thread.</summary>
    /// <param name="wanted">POLLIN (1) or POLLOUT (4).</param>
    /// <param name="timeoutMs">Limit of the wait.</param>
    public void Wait(short wanted, int timeoutMs)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            var entry = new PollEntry { File = unchecked((int)handle), Wanted = wanted };
            LibC.Poll(ref entry, 1, timeoutMs);
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    protected override bool ReleaseHandle() => LibC.Close(handle) == 0;
}
