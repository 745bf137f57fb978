namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>The stand-in for libusb must itself be sound, or its judgements are worth nothing.</summary>
public sealed class StandInTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task The_stand_in_keeps_what_libusb_promises()
    {
        ForeignJudges.Require();
        await using VirtualUsb usb = await VirtualUsb.StartAsync("ch341a", FlashromJudgement.Chip);

        ProcessEnd end = await ExternalProgram.RunAsync(
            ForeignJudges.Program("stand-in-check"), [], usb.Environment, Limit);

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.EndsWith("\n0 failed\n", end.Output, StringComparison.Ordinal);
    }
}
