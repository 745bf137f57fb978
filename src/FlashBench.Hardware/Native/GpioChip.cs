using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace FlashBench.Hardware.Native;

/// <summary>One line as the kernel describes it.</summary>
internal sealed record GpioLineInfo(string Name, string Consumer, int Offset, GpioFlags Flags);

/// <summary>A GPIO chip of the kernel: what it is called, what lines it has.</summary>
/// <remarks>Source: S-18. Looking at a chip and its lines changes nothing.</remarks>
internal sealed class GpioChip : IDisposable
{
    private const int OpenFlags = 0x0002 | 0x80000; // O_RDWR, O_CLOEXEC
    private const int LinesMax = 4096;

    private readonly FileDescriptor _file;

    private GpioChip(FileDescriptor file, ReadOnlySpan<byte> info)
    {
        _file = file;
        Name = GpioAbi.Text(info[..GpioAbi.NameBytes]);
        Label = GpioAbi.Text(info.Slice(GpioAbi.ChipLabelAt, GpioAbi.NameBytes));
        LineCount = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(info[GpioAbi.ChipLinesAt..]), LinesMax);
    }

    /// <summary>Device name, "gpiochip2".</summary>
    public string Name { get; }

    /// <summary>What the driver calls it.</summary>
    public string Label { get; }

    /// <summary>Number of lines.</summary>
    public int LineCount { get; }

    /// <summary>Opens a chip.</summary>
    /// <param name="path">Device node.</param>
    /// <param name="error">errno when it is null.</param>
    /// <returns>The chip; null if it cannot be opened or is none.</returns>
    public static GpioChip? Open(string path, out int error)
    {
        FileDescriptor file = LibC.Open(path, OpenFlags);
        byte[] info = new byte[GpioAbi.ChipInfoBytes];
        bool answered = !file.IsInvalid && LibC.Control(file, GpioAbi.GetChipInfo, info) == 0;
        error = answered ? 0 : Marshal.GetLastPInvokeError();
        if (error == 0)
            return new GpioChip(file, info);
        file.Dispose();
        return null;
    }

    /// <summary>Describes a line; null if the kernel does not.</summary>
    public GpioLineInfo? Line(int offset)
    {
        byte[] info = new byte[GpioAbi.LineInfoBytes];
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(GpioAbi.LineOffsetAt), offset);
        if (LibC.Control(_file, GpioAbi.GetLineInfo, info) != 0)
            return null;
        return new GpioLineInfo(
            GpioAbi.Text(info.AsSpan(0, GpioAbi.NameBytes)),
            GpioAbi.Text(info.AsSpan(GpioAbi.LineConsumerAt, GpioAbi.NameBytes)), offset,
            (GpioFlags)BinaryPrimitives.ReadUInt64LittleEndian(info.AsSpan(GpioAbi.LineFlagsAt)));
    }

    /// <summary>Takes a line for this process.</summary>
    /// <param name="offset">Which.</param>
    /// <param name="consumer">What others are told of the holder; up to 31 bytes.</param>
    /// <param name="flags"><see cref="GpioFlags.AsIs"/> leaves direction and level alone.</param>
    /// <param name="error">errno when it is null.</param>
    /// <returns>The line; null if the kernel refuses.</returns>
    public GpioRequest? Request(int offset, string consumer, GpioFlags flags, out int error)
    {
        byte[] request = new byte[GpioAbi.RequestBytes];
        BinaryPrimitives.WriteInt32LittleEndian(request, offset);
        Encoding.UTF8.GetBytes(consumer, request.AsSpan(GpioAbi.RequestConsumerAt, GpioAbi.NameBytes - 1));
        GpioAbi.WriteConfig(request.AsSpan(GpioAbi.RequestConfigAt), flags, active: null);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(GpioAbi.RequestCountAt), 1);
        error = LibC.Control(_file, GpioAbi.GetLine, request) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return error == 0
            ? new GpioRequest(FileDescriptor.Own(BinaryPrimitives.ReadInt32LittleEndian(
                request.AsSpan(GpioAbi.RequestFileAt))))
            : null;
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>A line that this process holds; the kernel lets it go when it is disposed or the process ends.</summary>
internal sealed class GpioRequest(FileDescriptor file) : IDisposable
{
    /// <summary>Reads the logical level.</summary>
    /// <returns>errno, or 0.</returns>
    public int Read(out bool active)
    {
        byte[] values = new byte[GpioAbi.ValuesBytes];
        values[GpioAbi.ValuesMaskAt] = 1;
        int error = Call(GpioAbi.GetValues, values);
        active = (values[0] & 1) != 0;
        return error;
    }

    /// <summary>Sets the logical level of an output.</summary>
    /// <returns>errno, or 0.</returns>
    public int Write(bool active)
    {
        byte[] values = new byte[GpioAbi.ValuesBytes];
        (values[0], values[GpioAbi.ValuesMaskAt]) = ((byte)(active ? 1 : 0), 1);
        return Call(GpioAbi.SetValues, values);
    }

    /// <summary>Makes it an output with this level, in one step.</summary>
    /// <returns>errno, or 0.</returns>
    public int Configure(GpioFlags flags, bool? active)
    {
        byte[] config = new byte[GpioAbi.ConfigBytes];
        GpioAbi.WriteConfig(config, flags, active);
        return Call(GpioAbi.SetConfig, config);
    }

    public void Dispose() => file.Dispose();

    private int Call(uint request, Span<byte> argument) =>
        LibC.Control(file, request, argument) == 0 ? 0 : Marshal.GetLastPInvokeError();
}
