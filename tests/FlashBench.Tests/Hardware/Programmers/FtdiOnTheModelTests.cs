using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Hardware.Programmers;

// The driver and the device model were written apart, from documents: here they meet.
public sealed class FtdiOnTheModelTests
{
    private const int Pages = 256;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Clocks))]
    public void The_chip_names_itself_at_every_clock(int hz, bool late)
    {
        using var pins = new ChipOnPins();
        byte[] id = new byte[3];

        Run(pins, async bus =>
        {
            await bus.SetClockAsync(new SpiClock(hz, late), Cancel);
            await bus.ExecuteAsync([new(new byte[] { 0x9F }, id)], Cancel);
        });

        Assert.Equal("EF4014", Convert.ToHexString(id));
    }

    public static TheoryData<int, bool> Clocks()
    {
        var clocks = new TheoryData<int, bool>();
        foreach (SpiClock clock in FtdiProtocol.Clocks)
            clocks.Add(clock.Hz, clock.LateSample);
        return clocks;
    }

    [Fact]
    public void A_stream_of_pages_is_programmed_at_the_speed_of_the_chip_and_reads_back()
    {
        using var pins = new ChipOnPins();
        byte[] image = Image(), read = new byte[image.Length];
        byte[][] status = [.. Enumerable.Range(0, Pages).Select(_ => new byte[40])];
        TimeSpan took = default, reading = default;

        Run(pins, async bus =>
        {
            TimeSpan start = pins.Time.GetElapsedTime(0);
            await bus.ExecuteAsync([.. Enumerable.Range(0, Pages).SelectMany(i => Page(i, image, status[i]))], Cancel);
            took = pins.Time.GetElapsedTime(0) - start;
            await bus.ExecuteAsync([new(new byte[] { 0x03, 0, 0, 0 }, read)], Cancel);
            reading = pins.Time.GetElapsedTime(0) - start - took;
        });

        Assert.All(status, samples => Assert.Equal((0x01, 0x00), (samples[0] & 0x01, samples[^1] & 0x03)));
        Assert.Equal(image, read);
        double clocks = 8 * (1 + 260 + 1 + 40) / 30e6 * 1e6;
        Assert.InRange((took.TotalMicroseconds / Pages) - clocks - PauseMicroseconds, 0, 6);
        Assert.InRange(reading.TotalSeconds / (image.Length * 8 / 30e6), 1.0, 1.1);
    }

    [Fact]
    public void Two_boards_on_one_device_work_at_the_same_time()
    {
        using var pins = new ChipOnPins(cells: ChipOnPins.Random(ChipRows.W25Q80, seed: 1));
        using var other = new ChipOnPins(cells: ChipOnPins.Random(ChipRows.W25Q80, seed: 2));
        var port = new SimulatedFt2232hPort(pins.Chip, pins.Time, "1-4.3", other.Chip);
        byte[] first = new byte[100_000], second = new byte[100_000];

        pins.Time.Run(async () =>
        {
            await using FtdiProgrammer a = await OpenAsync(port, pins.Time, FtdiChannel.A);
            await using FtdiProgrammer b = await OpenAsync(port, pins.Time, FtdiChannel.B);
            await Task.WhenAll(
                a.ExecuteAsync([new(new byte[] { 0x03, 0, 0, 0 }, first)], Cancel).AsTask(),
                b.ExecuteAsync([new(new byte[] { 0x03, 0, 0, 0 }, second)], Cancel).AsTask());
        });

        Assert.Equal(pins.Chip.Cells[..first.Length].ToArray(), first);
        Assert.Equal(other.Chip.Cells[..second.Length].ToArray(), second);
    }

    [Fact]
    public void The_pins_are_released_when_it_is_closed()
    {
        using var pins = new ChipOnPins();
        var port = new SimulatedFt2232hPort(pins.Chip, pins.Time, "1-4.3");

        pins.Time.Run(async () =>
        {
            await using FtdiProgrammer bus = await OpenAsync(port, pins.Time, FtdiChannel.A);
            Assert.True(port.DrivesBus);
        });

        Assert.False(port.DrivesBus);
    }

    private const int PauseMicroseconds = 800; // the model programs a page in less

    private static SpiTransaction[] Page(int index, byte[] image, byte[] status) =>
    [
        new(new byte[] { 0x06 }),
        new((byte[])[0x02, (byte)(index >> 8), (byte)(index & 0xFF), 0, .. image.AsSpan(index * 256, 256)]),
        new(new byte[] { 0x05 }, status.AsMemory(0, 1), TimeSpan.FromMicroseconds(PauseMicroseconds)),
        new(new byte[] { 0x05 }, status.AsMemory(1)),
    ];

    private static byte[] Image()
    {
        byte[] image = new byte[Pages * 256];
        new Random(4).NextBytes(image);
        return image;
    }

    private static async Task<FtdiProgrammer> OpenAsync(
        SimulatedFt2232hPort port, TimeProvider time, FtdiChannel channel)
    {
        IUsbDevice usb = await port.OpenAsync((int)channel, Cancel);
        return await FtdiProgrammer.OpenAsync(usb, new FtdiOptions { Channel = channel }, time, Cancel);
    }

    private static void Run(ChipOnPins pins, Func<FtdiProgrammer, Task> work) => pins.Time.Run(async () =>
    {
        var port = new SimulatedFt2232hPort(pins.Chip, pins.Time, "1-4.3");
        await using FtdiProgrammer bus = await OpenAsync(port, pins.Time, FtdiChannel.A);
        await work(bus);
    });
}
