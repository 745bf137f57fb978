namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>Debian's flashrom, unmodified, on virtual programmers: each judges the other.</summary>
public sealed class FlashromTests
{
    private const int Detections = 50, Cycles = 10;

    [Theory]
    [InlineData("ch341a", Flashrom.Ch341a)]
    [InlineData("ft2232h", Flashrom.Ft2232h)]
    public async Task Flashrom_finds_the_chip_at_every_attach(string device, string programmer)
    {
        ForeignJudges.RequireFlashrom();
        await using VirtualUsb usb = await VirtualUsb.StartAsync(device);

        await FlashromJudgement.DetectsAsync(new Flashrom(usb, programmer), Detections);
    }

    [Theory]
    [InlineData("ch341a", Flashrom.Ch341a)]
    [InlineData("ft2232h", Flashrom.Ft2232h)]
    public async Task Flashrom_writes_verifies_reads_and_erases_the_chip_every_time(string device, string programmer)
    {
        ForeignJudges.RequireFlashrom();
        using var judgement = new FlashromJudgement();
        await using VirtualUsb usb = await VirtualUsb.StartAsync(device);

        await judgement.CyclesAsync(new Flashrom(usb, programmer), Cycles);
    }

    [Theory]
    [InlineData("ch341a", Flashrom.Ch341a)]
    [InlineData("ft2232h", Flashrom.Ft2232h)]
    public async Task Flashrom_refuses_an_image_that_is_not_what_the_chip_holds(string device, string programmer)
    {
        ForeignJudges.RequireFlashrom();
        using var judgement = new FlashromJudgement();
        await using VirtualUsb usb = await VirtualUsb.StartAsync(device);
        var flashrom = new Flashrom(usb, programmer);
        byte[] image = FlashromJudgement.Image(1), other = [.. image];
        other[0x54321] ^= 0x10;
        await flashrom.WriteAsync(judgement.FileOf("image.bin", image));

        ProcessEnd end = await flashrom.RunAsync("-v", judgement.FileOf("other.bin", other));

        Assert.NotEqual(0, end.ExitCode);
        Assert.Contains("FAILED at 0x00054321!", end.Output + end.Error, StringComparison.Ordinal);
    }
}
