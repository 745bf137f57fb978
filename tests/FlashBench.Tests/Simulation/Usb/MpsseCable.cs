using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Simulation.Usb;

// A virtual FT2232H with a chip at channel A (and B, if given), and raw USB transfers to it.
internal sealed class MpsseCable : IDisposable
{
    internal static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // 30 MHz, nothing that nobody asked for, chip select high, clock low.
    internal static readonly byte[] Start = [0x8A, 0x97, 0x8D, 0x85, 0x86, 0, 0, 0x80, 0x08, 0x0B];
    internal static readonly byte[] SelectLow = [0x80, 0x00, 0x0B];
    internal static readonly byte[] SelectHigh = [0x80, 0x08, 0x0B];
    internal static readonly byte[] SendNow = [0x87];

    private readonly ChipOnPins? _pinsB;
    private readonly int _interface;

    internal MpsseCable(ChipOnPins? pins = null, ChipOnPins? pinsB = null, int interfaceNumber = 0)
    {
        Pins = pins ?? new ChipOnPins();
        (_pinsB, _interface) = (pinsB, interfaceNumber);
        Port = new SimulatedFt2232hPort(Pins.Chip, Pins.Time, "1-4.3", pinsB?.Chip);
    }

    internal ChipOnPins Pins { get; }

    internal SimulatedFt2232hPort Port { get; }

    internal IUsbDevice Device { get; private set; } = null!;

    internal double NowMs => Pins.Time.GetElapsedTime(0).TotalMilliseconds;

    internal UsbTransfer Out(params byte[][] parts) =>
        new((byte)(2 + 2 * _interface), parts.SelectMany(part => part).ToArray());

    internal UsbTransfer In(int packets = 1) => new((byte)(0x81 + 2 * _interface), new byte[512 * packets]);

    // Without the two status bytes at the start of every packet.
    internal static byte[] Data(params UsbTransfer[] transfers) =>
        [.. transfers.SelectMany(t => t.Buffer.ToArray()[..t.Length].Chunk(512).SelectMany(packet => packet[2..]))];

    internal static byte[] Write(params byte[] data) =>
        [0x11, (byte)((data.Length - 1) & 0xFF), (byte)(data.Length - 1 >> 8), .. data];

    internal static byte[] Read(int count, byte opcode = 0x20) =>
        [opcode, (byte)((count - 1) & 0xFF), (byte)(count - 1 >> 8)];

    internal void Run(Func<Task> work, bool ready = true) => Pins.Time.Run(async () =>
    {
        Device = await Port.OpenAsync(_interface, CancellationToken.None);
        if (ready)
        {
            await ControlAsync(0x0B, 0x0200);
            await SubmitAsync(Out(Start));
        }

        await work();
        await Device.DisposeAsync();
    });

    internal async Task<byte[]> ControlAsync(byte request, int value, int answer = 0, int? index = null)
    {
        byte[] data = new byte[answer];
        var setup = new UsbSetup(
            (byte)(answer > 0 ? 0xC0 : 0x40), request, (ushort)value, (ushort)(index ?? _interface + 1));
        int count = await Device.ControlAsync(setup, data, Second, CancellationToken.None);
        return data[..count];
    }

    internal async Task<UsbTransfer[]> SubmitAsync(params UsbTransfer[] transfers)
    {
        await Device.SubmitAsync(transfers, Second, CancellationToken.None);
        return transfers;
    }

    // Instructions and the answer to them, fetched at once.
    internal async Task<byte[]> AskAsync(params byte[][] parts)
    {
        UsbTransfer answer = In(8);
        await SubmitAsync(Out([.. parts, SendNow]), answer);
        return Data(answer);
    }

    // One chip-select frame.
    internal async Task<byte[]> FrameAsync(byte[] mosi, int read = 0)
    {
        byte[][] parts = [SelectLow, Write(mosi), read > 0 ? Read(read) : [], SelectHigh];
        if (read > 0)
            return await AskAsync(parts);
        await SubmitAsync(Out(parts));
        return [];
    }

    internal Task WaitAsync(double ms) =>
        Task.Delay(TimeSpan.FromMilliseconds(ms), Pins.Time, CancellationToken.None);

    public void Dispose()
    {
        Pins.Dispose();
        _pinsB?.Dispose();
    }
}
