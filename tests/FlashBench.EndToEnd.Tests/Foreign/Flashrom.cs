namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>Debian's flashrom on a programmer that <see cref="VirtualUsb"/> offers, through the stand-in.</summary>
internal sealed class Flashrom(VirtualUsb usb, string programmer)
{
    /// <summary>flashrom's name for a CH341A.</summary>
    public const string Ch341a = "ch341a_spi";

    /// <summary>flashrom's name for channel A of an FT2232H, which it drives through the real libftdi1.</summary>
    public const string Ft2232h = "ft2232_spi:type=2232H,port=A";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Runs flashrom with these arguments beside <c>-p</c>.</summary>
    /// <remarks>Standard output and error are one text here: it says "unknown SPI chip" with exit code 0.</remarks>
    public Task<ProcessEnd> RunAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string>(usb.Environment);
        if (usb.ClockAddress is { } clock)
            (environment["LD_PRELOAD"], environment["FLASHBENCH_DEVICE_CLOCK"]) = (ForeignJudges.DeviceClock, clock);
        return ExternalProgram.RunAsync(
            ForeignJudges.FlashromProgram!, ["-p", programmer, .. arguments], environment, Limit);
    }

    /// <summary>Reads the whole chip into a file.</summary>
    public Task ReadAsync(string file) => SucceedAsync("Reading flash... done.", "-r", file);

    /// <summary>Erases what must be, writes the file, and reads all of it back.</summary>
    public Task WriteAsync(string file) => SucceedAsync("VERIFIED.", "-w", file);

    /// <summary>Compares the chip with the file.</summary>
    public Task VerifyAsync(string file) => SucceedAsync("VERIFIED.", "-v", file);

    /// <summary>Erases the whole chip.</summary>
    public Task EraseAsync() => SucceedAsync("Erase/write done.", "-E");

    /// <summary>Looks for the chip, and for nothing else.</summary>
    /// <returns>The name of the chip as flashrom prints it, or null if it found none.</returns>
    public async Task<string?> DetectAsync()
    {
        ProcessEnd end = await RunAsync();
        string[] quoted = end.Output.Split("flash chip \"");
        return end.ExitCode == 0 && quoted.Length == 2 ? quoted[1].Split('"')[0] : null;
    }

    private async Task SucceedAsync(string words, params string[] arguments)
    {
        ProcessEnd end = await RunAsync(arguments);
        Assert.True(
            end.ExitCode == 0 && end.Output.Contains(words, StringComparison.Ordinal),
            $"flashrom {string.Join(' ', arguments)}: exit {end.ExitCode}\n{end.Output}{end.Error}");
    }
}
