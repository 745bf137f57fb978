using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace FlashBench.Hardware.Native;

/// <summary>Who owns a file and who may use it.</summary>
/// <param name="Mode">Permission bits, 0 to 07777.</param>
/// <param name="Owner">User id.</param>
/// <param name="Group">Group id.</param>
public readonly record struct FileRights(int Mode, uint Owner, uint Group)
{
    // Source: Linux statx(2); STATX_MODE | STATX_UID | STATX_GID. The structure is the same on every architecture.
    private const uint Mask = 0x2 | 0x8 | 0x10;
    private const int WorkingFolder = -100, StatxBytes = 256, OwnerOffset = 20, GroupOffset = 24, ModeOffset = 28;

    /// <summary>Looks at a path; links are followed.</summary>
    /// <returns>Null if nothing is there, or it may not be looked at.</returns>
    public static FileRights? Of(string path)
    {
        byte[] stat = new byte[StatxBytes];
        if (LibC.Stat(WorkingFolder, path, 0, Mask, stat) != 0)
            return null;
        return new FileRights(
            BinaryPrimitives.ReadUInt16LittleEndian(stat.AsSpan(ModeOffset)) & 0xFFF,
            BinaryPrimitives.ReadUInt32LittleEndian(stat.AsSpan(OwnerOffset)),
            BinaryPrimitives.ReadUInt32LittleEndian(stat.AsSpan(GroupOffset)));
    }
}

/// <summary>Questions to the kernel that open nothing for writing and change nothing.</summary>
public static class HostCalls
{
    private const int WorkingFolder = -100, ReadAndWrite = 4 | 2, AsEffectiveUser = 0x200; // AT_FDCWD, R_OK | W_OK

    // Source: Linux adjtimex(2): TIME_ERROR; struct timex has 208 bytes on x86-64.
    private const int TimexBytes = 208, ClockNotSynchronised = 5;

    // Source: Linux include/uapi/linux/gpio.h (S-18): struct gpiochip_info is name[32], label[32], u32 lines.
    private const nuint GetChipInfo = 0x8044B401;
    private const int ChipInfoBytes = 68, LabelOffset = 32, LabelBytes = 32, LinesOffset = 64;
    private const int ReadOnlyNoWait = 0x80000 | 0x800; // O_CLOEXEC | O_NONBLOCK

    /// <summary>True if this process may read and write the file or device node.</summary>
    public static bool MayUse(string path) =>
        LibC.Access(WorkingFolder, path, ReadAndWrite, AsEffectiveUser) == 0;

    /// <summary>True if something disciplines the kernel's clock; null if the kernel does not tell.</summary>
    public static bool? IsClockSynchronised()
    {
        int state = LibC.AdjustTime(new byte[TimexBytes]); // no mode bit is set: it only reads
        return state < 0 ? null : state != ClockNotSynchronised;
    }

    /// <summary>Label and number of lines of a GPIO chip; no line is requested, so none changes.</summary>
    /// <param name="path">Its character device.</param>
    /// <returns>Null if it cannot be opened or is no GPIO chip.</returns>
    public static (string Label, int Lines)? DescribeGpioChip(string path)
    {
        using FileDescriptor file = LibC.Open(path, ReadOnlyNoWait);
        byte[] info = new byte[ChipInfoBytes];
        if (file.IsInvalid || LibC.Ask(file, GetChipInfo, info) != 0)
            return null;
        ReadOnlySpan<byte> label = info.AsSpan(LabelOffset, LabelBytes);
        int end = label.IndexOf((byte)0);
        uint lines = BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(LinesOffset));
        return (Encoding.UTF8.GetString(end < 0 ? label : label[..end]), (int)Math.Min(lines, int.MaxValue));
    }
}

internal static partial class LibC
{
    [LibraryImport(Library, EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Access(int folder, string path, int wanted, int flags);

    [LibraryImport(Library, EntryPoint = "adjtimex", SetLastError = true)]
    internal static partial int AdjustTime(Span<byte> timex);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ask(FileDescriptor file, nuint request, Span<byte> answer);
}
