using System.Net;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.Usb;
using FlashBench.Simulation.UsbIp;

namespace FlashBench.Tests.Simulation.Served;

// The far end of a serial port, ruled by the control channel.
public sealed class UartCommandTests : IAsyncDisposable
{
    private readonly ServedTime _time = new(TimeProvider.System, ClockPace.Held);
    private readonly SimulatedFt2232hPort _port;
    private readonly ControlServer _control;
    private readonly ControlClient _client;

    public UartCommandTests()
    {
        _port = new SimulatedFt2232hPort(null, _time, "9-1");
        _control = new ControlServer(_port, new UrbLedger(), _time);
        IPEndPoint address = _control.Start(0);
        _client = new ControlClient(address);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _control.DisposeAsync();
        _time.Dispose();
    }

    [Fact]
    public async Task The_far_end_tells_what_reached_it()
    {
        UartPeer peer = _port.UartPeer!;
        peer.Receive(0x4F);
        peer.Receive(0x4B);
        peer.ReceiveBreak();
        peer.SetLines(dtr: true, rts: false);

        Assert.Equal("ok 0 dtr=1 rts=0 changes=1 breaks=1 received=4F4B", await _client.AskAsync("uart dump"));
        Assert.Equal("ok 0 dtr=1 rts=0 changes=1 breaks=1 received=", await _client.AskAsync("uart dump"));
    }

    [Fact]
    public async Task The_far_end_sends_what_it_is_told_to_in_order()
    {
        _port.UartPeer!.Changed = null; // the adapter is not told, and takes nothing
        foreach (string line in (string[])["send 4142", "break 30", "break", "parity 50", "framing 46", "overrun 1"])
            Assert.Equal("ok 0", await _client.AskAsync($"uart {line}"));

        var sent = new List<UartSymbol>();
        for (bool lost = false; _port.UartPeer.Next() is { } symbol; sent.Add(symbol with { AtNs = lost ? 1 : 0 }))
            lost = _port.UartPeer.Take();
        Assert.Equal(
        [
            new UartSymbol(0x41, AtNs: 1), new UartSymbol(0x42), new UartSymbol(0, TimeSpan.FromMilliseconds(30)),
            new UartSymbol(0, TimeSpan.FromMilliseconds(250)), new UartSymbol(0x50, Error: UartErrors.Parity),
            new UartSymbol(0x46, Error: UartErrors.Framing),
        ], sent);
    }

    [Fact]
    public async Task Its_speed_and_modem_lines_can_be_set()
    {
        Assert.Equal("ok 0", await _client.AskAsync("uart baud 9600"));
        Assert.Equal("ok 0", await _client.AskAsync("uart lines C0"));

        Assert.Equal((9600, 0xC0), (_port.UartPeer!.Baud, _port.UartPeer.ModemLines));
    }

    [Theory]
    [InlineData("uart")]
    [InlineData("uart send")]
    [InlineData("uart send 4")]
    [InlineData("uart send 4G")]
    [InlineData("uart break -1")]
    [InlineData("uart break 60001")]
    [InlineData("uart parity 4142")]
    [InlineData("uart baud 0")]
    [InlineData("uart baud 12000001")]
    [InlineData("uart lines 01")]
    [InlineData("uart overrun 1048577")]
    [InlineData("uart dump all")]
    public async Task Other_lines_are_refused(string line)
    {
        Assert.Equal("error unknown command", await _client.AskAsync(line));
        Assert.Null(_port.UartPeer!.Next());
    }

    [Fact]
    public async Task An_adapter_without_a_serial_port_has_no_far_end()
    {
        await using var bench = new ServedCh341a(ClockPace.Held);
        using var client = new ControlClient(bench.ControlAddress);

        Assert.Equal("error there is no serial port", await client.AskAsync("uart dump"));
    }
}
