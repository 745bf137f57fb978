using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
/// <remarks>
/// Source: POSIX.1-2017 open, fsync, close, read, write, poll, geteuid; Linux statx, madvise, flock, ioctl.
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
    /// <param name="timeoutMs">Limit of the wait; negative for none.</param>
    /// <returns>False if the limit was reached.</returns>
    public bool Wait(short wanted, int timeoutMs)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            var entry = new PollEntry { File = unchecked((int)handle), Wanted = wanted };
            return LibC.Poll(ref entry, 1, timeoutMs) > 0;
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    /// <summary>Waits, without a limit, until one of two files is ready or has been hung up.</summary>
    /// <returns>True if the first one is.</returns>
    public static bool WaitForEither(FileDescriptor first, FileDescriptor second, short wanted)
    {
        bool holdsFirst = false, holdsSecond = false;
        try
        {
            first.DangerousAddRef(ref holdsFirst);
            second.DangerousAddRef(ref holdsSecond);
            Span<PollEntry> entries =
            [
                new PollEntry { File = unchecked((int)first.handle), Wanted = wanted },
                new PollEntry { File = unchecked((int)second.handle), Wanted = wanted },
            ];
            LibC.Poll(ref entries[0], 2, -1);
            return entries[0].Ready != 0;
        }
        finally
        {
            if (holdsFirst)
                first.DangerousRelease();
            if (holdsSecond)
                second.DangerousRelease();
        }
    }

    protected override bool ReleaseHandle() => LibC.Close(handle) == 0;
}
