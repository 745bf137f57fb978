using FlashBench.Hardware.Usb;
using FlashBench.Simulation;
using FlashBench.Simulation.State;
using FlashBench.Tests.Simulation.Board;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Simulation;

public sealed class VirtualBenchTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-bench-");

    private VirtualBenchOptions Options => BoardStage.Options(Path.Combine(_folder.FullName, "bench"), 0x80_0000);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_part_says_that_it_is_simulated()
    {
        byte[] image = GeneratedImage.Of("me8").Bytes;
        await using VirtualBench bench = VirtualBench.Create(Options, image, new VirtualTime());

        Assert.True(bench.PowerRelay.Identity.Simulated);
        Assert.True(bench.Sensor.Identity.Simulated);
        Assert.True(bench.Console.Identity.Simulated);
        Assert.True(bench.Programmer.Identity.IsVirtual);
    }

    [Theory]
    [InlineData(VirtualProgrammer.Ch341a, 0x1A86)]
    [InlineData(VirtualProgrammer.Ft2232h, 0x0403)]
    public async Task The_programmer_is_the_one_that_was_asked_for(VirtualProgrammer programmer, int vendor)
    {
        byte[] image = GeneratedImage.Of("me8").Bytes;
        VirtualBenchOptions options = Options with { Programmer = programmer };
        await using (VirtualBench bench = VirtualBench.Create(options, image, new VirtualTime()))
            Assert.Equal(vendor, bench.Programmer.Identity.VendorId);
        await using VirtualBench again = VirtualBench.Open(options, new VirtualTime());

        await using IUsbDevice device = await again.OpenProgrammerAsync(CancellationToken.None);
        Assert.Equal(vendor, device.Identity.VendorId);
        Assert.True(device.Identity.IsVirtual);
    }

    [Fact]
    public void A_bench_opened_again_goes_on_with_a_running_board()
    {
        var first = new VirtualTime();
        BoardStage before = BoardStage.Play(
            first, () => VirtualBench.Create(Options, GeneratedImage.Of("me8").Bytes, first), async stage =>
            {
                stage.Power(true);
                await stage.WaitAsync(3 * Minute);
                await stage.SendAsync("FBQ 00c0ffee\n");
                await stage.WaitAsync(Minute);
            });
        var second = new VirtualTime();
        BoardStage after = BoardStage.Play(second, () => VirtualBench.Open(Options, second), async stage =>
        {
            Assert.True(stage.Bench.Chip.BoardDrivesBus);
            await stage.WaitAsync(Minute);
            Assert.InRange(stage.Samples[0].Sample.RailMillivolts, 3200, 3400);
            stage.Power(false);
            await stage.WaitAsync(Minute);
            Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 0, 20);
        });

        Assert.Equal(0, after.Bench.Boots);
        Assert.DoesNotContain("bootblock", after.Text, StringComparison.Ordinal);
        Assert.StartsWith("FB1 00c0ffee ", after.FB1[0], StringComparison.Ordinal);
        Assert.Equal(Number(before.FB1[^1]) + 1, Number(after.FB1[0]));
        Assert.Equal(
            int.Parse(before.Heartbeats[^1].Split(' ')[1], null) + 1,
            int.Parse(after.Heartbeats[0].Split(' ')[1], null));
    }

    private static int Number(string sample) => int.Parse(sample.Split(' ')[2], null);

    [Fact]
    public void The_watchdog_goes_on_counting_when_the_bench_is_opened_again()
    {
        var first = new VirtualTime();
        GeneratedImage image = GeneratedImage.Of("me8");
        BoardStage.Play(first, () => VirtualBench.Create(Options, image.Bytes, first), async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(20 * Minute);
        }, bench => bench.Chip.FlipBit(image.Manifest + 0x190, 0));
        var second = new VirtualTime();
        BoardStage after = BoardStage.Play(
            second, () => VirtualBench.Open(Options, second), stage => stage.WaitAsync(15 * Minute));

        Assert.InRange(after.LastByte.TotalSeconds, 590, 602); // 10 minutes were left
    }

    [Fact]
    public void What_is_genuine_is_remembered_when_the_flash_no_longer_holds_it()
    {
        var first = new VirtualTime();
        GeneratedImage image = GeneratedImage.Of("me8");
        byte[] stock = [.. image.Bytes];
        image.Neutralize(third: false);
        BoardStage.Play(
            first, () => VirtualBench.Create(Options, stock, first), _ => Task.CompletedTask,
            bench => bench.Chip.WriteAsBoard(0, image.Bytes));
        var second = new VirtualTime();
        BoardStage after = BoardStage.Play(second, () => VirtualBench.Open(Options, second), async stage =>
        {
            stage.Bench.Chip.WriteAsBoard(0, stock);
            stage.Power(true);
            await stage.WaitAsync(Minute);
        });

        Assert.Contains(" 1e000255 66002306 ", after.FB1[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_with_nothing_in_it_makes_a_board_that_does_not_start()
    {
        var time = new VirtualTime();
        var empty = new byte[0x80_0000];
        empty.AsSpan().Fill(0xFF);
        BoardStage stage = BoardStage.Play(time, () => VirtualBench.Create(Options, empty, time), async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(Minute);
        });

        Assert.Empty(stage.Received);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 0, 20);
    }

    [Fact]
    public void A_board_section_that_makes_no_sense_is_refused()
    {
        foreach (string content in (string[])["", "{", "null", "[]", "{\"Genuine\":null}", "{\"Driven\":\"x\"}"])
        {
            using (var state = BenchStateFile.Create(Options.StatePath, Options.Chip, new byte[0x80_0000]))
                state.SaveBoard(System.Text.Encoding.ASCII.GetBytes(content));
            Assert.Throws<BenchStateException>(() => VirtualBench.Open(Options, new VirtualTime()));
        }

        Assert.Throws<ArgumentOutOfRangeException>(
            () => VirtualBench.Create(Options, new byte[0x1000], new VirtualTime()));
    }

    [Fact]
    public async Task The_same_model_runs_in_real_time()
    {
        byte[] image = GeneratedImage.Of("me8").Bytes;
        await using VirtualBench bench = VirtualBench.Create(Options, image, TimeProvider.System);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        var text = new System.Text.StringBuilder();

        bench.PowerRelay.Drive(true);
        await foreach (var happened in bench.Console.ReadAsync(limit.Token))
        {
            if (happened is FlashBench.Hardware.Console.ConsoleEvent.Bytes bytes)
                text.Append(System.Text.Encoding.ASCII.GetString(bytes.Data.Span));
            if (text.ToString().Contains("romstage starting", StringComparison.Ordinal))
                break;
        }

        Assert.InRange((await bench.Sensor.SampleAsync(limit.Token)).RailMillivolts, 3200, 3400);
        Assert.Contains("bootblock starting", text.ToString(), StringComparison.Ordinal);
    }
}
