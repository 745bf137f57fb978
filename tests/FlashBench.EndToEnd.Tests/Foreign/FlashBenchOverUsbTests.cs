using System.Text.Json;

namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>Our program with its own libusb binding, on the same virtual programmers and through the same stand-in as
/// flashrom: what one writes the other verifies.</summary>
public sealed class FlashBenchOverUsbTests : IDisposable
{
    private readonly FlashBenchProcess _flashbench = new();
    private readonly FlashromJudgement _judgement = new();

    public void Dispose()
    {
        _flashbench.Dispose();
        _judgement.Dispose();
    }

    [Theory]
    [InlineData("ch341a", Flashrom.Ch341a)]
    [InlineData("ft2232h", Flashrom.Ft2232h)]
    public async Task What_flashbench_writes_flashrom_verifies_and_the_reverse(string device, string programmer)
    {
        ForeignJudges.RequireFlashrom();
        await using VirtualUsb usb = await StartAsync(device);
        var flashrom = new Flashrom(usb, programmer);
        byte[] first = FlashromJudgement.Image(1), second = FlashromJudgement.Image(2);
        string one = _judgement.FileOf("one.bin", first), two = _judgement.FileOf("two.bin", second);
        string read = Path.Combine(_flashbench.WorkingFolder, "read.bin");

        await SucceedAsync("write", one, "--no-backup", "real");
        await usb.TellAsync("pace still"); // flashrom's clock is the device's
        await flashrom.VerifyAsync(one);
        await flashrom.WriteAsync(two);
        await usb.TellAsync("pace free");
        await SucceedAsync("verify", two);
        await SucceedAsync("read", read);

        FlashromJudgement.AssertEqual(
            second, await File.ReadAllBytesAsync(read, TestContext.Current.CancellationToken), device);
    }

    [Theory]
    [InlineData("ch341a", 400)]
    [InlineData("ft2232h", 12)]
    public async Task Unplugged_in_mid_read_it_ends_with_a_sentence_and_the_next_command_works(string device, int urbs)
    {
        ForeignJudges.RequireFlashrom();
        await using VirtualUsb usb = await StartAsync(device);
        string read = Path.Combine(_flashbench.WorkingFolder, "read.bin");
        await usb.TellAsync($"unplug {urbs}");

        ProcessEnd cut = await FlashAsync("read", read);
        await usb.TellAsync("plug");
        ProcessEnd next = await FlashAsync("probe", "--json");

        Assert.Equal(50, cut.ExitCode);
        Assert.Single(cut.Error.TrimEnd().Split('\n'));
        Assert.False(File.Exists(read));
        Assert.Equal(0, next.ExitCode);
        using var probe = JsonDocument.Parse(next.Output.TrimEnd().Split('\n')[^1]);
        Assert.True(probe.RootElement.GetProperty("simulated").GetBoolean());
    }

    [Fact]
    public async Task A_programmer_that_is_not_plugged_in_is_unavailable()
    {
        ForeignJudges.RequireFlashrom();
        await using VirtualUsb usb = await StartAsync("ch341a");
        await usb.TellAsync("unplug");

        ProcessEnd end = await FlashAsync("probe");

        Assert.Equal(69, end.ExitCode);
    }

    private async Task<VirtualUsb> StartAsync(string device)
    {
        VirtualUsb usb = await VirtualUsb.StartAsync(device);
        await usb.TellAsync("pace free"); // our program keeps its own clock
        await File.WriteAllTextAsync(
            Path.Combine(_flashbench.WorkingFolder, "bench-config.json"),
            $$"""
            { "version": 1, "benches": [ { "id": "real", "dutProfile": "virtual-me8",
              "programmer": { "kind": "{{device}}" } } ] }
            """,
            TestContext.Current.CancellationToken);
        foreach ((string name, string value) in usb.Environment)
            _flashbench.With(name, value);
        return usb;
    }

    private async Task SucceedAsync(params string[] args)
    {
        ProcessEnd end = await FlashAsync(args);
        Assert.True(end.ExitCode == 0, $"flash {args[0]}: exit {end.ExitCode}\n{end.Output}{end.Error}");
    }

    private Task<ProcessEnd> FlashAsync(params string[] args) =>
        _flashbench.RunAsync(["flash", .. args, "--bench", "real", "--board-off", "--quiet"]);
}
