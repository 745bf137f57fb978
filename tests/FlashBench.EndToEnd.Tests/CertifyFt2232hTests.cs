namespace FlashBench.EndToEnd.Tests;

/// <summary>The whole job on a bench whose configuration asks for an FT2232H, in process and in virtual time.</summary>
public sealed class CertifyFt2232hTests : IDisposable
{
    private readonly CertifyBench _bench = new("ft2232h");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_same_seed_gives_the_same_journal_and_another_seed_another()
    {
        JobEnd first = await _bench.CertifyAsync("--seed", "5");
        JobEnd again = await _bench.CertifyAsync("--seed", "5");
        JobEnd other = await _bench.CertifyAsync("--seed", "6");

        Assert.Equal((0, 0, 0), (first.ExitCode, again.ExitCode, other.ExitCode));
        Assert.True(first.Journal.SequenceEqual(again.Journal), "two runs of one seed differ");
        Assert.False(first.Journal.SequenceEqual(other.Journal), "two seeds give one run");
    }

    [Fact]
    public async Task The_stock_control_fails()
    {
        JobEnd end = await _bench.CertifyAsync("--control", "stock");

        Assert.Equal(30, end.ExitCode);
        Assert.Contains("FT2232H", end.JournalText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_unavailable_and_leaves_no_job_behind()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        ProcessEnd end = await _bench.RunAsync("certify", "--usb", $"{port}");

        Assert.Equal(69, end.ExitCode);
        Assert.StartsWith($"flashbench: cannot listen on 127.0.0.1:{port}: ", end.Error, StringComparison.Ordinal);
        Assert.Empty(_bench.Journals);
    }

    [Theory]
    [InlineData("--usb 0 is no TCP port: 1 to 65535", "--usb", "0")]
    [InlineData("--usb and --real-time contradict each other: its time waits for the USB calls",
        "--usb", "3240", "--real-time")]
    public async Task A_port_that_makes_no_sense_is_refused(string sentence, params string[] args)
    {
        ProcessEnd end = await _bench.RunAsync(["certify", .. args]);

        Assert.Equal(64, end.ExitCode);
        Assert.Contains(sentence, end.Error, StringComparison.Ordinal);
    }
}
