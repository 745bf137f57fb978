using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using static FlashBench.Tests.Simulation.Usb.MpsseCable;

namespace FlashBench.Tests.Simulation.Usb;

// Channel B of a virtual FT2232H as a serial port: what a kernel driver asks of it, and what arrives.
public sealed class SimulatedUartTests
{
    private const byte Overrun = 0x02;
    private const byte Framing = 0x08;
    private const byte Break = 0x10;
    private const int HighSpeedClock = 2;

    [Theory]
    [InlineData(9600, 0x04E2, HighSpeedClock)]    // 12 MHz / 1250
    [InlineData(115_200, 0xC068, HighSpeedClock)] // 12 MHz / 104.125
    [InlineData(3_000_000, 0x0004, HighSpeedClock)]
    [InlineData(12_000_000, 0x0000, HighSpeedClock)]
    [InlineData(115_200, 0x001A, 0)]              // 3 MHz / 26
    [InlineData(3_000_000, 0x0000, 0)]
    public void A_byte_takes_the_time_that_the_divisor_says(int baud, int divisor, int high)
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            peer.Baud = baud;
            await cable.ControlAsync(0x03, divisor, index: high << 8 | 2);
            double start = cable.NowMs;
            byte[] sent = [.. Enumerable.Range(0, 4000).Select(i => (byte)(i / 16))];
            await cable.SubmitAsync(cable.Out(sent));
            byte[] received = [];
            for (int ms = 0; ms < 10_000 && received.Length < sent.Length; ms++)
            {
                await cable.WaitAsync(1);
                received = [.. received, .. peer.TakeReceived(sent.Length)];
            }

            Assert.Equal(sent, received);
            double expected = sent.Length * 10 * 1000.0 / baud;
            Assert.InRange(cable.NowMs - start, expected * 0.99 - 1.1, expected * 1.01 + 1.1); // by the ms
        }, ready: false);
    }

    [Fact]
    public void What_the_far_end_sends_arrives_with_status_bytes_and_in_order()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            byte[] sent = [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * 7 & 0xFF))];
            Assert.True(peer.Send(sent));
            var received = new List<byte>();
            while (received.Count < sent.Length)
            {
                UsbTransfer packet = (await cable.SubmitAsync(cable.In()))[0];
                Assert.Equal([0x32, 0x60], packet.Buffer[..2].ToArray());
                received.AddRange(Data(packet));
            }

            Assert.Equal(sent, received);
        }, ready: false);
    }

    [Fact]
    public void An_in_urb_that_waits_already_gets_what_is_sent_then_at_the_next_tick()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            await cable.SubmitAsync(cable.In());
            double tick = cable.NowMs;
            Task<UsbTransfer[]> waiting = cable.SubmitAsync(cable.In());
            await cable.WaitAsync(5);
            peer.Send([0x41]);

            Assert.Equal([0x41], Data(await waiting));
            Assert.InRange(cable.NowMs - tick, 15.9, 16.2);
        }, ready: false);
    }

    [Fact]
    public void A_break_arrives_as_a_nul_with_its_status_bit_and_what_follows_waits_for_its_end()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            double start = cable.NowMs;
            peer.SendBreak(TimeSpan.FromMilliseconds(100));
            peer.Send([0x42]);

            UsbTransfer first = await WithDataAsync(cable);
            Assert.Equal(Break, first.Buffer.Span[1] & 0x1E);
            Assert.Equal([0x00], Data(first));
            UsbTransfer second = await WithDataAsync(cable);
            Assert.Equal(0, second.Buffer.Span[1] & 0x1E);
            Assert.Equal([0x42], Data(second));
            Assert.InRange(cable.NowMs - start, 100, 117);
        }, ready: false);
    }

    [Fact]
    public void The_line_status_of_a_packet_is_of_all_its_bytes_and_stays_until_the_next_one_with_data()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            peer.Send("ab"u8);
            peer.SendDamaged((byte)'c', UartErrors.Parity);

            UsbTransfer packet = await WithDataAsync(cable);
            UsbTransfer empty = (await cable.SubmitAsync(cable.In()))[0];
            peer.Send("d"u8);
            UsbTransfer next = await WithDataAsync(cable);

            Assert.Equal("abc"u8.ToArray(), Data(packet));
            Assert.Equal((0x04, 0x04), (packet.Buffer.Span[1] & 0x1E, empty.Buffer.Span[1] & 0x1E));
            Assert.Equal((2, 0), (empty.Length, next.Buffer.Span[1] & 0x1E));
        }, ready: false);
    }

    [Fact]
    public void Bytes_that_nobody_fetches_fill_the_fifo_and_the_rest_is_lost_with_an_overrun()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            byte[] sent = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i / 20))];
            peer.Send(sent);
            await cable.WaitAsync(5000 * 10 * 1000.0 / 115_200 + 10);

            UsbTransfer[] fetched = await cable.SubmitAsync(cable.In(9));
            Assert.Equal(sent[..4096], Data(fetched));
            Assert.Equal(Overrun, fetched[0].Buffer.Span[1] & Overrun);
            peer.Send("x"u8);
            Assert.Equal("x"u8.ToArray(), Data(await WithDataAsync(cable)));
        }, ready: false);
    }

    [Fact]
    public void An_overrun_that_is_asked_for_loses_as_many_bytes()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            peer.Overrun(2);
            peer.Send("abcd"u8);

            UsbTransfer packet = await WithDataAsync(cable);
            Assert.Equal("cd"u8.ToArray(), Data(packet));
            Assert.Equal(Overrun, packet.Buffer.Span[1] & 0x1E);
        }, ready: false);
    }

    [Fact]
    public void At_the_wrong_speed_other_bytes_arrive_and_framing_errors()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            foreach ((int baud, bool legible) in ((int, bool)[])[(117_000, true), (113_500, true), (57_600, false)])
            {
                peer.Baud = baud;
                peer.Send("Hello"u8);
                await cable.WaitAsync(5);
                UsbTransfer packet = await WithDataAsync(cable);
                Assert.Equal(legible, Data(packet).AsSpan().SequenceEqual("Hello"u8));
                Assert.Equal(legible ? 0 : Framing, packet.Buffer.Span[1] & 0x1E);
            }
        }, ready: false);
    }

    [Fact]
    public void Break_and_modem_lines_reach_the_far_end()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            await cable.ControlAsync(0x01, 0x0303);
            await cable.ControlAsync(0x01, 0x0100); // DTR off, RTS as it is
            Assert.Equal(new UartPeerLines(Dtr: false, Rts: true, 3), peer.Lines);

            await cable.ControlAsync(0x04, 0x4008);
            await cable.SubmitAsync(cable.Out([0x55]));
            await cable.WaitAsync(20);
            Assert.Empty(peer.TakeReceived(10)); // the transmitter is held
            Assert.Equal(0x00, (await cable.ControlAsync(0x05, 0, answer: 2))[1]);
            await cable.ControlAsync(0x04, 0x0008);
            await cable.WaitAsync(20);

            Assert.Equal(1, peer.Breaks);
            Assert.Equal([0x55], peer.TakeReceived(10));
            Assert.Equal(0x60, (await cable.ControlAsync(0x05, 0, answer: 2))[1]);
        }, ready: false);
    }

    [Fact]
    public void A_transmitter_with_flow_control_waits_for_cts()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            await cable.ControlAsync(0x02, 0, index: 0x0102);
            peer.ModemLines = 0x80;
            Assert.Equal(0x82, (await cable.ControlAsync(0x05, 0, answer: 2))[0]);
            await cable.SubmitAsync(cable.Out([0x55]));
            await cable.WaitAsync(20);
            Assert.Empty(peer.TakeReceived(10));
            peer.ModemLines = 0x10;
            await cable.WaitAsync(20);

            Assert.Equal([0x55], peer.TakeReceived(10));
        }, ready: false);
    }

    [Fact]
    public void The_event_character_sends_the_packet_at_once()
    {
        using var cable = Cable(out UartPeer peer);
        cable.Run(async () =>
        {
            await SetUpAsync(cable);
            await cable.ControlAsync(0x06, 0x010A);
            await cable.ControlAsync(0x09, 255);
            double start = cable.NowMs;
            peer.Send("ok\n"u8);

            Assert.Equal("ok\n"u8.ToArray(), Data(await cable.SubmitAsync(cable.In())));
            Assert.InRange(cable.NowMs - start, 0, 2);
        }, ready: false);
    }

    [Fact]
    public void A_channel_with_a_chip_is_no_serial_port()
    {
        using var cable = new MpsseCable(pinsB: new());

        Assert.Null(cable.Port.UartPeer);
    }

    private static MpsseCable Cable(out UartPeer peer)
    {
        var cable = new MpsseCable(interfaceNumber: 1);
        peer = cable.Port.UartPeer!;
        return cable;
    }

    private static async Task SetUpAsync(MpsseCable cable)
    {
        await cable.ControlAsync(0x03, 0x001A, index: 2);
        await cable.ControlAsync(0x04, 0x0008);
    }

    private static async Task<UsbTransfer> WithDataAsync(MpsseCable cable)
    {
        for (int i = 0; i < 100; i++)
        {
            UsbTransfer packet = (await cable.SubmitAsync(cable.In()))[0];
            if (packet.Length > 2)
                return packet;
        }

        throw new InvalidOperationException("nothing arrives");
    }
}
