using System.Globalization;
using System.Net.Sockets;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Programmers;

/// <summary>Where a serprog programmer is: a port of a host, or a serial port with its speed.</summary>
/// <param name="Host">Host name or address, or the path of a tty.</param>
/// <param name="Number">Port, or speed in baud.</param>
/// <param name="IsSerial">True for a tty.</param>
public sealed record SerprogAddress(string Host, int Number, bool IsSerial)
{
    private const int BaudDefault = 115_200;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>Reads "host:port", "[::1]:port", "/dev/ttyACM0:115200" or "/dev/ttyACM0".</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static SerprogAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool serial = text.StartsWith('/');
        int colon = text.LastIndexOf(':');
        if (serial && colon < 0)
            return new SerprogAddress(text, BaudDefault, IsSerial: true);
        string host = colon < 0 ? "" : text[..colon].Trim('[', ']');
        bool hasNumber = int.TryParse(
            text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        return host.Length > 0 && hasNumber && number > 0 && (serial || number <= ushort.MaxValue)
            ? new SerprogAddress(host, number, serial)
            : throw new FormatException($"\"{text}\" is no serprog address: give host:port or /dev/tty:baud");
    }

    /// <summary>As a person writes it.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) && !IsSerial
        ? $"[{Host}]:{Number}"
        : $"{Host}:{Number}";

    /// <summary>Connects, or opens the tty.</summary>
    /// <exception cref="ProgrammerException">It cannot be reached; its cause says why.</exception>
    internal async Task<Stream> ConnectAsync(TimeProvider time, CancellationToken cancel)
    {
        if (IsSerial)
            return SerialLine.Open(Host, Number);
        using var limit = new CancellationTokenSource(ConnectLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        bool connected = false;
        try
        {
            await socket.ConnectAsync(Host, Number, either.Token);
            connected = true;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException failure)
        {
            throw Unreachable(failure.Message, failure);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw Unreachable("it does not answer", late);
        }
        finally
        {
            if (!connected)
                socket.Dispose();
        }
    }

    private ProgrammerException Unreachable(string reason, Exception inner) =>
        new($"the serprog programmer at {this} cannot be reached ({reason.TrimEnd('.')})", inner)
        {
            Cause = PartCause.Unavailable,
        };
}
