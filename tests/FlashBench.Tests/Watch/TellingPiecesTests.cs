using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>However the console's bytes are cut into pieces, its telling words are found.</summary>
public sealed class TellingPiecesTests
{
    private const string Chatter = "usb 1-3: new high-speed USB device number 7 using xhci_hcd\r\n";

    private static readonly byte[] Console = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Repeat(Chatter, 40)) + "coreboot-4.22 bootblock starting\r\n"
        + string.Concat(Enumerable.Repeat(Chatter, 40)) + "ME: HFSTS1 0x1E020191\r\nheartbeat 1 up 10.00\r\n"
        + string.Concat(Enumerable.Repeat(Chatter, 40)) + "[   12.000000] kernel PANIC - not syncing\r\n"
        + string.Concat(Enumerable.Repeat(Chatter, 40)) + "[   13.000000] reboot: Power down\r\n");

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(61)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(20_000)]
    public void The_same_is_found_in_pieces_of_any_length(int length)
    {
        var trace = new ConsoleTrace(new BootScript().Settings, BootScript.Nonce, () => 0);
        for (int at = 0; at < Console.Length; at += length)
            trace.Add(20_000_000, Console.AsSpan(at, Math.Min(length, Console.Length - at)));

        Assert.Equal((1, 1), (trace.Banners, trace.EarlyStarts));
        Assert.Equal(["ME: HFSTS1 0x1E020191"], trace.FirmwareLines);
        Assert.Equal(20_000_000, trace.Texts.CrashUs);
        Assert.Equal(20_000_000, trace.Texts.ShutdownUs);
        Assert.Equal(1, trace.Counts.Heartbeats);
    }
}
