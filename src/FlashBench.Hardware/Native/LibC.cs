using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
/// <remarks>Source: POSIX.1-2017 open(2), fsync(2), close(2); Linux statx(2), madvise(2).</remarks>
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
}

/// <summary>An open file descriptor that closes itself.</summary>
internal sealed class FileDescriptor() : SafeHandle(invalidHandleValue: -1, ownsHandle: true)
{
    public override bool IsInvalid => handle < 0;

    protected override bool ReleaseHandle() => LibC.Close(handle) == 0;
}
