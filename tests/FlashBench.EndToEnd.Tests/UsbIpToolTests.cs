namespace FlashBench.EndToEnd.Tests;

public sealed class UsbIpToolTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly FlashBenchProcess _flashbench = new();

    public void Dispose() => _flashbench.Dispose();

    [Fact]
    public async Task The_usbip_tool_lists_the_programmer_and_ctrl_c_ends_the_server_cleanly()
    {
        await using ServingProcess server = await _flashbench.ServeAsync(
            "virtual", "usbip", "--bench", "me8", "--port", "0", "--control", "0", "--accelerated");

        (int code, string text) = await ForeignTool.RunAsync(
            "usbip", Limit, "--tcp-port", $"{server.PortOf("usbip")}", "list", "-r", "127.0.0.1");
        ProcessEnd end = await server.StopAsync();

        Assert.Matches(@"^usbip 127\.0\.0\.1:\d+ control 127\.0\.0\.1:\d+ busid 9-1 clock still$", server.Announcement);
        Assert.True(code == 0, text);
        Assert.Contains(" - 127.0.0.1", text, StringComparison.Ordinal);
        Assert.Matches(@"9-1: .*\(1a86:5512\)", text);
        Assert.Contains("0 - Vendor Specific Class", text, StringComparison.Ordinal);
        Assert.Equal(new ProcessEnd(0, "", ""), end);
    }

    [Fact]
    public async Task A_bench_that_is_served_is_in_use_and_a_taken_port_is_named()
    {
        await using ServingProcess server = await _flashbench.ServeAsync(
            "virtual", "usbip", "--bench", "me8", "--port", "0");

        ProcessEnd second = await _flashbench.RunAsync("virtual", "usbip", "--bench", "me8", "--port", "0");
        string port = $"{server.PortOf("usbip")}";
        ProcessEnd taken = await _flashbench.RunAsync("serprog", "--bench", "me10", "--port", port);

        Assert.Equal(69, second.ExitCode);
        Assert.Contains("in use", second.Error, StringComparison.Ordinal);
        Assert.Equal(69, taken.ExitCode);
        Assert.Contains($"cannot listen on 127.0.0.1:{port}", taken.Error, StringComparison.Ordinal);
    }
}
