using System.Net.Sockets;

namespace FlashBench.Hardware.Console;

/// <summary>Frames over a connected unix socket.</summary>
/// <remarks>One reader and one writer at a time; they do not disturb each other.</remarks>
internal sealed class ConsoleLink(Socket socket) : IDisposable
{
    private readonly byte[] _head = new byte[ConsoleFrame.HeadBytes];

    /// <summary>The next frame; null if the other side has ended the connection.</summary>
    /// <exception cref="InvalidDataException">What came is no frame, or half of one.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask<ConsoleFrame?> ReadAsync(CancellationToken cancel)
    {
        if (!await FillAsync(_head, mayEnd: true, cancel))
            return null;
        (ConsoleFrameKind kind, int length) = ConsoleFrame.ReadHead(_head);
        byte[] content = new byte[length];
        await FillAsync(content, mayEnd: false, cancel);
        return new ConsoleFrame(kind, content);
    }

    /// <summary>Sends a frame; returns when the kernel has it.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask WriteAsync(ConsoleFrame frame, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> rest = frame.ToBytes();
        while (!rest.IsEmpty)
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancel)..];
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask<bool> FillAsync(Memory<byte> buffer, bool mayEnd, CancellationToken cancel)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int count = await socket.ReceiveAsync(buffer[filled..], SocketFlags.None, cancel);
            if (count == 0 && filled == 0 && mayEnd)
                return false;
            if (count == 0)
                throw new InvalidDataException("half a frame");
            filled += count;
        }

        return true;
    }
}
