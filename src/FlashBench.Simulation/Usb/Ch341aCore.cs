// The controller inside a CH341A: one 32-byte packet in, pins and SPI clocks out. Source: spi-flash.md section 1.1.
//
// Modelled: A8 (SPI stream, LSB first, as many bytes back as went out), AB (UIO stream: set, direction, delay, read,
//   end), AA with 60h (configuration). Pin D0 is the chip's select, D3 its clock, D5 its MOSI. Bytes that are clocked
//   while clock or MOSI is no output, or while chip select is high, reach no chip and read 0xFF. A rising edge of D3
//   by UIO while chip select is low puts the chip out of step, and so does the double-width SPI mode (AA bit 2).
//   Clock 1.5 MHz, 8 us between packets, 0.75 us per UIO instruction.
// Assumed: the pins that one UIO packet reads come back as one packet, one byte a read; a packet without the end
//   instruction runs to its last byte (so zero padding without `20` reads pins).
// Ignored, as a packet the controller does not know: every other first byte; inside UIO and AA streams every other
//   instruction (I2C transfers among them). It costs its packet time and answers nothing.
// Not modelled: chips on CS1 and CS2, I2C, the parallel modes, bit-banged SPI.
using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation.Usb;

internal sealed class Ch341aCore(SimulatedSpiNor chip, DeviceClock clock)
{
    internal const int PacketBytes = 32;

    private const byte SpiStream = 0xA8;
    private const byte UioStream = 0xAB;
    private const byte ConfigStream = 0xAA;

    private const int PacketGapNs = 8_000;
    private const int UioInstructionNs = 750;
    private const int ThreeSpiBytesNs = 16_000; // 24 bits at 1.5 MHz

    private const int SelectPin = 0x01;
    private const int ClockPin = 0x08;
    private const int MosiPin = 0x20;

    private int _levels;
    private int _outputs;
    private bool _selected;
    private bool _clockHigh;
    private bool _doubleWidth;

    // The controller's own time, in nanoseconds since the port exists.
    internal long NowNs { get; private set; }

    // True while any pin is driven: a board on the clip must not be powered then.
    internal bool DrivesPins => _outputs != 0;

    internal void WaitUntil(long ns) => NowNs = Math.Max(NowNs, ns);

    // Power-on state: every pin an input, chip select pulled up.
    internal void Reset()
    {
        WaitUntil(clock.NowNs);
        (_levels, _outputs, _doubleWidth) = (0, 0, false);
        FollowPins();
    }

    // Executes one OUT packet; returns the length of the IN packet it made, 0 for none.
    internal int Execute(ReadOnlySpan<byte> packet, Span<byte> answer)
    {
        NowNs += PacketGapNs;
        return packet[0] switch
        {
            SpiStream => Shift(packet, answer),
            UioStream => MovePins(packet[1..], answer),
            ConfigStream => Configure(packet[1..]),
            _ => 0,
        };
    }

    // Packets are turned round whole, with their first byte and past their end: words are quicker than bytes.
    private int Shift(ReadOnlySpan<byte> packet, Span<byte> answer)
    {
        int length = packet.Length - 1;
        long start = NowNs;
        NowNs += (long)length * ThreeSpiBytesNs / 3;
        if (!_selected || (_outputs & (ClockPin | MosiPin)) != (ClockPin | MosiPin))
        {
            answer[..length].Fill(0xFF);
            return length;
        }

        if (_doubleWidth)
            chip.ClockStrayBit();
        Span<byte> mosi = stackalloc byte[PacketBytes];
        BitOrder.Reverse(packet, mosi);
        chip.Exchange(clock.Timestamp(start), clock.Timestamp(NowNs), mosi[1..packet.Length], answer[..length]);
        BitOrder.Reverse(answer, answer);
        return length;
    }

    private int MovePins(ReadOnlySpan<byte> instructions, Span<byte> answer)
    {
        int reads = 0;
        foreach (byte instruction in instructions)
        {
            NowNs += UioInstructionNs;
            int value = instruction & 0x3F;
            switch (instruction >> 6)
            {
                case 2: _levels = value; break;
                case 1: _outputs = value; break;
                case 3: NowNs += value * 1000L; break;
                default:
                    if (instruction == 0x20)
                        return reads;
                    if (instruction == 0x00)
                        answer[reads++] = Pins();
                    break;
            }

            FollowPins();
        }

        return reads;
    }

    // Outputs read back, inputs are pulled up.
    private byte Pins() => (byte)((_levels & _outputs) | (~_outputs & 0xFF));

    private int Configure(ReadOnlySpan<byte> instructions)
    {
        foreach (byte instruction in instructions)
        {
            if (instruction == 0x00)
                break;
            if ((instruction & 0xF8) == 0x60)
                _doubleWidth = (instruction & 0x04) != 0;
        }

        return 0;
    }

    private void FollowPins()
    {
        bool selected = (_outputs & ~_levels & SelectPin) != 0;
        bool clockHigh = (_outputs & _levels & ClockPin) != 0;
        if (selected && !_selected)
            chip.Select(clock.Timestamp(NowNs));
        else if (!selected && _selected)
            chip.Deselect(clock.Timestamp(NowNs));
        else if (selected && clockHigh && !_clockHigh)
            chip.ClockStrayBit();
        (_selected, _clockHigh) = (selected, clockHigh);
    }
}
