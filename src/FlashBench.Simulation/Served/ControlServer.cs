using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FlashBench.Simulation.Usb;
using FlashBench.Simulation.UsbIp;

namespace FlashBench.Simulation.Served;

/// <summary>The control channel of a served bench: its time, its counts, its faults. docs/virtual-usb.md.</summary>
/// <remarks>Lines of ASCII, one answer a command, in order. Everything runs on the clock's thread.</remarks>
public sealed class ControlServer : IAsyncDisposable
{
    private const int ConnectionsMax = 16;

    private readonly SimulatedUsbPort _port;
    private readonly UrbLedger _ledger;
    private readonly ServedTime _time;
    private readonly ServedListener _listener;

    /// <summary>Prepares the channel; nobody can connect yet.</summary>
    /// <param name="port">The device whose faults it sets.</param>
    /// <param name="ledger">Counts that clients wait for; a fresh one where no USB/IP is served.</param>
    /// <param name="time">Clock and thread of the bench.</param>
    public ControlServer(SimulatedUsbPort port, UrbLedger ledger, ServedTime time)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(time);
        (_port, _ledger, _time) = (port, ledger, time);
        _listener = new ServedListener(time, ConnectionsMax, ServeAsync);
    }

    /// <summary>Starts to listen on the loopback interface.</summary>
    /// <param name="port">TCP port; 0 lets the system choose.</param>
    /// <returns>Where it listens.</returns>
    /// <exception cref="SocketException">The port is taken or not allowed.</exception>
    public IPEndPoint Start(int port) => _listener.Start(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Ends every connection.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket socket)
    {
        using Socket mine = socket;
        socket.NoDelay = true;
        var input = new ReceivedInput(socket);
        using var output = new GatheredOutput(socket, _time);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_listener.Stopping);
        try
        {
            while (await input.ReceiveAsync(ControlCommand.LineBytesMax, gone.Token))
            {
                while (input.Bytes.IndexOf((byte)'\n') is >= 0 and < ControlCommand.LineBytesMax and int end)
                {
                    string line = Encoding.ASCII.GetString(input.Bytes[..end]).TrimEnd('\r');
                    input.Take(end + 1);
                    Write(output, await AnswerAsync(line, gone.Token));
                }

                if (input.Bytes.Length >= ControlCommand.LineBytesMax)
                    return;
            }

            // A client that has said all it wanted (a command piped through nc) may close its side and still listen.
            await output.DrainAsync().WaitAsync(gone.Token);
        }
        catch (OperationCanceledException)
        {
            // The channel stops.
        }
    }

    private static void Write(GatheredOutput output, string answer) =>
        Encoding.ASCII.GetBytes(answer + "\n", output.Append(answer.Length + 1));

    private async Task<string> AnswerAsync(string line, CancellationToken cancel)
    {
        switch (ControlCommand.Parse(line))
        {
            case null:
                return "error unknown command";
            case ControlCommand.Urbs:
                return Counts();
            case ControlCommand.Sleep sleep:
                await _time.SleepAsync(sleep.Ns, cancel);
                break;
            case ControlCommand.Wait wait:
                await WaitAsync(wait, cancel);
                return Ok($" {_ledger.Returned}");
            case ControlCommand.Pace pace:
                _time.Pace = pace.Value;
                break;
            case ControlCommand.Uart uart:
                return _port is SimulatedFt2232hPort { UartPeer: { } peer }
                    ? uart.Command.Apply(peer) is { } said ? Ok(said) : "error too much waits to be sent"
                    : "error there is no serial port";
            case ControlCommand { } other:
                Apply(other);
                break;
        }

        return Ok();
    }

    private void Apply(ControlCommand command)
    {
        switch (command)
        {
            case ControlCommand.Unplug { AfterUrbs: { } urbs }:
                _port.Faults.UnplugAfterUrb = _port.Traffic.Urbs + urbs;
                break;
            case ControlCommand.Unplug:
                _port.Unplug();
                break;
            case ControlCommand.Plug:
                _port.Plug();
                break;
            case ControlCommand.Lose lose:
                _port.Faults.LoseInPacket = _port.Traffic.InPackets + lose.Packet;
                break;
            case ControlCommand.Corrupt corrupt:
                _port.Faults.CorruptInByte = _port.Traffic.InBytes + corrupt.Byte;
                _port.Faults.CorruptMask = corrupt.Mask;
                break;
            case ControlCommand.Calm:
                (_port.Faults.UnplugAfterUrb, _port.Faults.LoseInPacket, _port.Faults.CorruptInByte) =
                    (null, null, null);
                break;
            default:
                break;
        }
    }

    private string Ok(string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $"ok {_time.GetTimestamp()}{more}");

    private string Counts()
    {
        UsbTraffic traffic = _port.Traffic;
        return Ok(string.Create(
            CultureInfo.InvariantCulture,
            $" taken={_ledger.Taken} returned={_ledger.Returned} inflight={_ledger.InFlight} urbs={traffic.Urbs} "
            + $"outpackets={traffic.OutPackets} inpackets={traffic.InPackets} inbytes={traffic.InBytes}"));
    }

    // Time may run until the client has something to read; with slack, up to that much longer if more is in flight.
    private async Task WaitAsync(ControlCommand.Wait wait, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await _ledger.WhenAsync(() => !_ledger.IsImported || _ledger.Taken >= wait.Sent, cancel);
        if (IsAnswered())
            return;
        long limit = wait.LimitNs is { } ns ? _time.GetTimestamp() + ns : long.MaxValue;
        using TimeGrant grant = _time.Allow(limit);
        Task answered = _ledger.WhenAsync(IsAnswered, over.Token);
        await Task.WhenAny(answered, UntilAsync(limit, over.Token));
        if (answered.IsCompletedSuccessfully && wait.SlackNs > 0 && _ledger.InFlight > 0)
        {
            grant.UntilNs = Math.Min(limit, _time.GetTimestamp() + wait.SlackNs);
            Task quiet = _ledger.WhenAsync(() => _ledger.InFlight == 0, over.Token);
            await Task.WhenAny(quiet, UntilAsync(grant.UntilNs, over.Token));
        }

        over.Cancel(); // on this thread: what is left ends here
        cancel.ThrowIfCancellationRequested();

        bool IsAnswered() => !_ledger.IsImported || _ledger.Returned > wait.Received;
    }

    private Task UntilAsync(long ns, CancellationToken cancel) => ns == long.MaxValue
        ? Task.Delay(Timeout.InfiniteTimeSpan, _time, cancel)
        : _time.AtAsync(ns, cancel);
}
