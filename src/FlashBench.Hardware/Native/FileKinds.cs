using System.Buffers.Binary;

namespace FlashBench.Hardware.Native;

/// <summary>What stands behind a path.</summary>
public enum FileKind
{
    /// <summary>Nothing that can be looked at.</summary>
    None,

    /// <summary>A file with a length.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe: readable once, and for as long as somebody writes.</summary>
    Pipe,

    /// <summary>A device or a socket.</summary>
    Other,
}

/// <summary>Tells files from pipes and devices without opening them; opening a pipe blocks until somebody
/// writes.</summary>
public static class FileKinds
{
    // Source: Linux statx(2), inode(7). The structure is the same on every architecture.
    private const int WorkingFolder = -100, StatxBytes = 256, ModeOffset = 28; // AT_FDCWD
    private const uint TypeMask = 1; // STATX_TYPE
    private const int KindMask = 0xF000, KindFile = 0x8000, KindFolder = 0x4000, KindPipe = 0x1000;

    /// <summary>Looks at a path; links are followed.</summary>
    public static FileKind Of(string path)
    {
        byte[] stat = new byte[StatxBytes];
        if (LibC.Stat(WorkingFolder, path, 0, TypeMask, stat) != 0)
            return FileKind.None;
        return (BinaryPrimitives.ReadUInt16LittleEndian(stat.AsSpan(ModeOffset)) & KindMask) switch
        {
            KindFile => FileKind.Regular,
            KindFolder => FileKind.Folder,
            KindPipe => FileKind.Pipe,
            _ => FileKind.Other,
        };
    }
}
