using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>Makes created, renamed and deleted names in a directory survive a power cut.</summary>
public static class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux x86-64

    /// <summary>Syncs the directory's entries to disk; .NET itself cannot open a directory.</summary>
    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void Flush(string directory)
    {
        using FileDescriptor handle = LibC.Open(directory, ReadOnlyDirectory);
        if (handle.IsInvalid || LibC.Sync(handle) != 0)
            throw new IOException($"{directory}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
