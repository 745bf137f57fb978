namespace FlashBench.EndToEnd.Tests;

/// <summary>flashrom's own model of a W25Q128FV and ours, through the published program, say and do the same.</summary>
public sealed class FlashromDummyTests : IDisposable
{
    private const string Chip = "W25Q128.V";
    private const int SizeBytes = 16 << 20, Window = 0xF00000, WindowBytes = 0x20000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);

    private readonly FlashBenchProcess _flashbench = new();

    public void Dispose() => _flashbench.Dispose();

    [Fact]
    public async Task Both_models_have_the_same_protection_ranges_and_the_same_bytes_after_erase_and_write()
    {
        byte[] image = new byte[SizeBytes];
        new Random(128).NextBytes(image);
        await WriteAsync("image", image);
        await WriteAsync("dummy", image);
        new Random(129).NextBytes(image.AsSpan(Window, WindowBytes));
        image.AsSpan(Window + 0x3000, 0x5000).Fill(0xFF);
        await WriteAsync("wanted", image);
        await File.WriteAllTextAsync(
            At("layout"), $"{Window:x8}:{Window + WindowBytes - 1:x8} window\n", TestContext.Current.CancellationToken);
        await using ServingProcess server = await _flashbench.ServeAsync(
            "serprog", "--bench", "me11", "--port", "0", "--image", At("image"), "--accelerated");
        string ours = $"serprog:ip=127.0.0.1:{server.PortOf("serprog")}";
        string theirs = $"dummy:emulate=W25Q128FV,image={At("dummy")}";

        Assert.Equal(await RangesAsync(theirs), await RangesAsync(ours));
        foreach (string range in (string[])["0xF00000,0x100000", "0,0x1000", "0x4000,0xffc000", "0,0"])
            Assert.Equal(await StatusAsync(theirs, range), await StatusAsync(ours, range));
        foreach (string programmer in (string[])[theirs, ours])
        {
            await SucceedAsync(programmer, "-l", At("layout"), "-i", "window", "-N", "-E");
            await SucceedAsync(programmer, "-r", At("erased-" + programmer[..5]));
            await SucceedAsync(programmer, "-l", At("layout"), "-i", "window", "-N", "-w", At("wanted"));
            await SucceedAsync(programmer, "-r", At("written-" + programmer[..5]));
        }

        byte[] erased = await ReadAsync("erased-serpr");
        Assert.Equal(await ReadAsync("erased-dummy"), erased);
        Assert.Equal(-1, erased.AsSpan(Window, WindowBytes).IndexOfAnyExcept((byte)0xFF));
        Assert.Equal(await ReadAsync("written-dummy"), await ReadAsync("written-serpr"));
        Assert.Equal(image, await ReadAsync("written-serpr"));
        await CheckProtectionAsync(ours);
        ProcessEnd end = await server.StopAsync();
        Assert.Equal(0, end.ExitCode);
    }

    // flashrom lifts a protection for its erase and puts it back: both need a chip that keeps its registers.
    private async Task CheckProtectionAsync(string programmer)
    {
        await SucceedAsync(programmer, "--wp-range", "0xF00000,0x100000");

        await SucceedAsync(programmer, "-l", At("layout"), "-i", "window", "-N", "-E");
        string status = await SucceedAsync(programmer, "--wp-status", "-r", At("lifted"));

        Assert.Contains("start=0x00f00000 length=0x00100000 (upper 1/16)", status, StringComparison.Ordinal);
        byte[] lifted = await ReadAsync("lifted");
        Assert.Equal(-1, lifted.AsSpan(Window, WindowBytes).IndexOfAnyExcept((byte)0xFF));
    }

    private static async Task<string[]> StatusAsync(string programmer, string range)
    {
        string text = await SucceedAsync(programmer, "--wp-range", range, "--wp-status");
        string[] lines = [.. text.Split('\n').Where(line => line.Contains("rotection", StringComparison.Ordinal))];
        Assert.Equal(3, lines.Length);
        return lines;
    }

    private static async Task<string[]> RangesAsync(string programmer)
    {
        string text = await SucceedAsync(programmer, "--wp-list");
        string[] ranges = [.. text.Split('\n').Where(line => line.Contains("start=", StringComparison.Ordinal))];
        Assert.InRange(ranges.Length, 20, 200);
        return ranges;
    }

    private static async Task<string> SucceedAsync(string programmer, params string[] args)
    {
        (int code, string text) = await ForeignTool.RunAsync(
            "flashrom", Limit, ["-p", programmer, "-c", Chip, .. args]);
        Assert.True(code == 0, text);
        return text;
    }

    private string At(string name) => Path.Combine(_flashbench.WorkingFolder, name);

    private Task WriteAsync(string name, byte[] bytes) =>
        File.WriteAllBytesAsync(At(name), bytes, TestContext.Current.CancellationToken);

    private Task<byte[]> ReadAsync(string name) =>
        File.ReadAllBytesAsync(At(name), TestContext.Current.CancellationToken);
}
