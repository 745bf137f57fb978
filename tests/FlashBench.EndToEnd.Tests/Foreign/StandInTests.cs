namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>The stand-in for libusb must itself be sound, or its judgements are worth nothing.</summary>
public sealed class StandInTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task The_stand_in_keeps_what_libusb_promises()
    {
        ForeignJudges.Require();
        await using VirtualUsb usb = await VirtualUsb.StartAsync("ch341a");

        ProcessEnd end = await ExternalProgram.RunAsync(
            ForeignJudges.Program("stand-in-check"), [], usb.Environment, Limit);

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.EndsWith("\n0 failed\n", end.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(99)]
    [InlineData(1000)]
    public async Task A_device_that_goes_away_at_any_urb_is_told_as_such(int urb)
    {
        ForeignJudges.Require();
        await using VirtualUsb usb = await VirtualUsb.StartAsync("ch341a");
        await usb.TellAsync($"unplug {urb}");

        ProcessEnd end = await ExternalProgram.RunAsync(
            ForeignJudges.Program("stand-in-check"), ["unplugged"], usb.Environment, Limit);

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        await usb.TellAsync("plug");
        ProcessEnd again = await ExternalProgram.RunAsync(
            ForeignJudges.Program("stand-in-check"), [], usb.Environment, Limit);
        Assert.True(again.ExitCode == 0, again.Output + again.Error);
    }
}
