using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.Qemu;

namespace FlashBench.Tests.Simulation.Qemu;

public sealed class QemuPartsTests : IDisposable
{
    private static readonly SpiNorChip Chip = SpiNorChips.ByName("W25Q64")!;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_image_is_a_generated_one_with_the_firmware_at_its_end()
    {
        byte[] firmware = new byte[1 << 20];
        firmware.AsSpan().Fill(0x42);

        byte[] image = QemuImage.Compose("me8", Chip.SizeBytes, firmware);

        byte[] generated = ImageGenerator.Create("me8", Chip.SizeBytes);
        Assert.True(image.AsSpan(7 << 20).SequenceEqual(firmware));
        Assert.True(image.AsSpan(0, 7 << 20).SequenceEqual(generated.AsSpan(0, 7 << 20)));
        Assert.Throws<ArgumentException>(() => QemuImage.Compose("me8", Chip.SizeBytes, firmware.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => QemuImage.Compose("me8", Chip.SizeBytes, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => QemuImage.Compose("me8", 16 << 20, firmware));
    }

    [Fact]
    public void A_path_that_would_end_an_option_stays_one_value()
    {
        var options = new QemuBenchOptions(
            "it", "/tmp/a,b \"c\"/it.flash", Chip, 1, new QemuBoardFiles("qemu", "rom", "/tmp/d,e:f"))
        {
            System = QemuSystem.Linux,
        };

        IReadOnlyList<string> arguments = QemuArguments.Of(options);

        Assert.Contains(arguments, argument => argument.Contains(
            "\"filename\":\"/tmp/a,b \\u0022c\\u0022/it.flash\"", StringComparison.Ordinal));
        Assert.Contains(arguments, argument => argument.Contains("\"dir\":\"/tmp/d,e:f\"", StringComparison.Ordinal));
        Assert.Equal(2, arguments.Count(argument => argument == "-blockdev"));
    }

    [Fact]
    public void Missing_parts_are_named_with_what_brings_them()
    {
        string folder = _folder.Path;

        string? nothing = QemuBoardFiles.Find(folder, "/nowhere", out _);
        File.WriteAllText(_folder.At("qemu-system-x86_64"), "");
        _folder.Write("u-boot.rom", "");
        string? all = QemuBoardFiles.Find(folder, folder, out QemuBoardFiles found);
        foreach (string name in new[] { "boot.scr", "vmlinuz", "initrd.gz" })
            _folder.Write($"system/{name}", "");
        QemuBoardFiles.Find(folder, folder, out QemuBoardFiles linux);

        Assert.Equal("qemu-system-x86_64 is not on PATH: apt-get install qemu-system-x86", nothing);
        Assert.Null(all);
        Assert.Equal(
            new QemuBoardFiles(_folder.At("qemu-system-x86_64"), _folder.At("u-boot.rom"), System: null), found);
        Assert.Equal(_folder.At("system"), linux.System);
    }

    [Fact]
    public async Task A_scaled_clock_passes_faster_and_its_timers_wait_less()
    {
        var clock = new ScaledTime(TimeProvider.System, 100);
        long began = TimeProvider.System.GetTimestamp(), scaled = clock.GetTimestamp();

        await Task.Delay(TimeSpan.FromSeconds(20), clock, TestContext.Current.CancellationToken);

        TimeSpan real = TimeProvider.System.GetElapsedTime(began), shown = clock.GetElapsedTime(scaled);
        Assert.InRange(real.TotalSeconds, 0.19, 10);
        Assert.InRange(shown.TotalSeconds, 19, real.TotalSeconds * 110);
    }
}
