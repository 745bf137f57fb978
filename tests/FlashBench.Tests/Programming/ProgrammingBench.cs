using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Programming;

// A small chip under the clip of a virtual programmer, and the writer on top of it.
internal sealed class ProgrammingBench : IDisposable
{
    internal static readonly SpiNorChip Small = ChipRows.W25Q80 with { Name = "W25X05", SizeBytes = 64 * 1024 };

    internal ProgrammingBench(SpiNorChip row, byte[] cells, bool ft2232h = false)
    {
        Pins = new ChipOnPins(row, cells);
        Row = row;
        Port = ft2232h
            ? new SimulatedFt2232hPort(Pins.Chip, Pins.Time, "1-4.2")
            : new SimulatedCh341aPort(Pins.Chip, Pins.Time, "1-4.2");
        Record = new ContentRecord(row.SizeBytes);
    }

    internal ChipOnPins Pins { get; }

    internal SpiNorChip Row { get; }

    internal SimulatedUsbPort Port { get; }

    internal ContentRecord Record { get; }

    internal bool Begun { get; private set; }

    // URBs that had ended when the work was done; those that release the pins follow.
    internal long WorkUrbs { get; private set; }

    internal byte[] Cells => Pins.Cells.ToArray();

    internal static byte[] Random(uint size, int seed)
    {
        byte[] content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    internal T Run<T>(Func<SpiNorFlash, ISpiBus, Task<T>> work) => Pins.Time.Run(async () =>
    {
        IUsbDevice usb = await Port.OpenAsync(CancellationToken.None);
        await using ISpiBus bus = Port is SimulatedCh341aPort
            ? await Ch341aProgrammer.OpenAsync(usb, Pins.Time, CancellationToken.None)
            : await FtdiProgrammer.OpenAsync(usb, new FtdiOptions(), Pins.Time, CancellationToken.None);
        T result = await work(new SpiNorFlash(bus, Row, Pins.Time), bus);
        WorkUrbs = Port.Traffic.Urbs;
        return result;
    });

    internal WriteResult Write(
        byte[] target, FlashSelection? selection = null, VerifyPolicy verify = VerifyPolicy.Changed,
        TrustPolicy trust = TrustPolicy.None) => Run(async (flash, bus) =>
    {
        KnownContent known = await KnownContent.CheckAsync(
            flash, Record, trust, new Random(1), null, CancellationToken.None);
        var writer = new ChipWriter(flash, bus.FrequencyHz, Record, null) { BeforeFirstErase = () => Begun = true };
        var order = new WriteOrder(selection ?? FlashSelection.Whole(Row.SizeBytes), target, verify);
        return await writer.WriteAsync(order, known, CancellationToken.None);
    });

    internal byte[] Read(bool twice = false) => Run(async (flash, _) =>
    {
        byte[] content = new byte[Row.SizeBytes];
        FlashRange[] whole = [new FlashRange(0, Row.SizeBytes)];
        var reader = new ChipReader(flash, null);
        await (twice
            ? reader.ReadTwiceAsync(whole, content, CancellationToken.None)
            : reader.ReadAsync(whole, content, CancellationToken.None));
        return content;
    });

    public void Dispose() => Pins.Dispose();
}
