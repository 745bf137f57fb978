using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Simulation.Usb;

// A virtual CH341A with a chip under its clip, and raw USB transfers to it. Bytes are as on the wire: LSB first.
internal sealed class UsbCable : IDisposable
{
    internal static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Outputs on: chip selects high, clock low, MOSI high.
    internal static readonly byte[] Enable = [0xAB, 0xB7, 0x7F, 0x20];
    internal static readonly byte[] SelectLow = [0xAB, 0xB6, 0x20];
    internal static readonly byte[] SelectHigh = [0xAB, 0xB7, 0x20];

    // 9F FF FF FF; a W25Q80 answers EF 40 14, bits mirrored.
    internal static readonly byte[] ReadId = [0xA8, 0xF9, 0xFF, 0xFF, 0xFF];
    internal static readonly byte[] IdAnswer = [0xFF, 0xF7, 0x02, 0x28];

    internal UsbCable(ChipOnPins? pins = null)
    {
        Pins = pins ?? new ChipOnPins();
        Port = new SimulatedCh341aPort(Pins.Chip, Pins.Time, "1-4.2");
    }

    internal ChipOnPins Pins { get; }

    internal SimulatedCh341aPort Port { get; }

    internal IUsbDevice Device { get; private set; } = null!;

    internal static UsbTransfer Out(params byte[] bytes) => new(0x02, bytes);

    internal static UsbTransfer In(int bytes = 32) => new(0x82, new byte[bytes]);

    internal static UsbTransfer[] Ins(int count) => [.. Enumerable.Range(0, count).Select(_ => In())];

    internal static byte[] Data(UsbTransfer transfer) => transfer.Buffer.Span[..transfer.Length].ToArray();

    // Several packets in one OUT URB: all but the last are padded to 32 bytes.
    internal static byte[] Packets(params byte[][] packets) =>
        [.. packets[..^1].SelectMany(packet => packet.Concat(new byte[32 - packet.Length])), .. packets[^1]];

    internal static byte Mirror(byte value)
    {
        int mirrored = 0;
        for (int bit = 0; bit < 8; bit++)
            mirrored |= (value >> bit & 1) << (7 - bit);
        return (byte)mirrored;
    }

    internal static byte[] Mirror(byte[] bytes) => Array.ConvertAll(bytes, Mirror);

    internal void Run(Func<Task> work) => Pins.Time.Run(async () =>
    {
        Device = await Port.OpenAsync(CancellationToken.None);
        await work();
        await Device.DisposeAsync();
    });

    internal async Task<UsbTransfer[]> SubmitAsync(params UsbTransfer[] transfers)
    {
        await Device.SubmitAsync(transfers, Second, CancellationToken.None);
        return transfers;
    }

    // One chip-select frame of at most 31 bytes, given and returned most significant bit first.
    internal async Task<byte[]> FrameAsync(params byte[] mosi)
    {
        UsbTransfer answer = In();
        await SubmitAsync(Out(Packets(SelectLow, [0xA8, .. Mirror(mosi)])), answer);
        await SubmitAsync(Out(SelectHigh));
        return Mirror(Data(answer));
    }

    internal Task WaitAsync(double ms) =>
        Task.Delay(TimeSpan.FromMilliseconds(ms), Pins.Time, CancellationToken.None);

    public void Dispose() => Pins.Dispose();
}
