// What the two channels of an FT2232H share: the cable with its faults, the vendor requests, the EEPROM, and the
// timer that keeps the engines going while nobody waits for them. Source: spi-flash.md 1.3; the requests as libftdi's
// and Linux' ftdi_sio documentation name them (S-25).
//
// Modelled, by bRequest: 00 reset (wValue 0 both FIFOs, 1 what the host sent, 2 what the host shall get), 01 modem
//   control, 02 flow control, 03 baud rate, 04 line format, 06 event character (all without effect where there
//   is no serial port), 07 error character (without effect), 05 modem status, 09/0A latency timer, 0B bit mode, 0C
//   pins, 90 EEPROM word. wIndex names the channel in its low byte: 2 is B, anything else A. Every other request
//   stalls, a latency of 0 too.
// Assumed: the bits of the mask of bit mode 2 are outputs, low, until the first 80h. Modes other than 0 and 2 behave
//   as mode 0: no pin of a chip is driven. In mode 0 a channel is a serial port (Ft2232hUart.cs) if the adapter's
//   EEPROM says UART; if it says FIFO, what the host sends is swallowed.
using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Usb;

internal sealed class Ft2232hCore
{
    private readonly SimulatedFt2232hPort _port;
    private readonly DeviceClock _clock;
    private readonly List<UsbGroup> _toWake = [];
    private readonly byte[] _eeprom;
    private bool _pumps;

    internal Ft2232hCore(
        SimulatedFt2232hPort port, (MpssePins Pins, Ft2232hUart? Uart)[] channels, DeviceClock clock)
    {
        (_port, _clock) = (port, clock);
        Channels = [.. channels.Select(channel => new Ft2232hChannel(channel.Pins, channel.Uart, this))];
        _eeprom = Ft2232hEeprom.Build(port.Descriptors, [.. channels.Select(channel => channel.Uart is not null)]);
        foreach (UartPeer peer in channels.Select(channel => channel.Uart?.Peer).OfType<UartPeer>())
            (peer.NowNs, peer.Changed) = (() => _clock.NowNs, Stir);
    }

    // Held by whoever touches channels or groups.
    internal Lock Gate { get; } = new();

    internal Ft2232hChannel[] Channels { get; }

    // The unplug fault struck; the port is told outside the lock.
    internal bool IsPulled { get; private set; }

    internal void Reset()
    {
        IsPulled = false;
        foreach (Ft2232hChannel channel in Channels)
            channel.Reset(_clock.NowNs);
    }

    internal void CountOut() => _port.Traffic = _port.Traffic with { OutPackets = _port.Traffic.OutPackets + 1 };

    // Counts an IN packet and spoils it if it is to be spoiled; false if it is lost.
    internal bool CountIn(Span<byte> packet)
    {
        UsbTraffic traffic = _port.Traffic;
        if (_port.Faults.CorruptInByte is { } n && n > traffic.InBytes && n <= traffic.InBytes + packet.Length)
            packet[(int)(n - traffic.InBytes - 1)] ^= _port.Faults.CorruptMask;
        _port.Traffic = traffic with
        {
            InPackets = traffic.InPackets + 1,
            InBytes = traffic.InBytes + packet.Length,
        };
        return _port.Faults.LoseInPacket != _port.Traffic.InPackets;
    }

    internal void End(UsbTransfer transfer, UsbGroup group, UsbTransferStatus status, long atNs)
    {
        bool stalls = _port.Traffic.Urbs + 1 == _port.Faults.StallUrb; // it is counted below
        group.End(transfer, stalls ? UsbTransferStatus.Stalled : status, atNs);
        if (group.IsOver)
            _toWake.Add(group);
        CountUrb();
    }

    internal void WakeLater(IEnumerable<UsbGroup> groups) => _toWake.AddRange(groups);

    // Executes a vendor request; returns the bytes it answers, -1 if it stalls.
    internal int Control(UsbSetup setup, Span<byte> data)
    {
        long now = _clock.NowNs;
        Ft2232hChannel channel = Channels[(setup.Index & 0xFF) == 2 ? 1 : 0];
        channel.Advance(now);
        now = Math.Max(now, channel.NowNs);
        int answered = (setup.RequestType, setup.Request) switch
        {
            (0x40, 0x00) => Purge(channel, setup.Value, now),
            (0x40, 0x01 or 0x02 or 0x03 or 0x04 or 0x06 or 0x07) => SetLine(channel.Uart, setup, now),
            (0x40, 0x09) => SetLatency(channel, setup.Value, now),
            (0x40, 0x0B) => SetBitMode(channel, setup.Value, now),
            (0xC0, 0x05) => AnswerStatus(channel, data),
            (0xC0, 0x0A) => Answer(data, [channel.LatencyMs]),
            (0xC0, 0x0C) => Answer(data, [channel.Pins.Low]),
            (0xC0, 0x90) => Answer(data, _eeprom.AsSpan(setup.Index * 2 % _eeprom.Length, 2)),
            _ => -1,
        };
        if (!channel.Waiting.Any())
            Schedule(channel.Advance(now)); // the transmitter may go on
        CountUrb();
        return answered;
    }

    // Keeps the engines going when nobody waits. Call inside the lock, after the last Advance.
    internal void Schedule(long nextNs)
    {
        if (nextNs == long.MaxValue || _pumps)
            return;
        _pumps = true;
        _ = PumpAsync(nextNs);
    }

    // Outside the lock: what wakes up runs at once on real time.
    internal void Wake()
    {
        List<UsbGroup> sleepers;
        bool pulled;
        lock (Gate)
        {
            sleepers = [.. _toWake];
            _toWake.Clear();
            pulled = IsPulled;
        }

        if (pulled)
            _port.Unplug(_clock.Timestamp(Channels.Max(channel => channel.NowNs)));
        sleepers.ForEach(group => group.Wake());
    }

    private static int Purge(Ft2232hChannel channel, int what, long now)
    {
        if (what is 0 or 2)
            channel.PurgeIn(now);
        if (what is 0 or 1)
            channel.PurgeOut();
        return what <= 2 ? 0 : -1;
    }

    private static int SetLatency(Ft2232hChannel channel, int ms, long now)
    {
        if (ms is < 1 or > 255)
            return -1;
        channel.SetLatency((byte)ms, now);
        return 0;
    }

    private static int SetBitMode(Ft2232hChannel channel, int value, long now)
    {
        channel.SetBitMode((byte)(value >> 8), (byte)(value & 0xFF), now);
        return 0;
    }

    private static int SetLine(Ft2232hUart? uart, UsbSetup setup, long now)
    {
        switch (setup.Request)
        {
            case 0x01:
                uart?.SetModemControl(setup.Value);
                break;
            case 0x02:
                uart?.SetFlowControl(setup.Index);
                break;
            case 0x03:
                uart?.SetDivisor(setup.Value, setup.Index >> 8);
                break;
            case 0x04:
                uart?.SetFormat(setup.Value, now);
                break;
            case 0x06:
                uart?.SetEventCharacter(setup.Value);
                break;
            default:
                break;
        }

        return 0;
    }

    private static int AnswerStatus(Ft2232hChannel channel, Span<byte> data)
    {
        Span<byte> status = stackalloc byte[2];
        channel.WriteStatus(status);
        return Answer(data, status);
    }

    private static int Answer(Span<byte> data, ReadOnlySpan<byte> value)
    {
        int count = Math.Min(data.Length, value.Length);
        value[..count].CopyTo(data);
        return count;
    }

    private void CountUrb()
    {
        _port.Traffic = _port.Traffic with { Urbs = _port.Traffic.Urbs + 1 };
        IsPulled |= _port.Traffic.Urbs == _port.Faults.UnplugAfterUrb;
    }

    // Something is there from outside: whoever waits looks again, and if nobody does, the engines run by themselves.
    private void Stir()
    {
        lock (Gate)
        {
            foreach (Ft2232hChannel channel in Channels)
            {
                _toWake.AddRange(channel.Waiting);
                if (!channel.Waiting.Any())
                    Schedule(channel.Advance(_clock.NowNs));
            }
        }

        Wake();
    }

    private async Task PumpAsync(long atNs)
    {
        await _clock.SleepAsync(atNs, CancellationToken.None);
        lock (Gate)
        {
            _pumps = false;
            Schedule(Channels.Min(channel => channel.Advance(_clock.NowNs)));
        }

        Wake();
    }
}
