namespace FlashBench.EndToEnd.Tests;

/// <summary>A W25Q64 has the id of two of flashrom's definitions; it ends with 0 and asks for a choice.</summary>
public sealed class FlashromAmbiguousChipTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly FlashBenchProcess _flashbench = new();

    public void Dispose() => _flashbench.Dispose();

    [Fact]
    public async Task A_served_w25q64_is_found_read_and_asked_for_its_protection()
    {
        byte[] image = new byte[8 << 20];
        new Random(64).NextBytes(image);
        string file = Path.Combine(_flashbench.WorkingFolder, "image"), read = file + ".read";
        await File.WriteAllBytesAsync(file, image, TestContext.Current.CancellationToken);
        await using ServingProcess server = await _flashbench.ServeAsync(
            "serprog", "--bench", "me8", "--port", "0", "--image", file, "--quiet");
        string programmer = $"serprog:ip=127.0.0.1:{server.PortOf("serprog")}";

        (_, string ambiguous) = await ForeignTool.RunAsync("flashrom", Limit, "-p", programmer);
        (int code, string text) = await ForeignTool.RunAsync(
            "flashrom", Limit, "-p", programmer, "-c", "W25Q64JV-.Q", "--wp-status", "-r", read);
        ProcessEnd end = await server.StopAsync();

        Assert.Contains("Multiple flash chip definitions match", ambiguous, StringComparison.Ordinal);
        Assert.Contains("\"W25Q64BV/W25Q64CV/W25Q64FV\", \"W25Q64JV-.Q\"", ambiguous, StringComparison.Ordinal);
        Assert.True(code == 0, text);
        Assert.Contains("start=0x00000000 length=0x00000000 (none)", text, StringComparison.Ordinal);
        Assert.Equal(image, await File.ReadAllBytesAsync(read, TestContext.Current.CancellationToken));
        Assert.Equal(new ProcessEnd(0, "", ""), end);
    }
}
