using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>The whole job with its programmer behind real USB calls: our libusb binding, a libusb that shares no code
/// with us, a socket, and the USB/IP server in the process of the job.</summary>
public sealed class CertifyOverUsbTests
{
    [Theory]
    [InlineData("ch341a")]
    [InlineData("ft2232h")]
    public async Task Over_USB_a_board_passes_and_its_chip_gets_the_same_bytes_as_in_process(string programmer)
    {
        ForeignJudges.Require();
        using var bench = new CertifyBench(programmer);
        JobEnd inProcess = await bench.CertifyAsync();
        byte[] expected = await bench.ReadChipAsync();
        string[] port = WithFreePort(bench);

        JobEnd overUsb = await bench.CertifyAsync(port);
        byte[] content = await bench.ReadChipAsync();

        Assert.True(inProcess.ExitCode == 0, inProcess.Said);
        Assert.True(overUsb.ExitCode == 0, overUsb.Said);
        Assert.StartsWith("PASS (simulated), level L3", overUsb.Said.TrimStart(), StringComparison.Ordinal);
        Assert.Equal(Digest(expected), Digest(content));
        Assert.Equal(Types(inProcess), Types(overUsb));
        AssertProgrammerSaysSimulated(overUsb);
        AssertSameTime(inProcess, overUsb);
    }

    [Fact]
    public async Task Over_USB_the_stock_control_fails()
    {
        ForeignJudges.Require();
        using var bench = new CertifyBench("ft2232h");

        JobEnd end = await bench.CertifyAsync(["--control", "stock", .. WithFreePort(bench)]);

        Assert.True(end.ExitCode == 30, end.Said);
    }

    [Fact]
    public async Task A_job_that_is_killed_over_USB_amid_the_write_goes_on_and_passes()
    {
        ForeignJudges.Require();
        using var bench = new CertifyBench("ft2232h");
        await bench.CertifyAsync();
        byte[] expected = await bench.ReadChipAsync();
        string[] port = WithFreePort(bench);
        bench.With(new Dictionary<string, string> { ["FLASHBENCH_KILL_AT"] = "AfterSync:block.intent:3" });
        JobEnd killed = await bench.CertifyAsync(port);
        bench.With(new Dictionary<string, string> { ["FLASHBENCH_KILL_AT"] = "" });

        ProcessEnd end = await bench.RunAsync("resume", "--quiet");

        Assert.Equal(128 + 9, killed.ExitCode);
        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.Equal(Digest(expected), Digest(await bench.ReadChipAsync()));
    }

    private static string[] WithFreePort(CertifyBench bench)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        bench.With(new Dictionary<string, string>
        {
            ["LD_LIBRARY_PATH"] = ForeignJudges.Folder,
            ["FLASHBENCH_USBIP"] = $"127.0.0.1:{port}",
        });
        return ["--usb", $"{port}"];
    }

    private static string Digest(byte[] content) => Convert.ToHexString(SHA256.HashData(content));

    private static string[] Types(JobEnd end) =>
        [.. Records(end).Select(record => record.GetProperty("type").GetString()!)];

    private static void AssertProgrammerSaysSimulated(JobEnd end)
    {
        JsonElement chip = Records(end).Single(record => record.GetProperty("type").GetString() == "chip");
        Assert.True(chip.GetProperty("data").GetProperty("programmer").GetProperty("simulated").GetBoolean());
    }

    // The time is that of the device, wherever its URBs come from: whole reads of the chip take as long.
    private static void AssertSameTime(JobEnd inProcess, JobEnd overUsb)
    {
        double expected = SecondsOfBackup(inProcess);
        Assert.InRange(SecondsOfBackup(overUsb), expected * 0.98, expected * 1.02);
    }

    private static double SecondsOfBackup(JobEnd end)
    {
        JsonElement[] records = Records(end);
        return records.Zip(records.Skip(1))
            .Where(pair => pair.Second.GetProperty("type").GetString() == "backup.pass")
            .Sum(pair => pair.Second.GetProperty("mono").GetInt64() - pair.First.GetProperty("mono").GetInt64()) / 1e6;
    }

    private static JsonElement[] Records(JobEnd end) =>
    [
        .. end.JournalText.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement),
    ];
}
