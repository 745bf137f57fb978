using System.Buffers.Binary;
using FlashBench.Hardware.Console;

namespace FlashBench.Hardware.Native;

/// <summary>struct termios2: how the kernel treats a serial line or a terminal; the only place that knows it.</summary>
/// <remarks>
/// Source: S-17; Linux, include/uapi/asm-generic/termbits.h and ioctls.h (x86, ARM, RISC-V). Unlike the C library's
/// termios it takes any speed.
/// </remarks>
internal sealed class Termios2
{
    private const int Bytes = 44, InputFlags = 0, OutputFlags = 4, ControlFlags = 8, LocalFlags = 12;
    private const int MinimumTime = 17 + 5, MinimumCount = 17 + 6, InputSpeed = 36, OutputSpeed = 40;
    private const nuint Get = 0x802C542A, SetNow = 0x402C542B; // TCGETS2, TCSETS2

    private const uint ParityMark = 0x08, ParityCheck = 0x10;               // PARMRK, INPCK
    private const uint SpeedBits = 0x100F, InputSpeedBits = SpeedBits << 16; // CBAUD, CIBAUD
    private const uint OtherSpeed = 0x1000;                                  // BOTHER
    private const uint SizeBits = 0x30, TwoStops = 0x40, Receiver = 0x80, Parity = 0x100, OddParity = 0x200;
    private const uint HangUpOnClose = 0x400, Local = 0x800, StickParity = 0x40000000, HardwareFlow = 0x80000000;
    private const uint FormatBits = SizeBits | TwoStops | Parity | OddParity | StickParity;

    private const uint CrToNewline = 0x100, NewlineToCr = 0x40, IgnoreCr = 0x80; // ICRNL, INLCR, IGNCR
    private const uint FlowOut = 0x400;                                          // IXON
    private const uint Signals = 0x01, ByLine = 0x02, Echo = 0x08, Extended = 0x8000; // ISIG, ICANON, ECHO, IEXTEN

    private readonly byte[] _data = new byte[Bytes];

    private Termios2()
    {
    }

    /// <summary>Speed of the receiver in baud.</summary>
    public uint Speed => At(InputSpeed);

    /// <returns>The settings, or null if the file is no terminal.</returns>
    public static Termios2? Read(FileDescriptor file)
    {
        var settings = new Termios2();
        return LibC.ControlLine(file, Get, settings._data) == 0 ? settings : null;
    }

    /// <summary>Puts these settings into effect at once; what was received before stays.</summary>
    /// <returns>False if the line refused; the last error says why.</returns>
    public bool Apply(FileDescriptor file) => LibC.ControlLine(file, SetNow, _data) == 0;

    /// <summary>The same settings, but every byte passes as it is, and the modem lines stay as they are on a close.
    /// </summary>
    public Termios2 ForSerial(SerialMode mode)
    {
        Termios2 raw = Copy();
        uint format = (uint)(mode.Format.DataBits - 5) << 4;
        format |= mode.Format.StopBits == 2 ? TwoStops : 0;
        format |= mode.Format.Parity is SerialParity.None ? 0 : Parity;
        format |= mode.Format.Parity is SerialParity.Odd ? OddParity : 0;
        uint kept = At(ControlFlags) & ~(FormatBits | SpeedBits | InputSpeedBits | HangUpOnClose | HardwareFlow);
        raw.Set(InputFlags, mode.MarkErrors ? ParityMark | ParityCheck : 0);
        raw.Set(OutputFlags, 0);
        raw.Set(ControlFlags, kept | format | OtherSpeed | Receiver | Local);
        raw.Set(LocalFlags, 0);
        raw.Set(InputSpeed, (uint)mode.Baud);
        raw.Set(OutputSpeed, (uint)mode.Baud);
        (raw._data[MinimumCount], raw._data[MinimumTime]) = (1, 0);
        return raw;
    }

    /// <summary>The same settings, but keys arrive one by one, unechoed, Ctrl-C among them; output as before.</summary>
    public Termios2 ForKeys()
    {
        Termios2 raw = Copy();
        raw.Set(InputFlags, At(InputFlags) & ~(CrToNewline | NewlineToCr | IgnoreCr | FlowOut));
        raw.Set(LocalFlags, At(LocalFlags) & ~(Signals | ByLine | Echo | Extended));
        (raw._data[MinimumCount], raw._data[MinimumTime]) = (1, 0);
        return raw;
    }

    /// <summary>True if data bits, parity and stop bits are the same.</summary>
    public bool HasFormatOf(Termios2 other) => ((At(ControlFlags) ^ other.At(ControlFlags)) & FormatBits) == 0;

    private Termios2 Copy()
    {
        var copy = new Termios2();
        _data.CopyTo(copy._data, 0);
        return copy;
    }

    private uint At(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_data.AsSpan(offset));

    private void Set(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(offset), value);
}
