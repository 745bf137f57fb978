using System.Buffers.Binary;
using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Hardware.Console;

/// <summary>The board's end of a serial line: whatever is written here arrives at <see cref="Slave"/>.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int OpenFlags = 0x0002 | 0x0100 | 0x0800 | 0x80000;      // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC
    private const nuint Unlock = 0x40045431, NumberOfSlave = 0x80045430; // TIOCSPTLCK, TIOCGPTN

    private readonly FileDescriptor _master = LibC.Open("/dev/ptmx", OpenFlags);

    public PseudoTerminal()
    {
        byte[] number = new byte[sizeof(int)];
        Assert.Equal(0, LibC.ControlLine(_master, Unlock, number)); // zero unlocks
        Assert.Equal(0, LibC.ControlLine(_master, NumberOfSlave, number));
        Slave = $"/dev/pts/{BinaryPrimitives.ReadInt32LittleEndian(number)}";
    }

    public string Slave { get; }

    public async Task WriteAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            nint count = LibC.Write(_master, data.Span, data.Length);
            if (count > 0)
                data = data[(int)count..];
            else
                await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] data = new byte[count];
        for (int filled = 0; filled < count;)
        {
            nint got = LibC.Read(_master, data.AsSpan(filled), count - filled);
            if (got > 0)
                filled += (int)got;
            else
                await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        return data;
    }

    public void Dispose() => _master.Dispose();
}
