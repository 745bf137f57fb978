using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>What serial lines and terminals need of the C library.</summary>
/// <remarks>Source: S-17; flock(2), eventfd(2).</remarks>
internal static partial class LibC
{
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int ControlLine(FileDescriptor file, nuint request, Span<byte> argument);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int ControlLine(FileDescriptor file, nuint request, nint argument);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int LockFile(FileDescriptor file, int operation);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    internal static partial FileDescriptor CreateEvent(uint count, int flags);
}
