using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FlashBench.Simulation.Qemu;

/// <summary>QEMU did not answer on its control socket as its protocol says, or not in time.</summary>
internal sealed class QmpException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The control connection to one QEMU process.</summary>
/// <remarks>
/// One command at a time, each with a deadline; events are skipped. Not safe for concurrent use. After an exception
/// the connection is of no more use. Source: QEMU Machine Protocol specification (QEMU 7.2, docs/interop/qmp-spec).
/// </remarks>
internal sealed class QmpClient : IDisposable
{
    private const int LineBytesMax = 64 * 1024, LinesMax = 1000;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly byte[] _buffer = new byte[LineBytesMax];
    private int _length;
    private int _number;

    private QmpClient(Socket socket, TimeProvider time) => (_socket, _time) = (socket, time);

    /// <summary>Connects and takes the greeting; commands are accepted on return.</summary>
    /// <param name="path">Path of the socket, short enough for one.</param>
    /// <param name="time">Clock of the deadlines.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    /// <exception cref="QmpException">Who listens there does not speak the protocol, or not in time.</exception>
    public static async Task<QmpClient> ConnectAsync(string path, TimeProvider time)
    {
        var client = new QmpClient(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), time);
        try
        {
            client._socket.Connect(new UnixDomainSocketEndPoint(path));
            using var limit = new CancellationTokenSource(AnswerLimit, time);
            await client.ReadAsync(line => QmpMessage.IsGreeting(line) ? "" : null, limit.Token);
            await client.ExecuteAsync("qmp_capabilities");
            return client;
        }
        catch (Exception e) when (e is SocketException or QmpException)
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Executes a command without arguments.</summary>
    /// <returns>The "status" of the answer; empty if it has none.</returns>
    /// <exception cref="QmpException">QEMU refused it, is gone, or did not answer in time.</exception>
    public async Task<string> ExecuteAsync(string command)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        string id = (++_number).ToString(CultureInfo.InvariantCulture);
        byte[] line = Encoding.ASCII.GetBytes($"{{\"execute\":\"{command}\",\"id\":\"{id}\"}}\n");
        try
        {
            for (int sent = 0; sent < line.Length;)
                sent += await _socket.SendAsync(line.AsMemory(sent), limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            throw new QmpException($"QEMU took no {command}", e);
        }

        return await ReadAsync(answer => QmpMessage.Parse(answer) switch
        {
            { Id: var of, Error: { } reason } when of == id => throw new QmpException($"{command}: {reason}"),
            { Id: var of, Status: var status } when of == id => status,
            _ => null,
        }, limit.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // Reads lines until `take` finds in one what it wants.
    private async Task<string> ReadAsync(Func<ReadOnlyMemory<byte>, string?> take, CancellationToken limit)
    {
        try
        {
            for (int i = 0; i < LinesMax; i++)
            {
                int end = await LineEndAsync(limit);
                string? wanted = take(_buffer.AsMemory(0, end));
                _length -= end + 1;
                _buffer.AsSpan(end + 1, _length).CopyTo(_buffer);
                if (wanted is not null)
                    return wanted;
            }

            throw new QmpException("QEMU talks without answering");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or JsonException)
        {
            throw new QmpException("QEMU does not answer on its control socket", e);
        }
    }

    private async Task<int> LineEndAsync(CancellationToken limit)
    {
        while (true)
        {
            int end = _buffer.AsSpan(0, _length).IndexOf((byte)'\n');
            if (end >= 0)
                return end;
            if (_length == _buffer.Length)
                throw new QmpException($"QEMU sent a line of more than {LineBytesMax} bytes");
            int count = await _socket.ReceiveAsync(_buffer.AsMemory(_length), limit);
            if (count == 0)
                throw new QmpException("QEMU has closed its control socket");
            _length += count;
        }
    }
}
