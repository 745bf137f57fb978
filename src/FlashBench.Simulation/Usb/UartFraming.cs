// Speed and format of the adapter's serial port. Source: FTDI AN232B-05 (S-48) for the divisor, the request list of
// `ftdi_sio` (S-25) for the format.
namespace FlashBench.Simulation.Usb;

// What the vendor requests 03 and 04 set. Power-on: 9600 8N1.
internal readonly record struct UartFraming(double Baud, int DataBits, bool HasParity, double StopBits)
{
    private const double FullSpeedClock = 3_000_000;  // 48 MHz / 16
    private const double HighSpeedClock = 12_000_000; // 120 MHz / 10

    // Eighths of the divisor by its three fraction bits: 16, 15, 14.
    private static ReadOnlySpan<byte> Eighths => [0, 4, 2, 1, 3, 5, 6, 7];

    internal static UartFraming PowerOn => new(9600, 8, HasParity: false, 1);

    internal double BitNs => 1e9 / Baud;

    internal long FrameNs => (long)(BitNs * (1 + DataBits + (HasParity ? 1 : 0) + StopBits));

    // wValue holds bits 0-15 of the divisor, the high byte of wIndex bits 16 and 17 (17: the high speed clock).
    internal UartFraming WithDivisor(int value, int high)
    {
        double clock = (high & 2) != 0 ? HighSpeedClock : FullSpeedClock;
        int whole = value & 0x3FFF, code = value >> 14 | (high & 1) << 2;
        double divisor = (whole, code) switch
        {
            (0, 0) => 1,
            (1, 0) => 1.5,
            _ => Math.Max(1, whole + Eighths[code] / 8.0),
        };
        return this with { Baud = clock / divisor };
    }

    internal UartFraming WithFormat(int value) => this with
    {
        DataBits = (value & 0xFF) == 7 ? 7 : 8,
        HasParity = (value >> 8 & 7) != 0,
        StopBits = (value >> 11 & 7) switch { 1 => 1.5, 2 => 2, _ => 1 },
    };

    // What a receiver makes of a byte that was sent at another speed: each bit is the level at the middle of its own
    // time. Approximated: one byte in is one byte out, whatever follows on the line.
    internal static (byte Value, UartErrors Error) Sample(byte sent, double senderBaud, double receiverBaud, int bits)
    {
        int value = 0;
        for (int i = 0; i < bits; i++)
            value |= (Level(i + 1.5) ? 1 : 0) << i;
        return ((byte)value, Level(bits + 1.5) ? UartErrors.None : UartErrors.Framing);

        bool Level(double receiverBits)
        {
            int at = (int)(receiverBits * senderBaud / receiverBaud) - 1; // -1: the start bit
            return at >= bits || (at >= 0 && (sent >> at & 1) != 0);
        }
    }
}
