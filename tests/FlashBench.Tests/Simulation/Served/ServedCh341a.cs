using System.Net;
using System.Net.Sockets;
using System.Text;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.State;
using FlashBench.Simulation.Usb;
using FlashBench.Simulation.UsbIp;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Simulation.Served;

// A CH341A with a chip under its clip, served over USB/IP with its control channel.
internal sealed class ServedCh341a : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BenchStateFile _state;
    private readonly UsbIpServer _server;
    private readonly ControlServer _control;

    internal ServedCh341a(ClockPace pace, SpiNorChip? row = null, byte[]? cells = null)
    {
        SpiNorChip chip = row ?? ChipRows.W25Q80;
        Time = new ServedTime(TimeProvider.System, pace);
        _state = BenchStateFile.Create(_folder.At("bench"), chip, cells ?? ChipOnPins.Blank(chip));
        Chip = new SimulatedSpiNor(chip, _state, ChipOnPins.UniqueId, Time);
        Chip.SetSupply(true, false, Time.GetTimestamp());
        Port = new SimulatedCh341aPort(Chip, Time, "9-1");
        _server = new UsbIpServer([Port], Time, TimeProvider.System);
        _control = new ControlServer(Port, _server.Ledger, Time);
        Address = _server.Start(new IPEndPoint(IPAddress.Loopback, 0));
        ControlAddress = _control.Start(0);
    }

    internal ServedTime Time { get; }

    internal SimulatedSpiNor Chip { get; }

    internal SimulatedCh341aPort Port { get; }

    internal IPEndPoint Address { get; }

    internal IPEndPoint ControlAddress { get; }

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _server.DisposeAsync();
        Time.Dispose();
        _state.Dispose();
        _folder.Dispose();
    }
}

// A client of the control channel.
internal sealed class ControlClient : IDisposable
{
    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly StreamReader _reader;

    internal ControlClient(IPEndPoint address)
    {
        _tcp.Connect(address);
        _reader = new StreamReader(_tcp.GetStream(), Encoding.ASCII);
    }

    internal async Task<string> AskAsync(string line)
    {
        await _tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), TestContext.Current.CancellationToken);
        return await _reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "closed";
    }

    // Says all it has to say and closes its side, as nc does at the end of its input; then listens to the end.
    internal async Task<string> AskAndCloseAsync(string lines)
    {
        await _tcp.Client.SendAsync(Encoding.ASCII.GetBytes(lines), TestContext.Current.CancellationToken);
        _tcp.Client.Shutdown(SocketShutdown.Send);
        return await _reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    // The time in an answer, in nanoseconds.
    internal async Task<long> TimeAsync(string line = "time")
    {
        string[] words = (await AskAsync(line)).Split(' ');
        Assert.Equal("ok", words[0]);
        return long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _tcp.Dispose();
    }
}
