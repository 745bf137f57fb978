using System.Globalization;
using FlashBench.Simulation.Served;
using FlashBench.Tests.Simulation.Flash;
using FlashBench.Tests.Simulation.UsbIp;
using static FlashBench.Tests.Simulation.Usb.UsbCable;

namespace FlashBench.Tests.Simulation.Served;

public sealed class ControlServerTests : IAsyncDisposable
{
    private readonly ServedCh341a _bench = new(ClockPace.Held, cells: ChipOnPins.Random(ChipRows.W25Q80, 6));

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_client_that_sleeps_moves_the_time_exactly_that_far()
    {
        using var control = new ControlClient(_bench.ControlAddress);
        long before = await control.TimeAsync();

        long after = await control.TimeAsync("sleep 31000000000");

        Assert.Equal(31_000_000_000, after - before);
        Assert.Equal(after, await control.TimeAsync());
    }

    [Fact]
    public async Task A_client_that_waits_gets_one_answer_after_the_modelled_time_every_run_alike()
    {
        using var control = new ControlClient(_bench.ControlAddress);
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        long start = await control.TimeAsync();

        await client.OutAsync(Enable);
        long first = await control.TimeAsync("wait 1 0 -");
        await client.ReturnedAsync();
        await client.InAsync();
        await client.OutAsync(Packets(SelectLow, ReadId));
        long second = await control.TimeAsync("wait 3 1 -");
        long third = await control.TimeAsync("wait 3 2 -");

        // A URB, a packet, three instructions; timers go by 100 ns.
        Assert.Equal(60_000 + 8_000 + 3 * 750, first - start, 100.0);
        Assert.Equal(60_000 + 8_000 + 2 * 750 + 8_000 + 21_334, second - first, 100.0);
        Assert.Equal(second, third); // answer and request end together
    }

    [Fact]
    public async Task A_wait_ends_at_its_limit_and_moves_no_further()
    {
        using var control = new ControlClient(_bench.ControlAddress);
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        uint urb = await client.InAsync();
        long start = await control.TimeAsync();

        string answer = await control.AskAsync("wait 1 0 1000000000");

        Assert.Equal($"ok {start + 1_000_000_000} 0", answer);
        await client.UnlinkAsync(urb);
        Assert.Equal($"ok {start + 1_000_000_000} 1", await control.AskAsync("wait 2 0 1000000000"));
        Assert.True((await client.ReturnedAsync()).IsUnlink);
    }

    [Fact]
    public async Task Slack_gathers_answers_and_stops_with_the_last()
    {
        using var control = new ControlClient(_bench.ControlAddress);
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        await client.OutAsync(Packets(Enable, SelectLow));
        await control.AskAsync("wait 1 0 -");
        for (int i = 0; i < 20; i++)
            await client.InAsync();
        await client.OutAsync(UsbIpServerTests.FlashBenchStream(20));
        long start = await control.TimeAsync();

        string[] first = (await control.AskAsync("wait 22 1 - 1000000")).Split(' ');
        string[] all = (await control.AskAsync("wait 22 10 - 1000000000")).Split(' ');

        Assert.Equal("7", first[2]); // the first after 0.23 ms, then one every 0.173 ms for one more
        Assert.Equal("22", all[2]);
        long ns = long.Parse(all[1], CultureInfo.InvariantCulture) - start;
        Assert.Equal(60_000 + 20 * 173_333, ns, 200.0);
    }

    [Fact]
    public async Task Counts_and_faults_are_told_and_set()
    {
        using var control = new ControlClient(_bench.ControlAddress);
        await control.AskAsync("pace still");
        using UsbIpClient client = await UsbIpClient.ImportedAsync(_bench.Address);
        await client.OutAsync(Enable);
        await client.ReturnedAsync();
        string counts = await control.AskAsync("urbs");
        Assert.EndsWith("taken=1 returned=1 inflight=0 urbs=1 outpackets=1 inpackets=0 inbytes=0", counts);

        await control.AskAsync("corrupt 2 F0");
        await client.InAsync();
        await client.OutAsync(Packets(SelectLow, ReadId));
        Returned[] answers = [await client.ReturnedAsync(), await client.ReturnedAsync()];
        Assert.Equal([0xFF, 0xF7 ^ 0xF0, 0x02, 0x28], Assert.Single(answers, one => one.Data.Length > 0).Data);
        await control.AskAsync("unplug 1");
        await client.OutAsync(SelectHigh);
        Assert.Equal(0, (await client.ReturnedAsync()).Status);
        Assert.Empty(await client.ReadToEndAsync());
        Assert.False(_bench.Port.IsPlugged);
        await control.AskAsync("calm");
        await control.AskAsync("plug");
        using UsbIpClient again = await UsbIpClient.ImportedAsync(_bench.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tim")]
    [InlineData("sleep")]
    [InlineData("sleep -1")]
    [InlineData("sleep 99999999999999999999")]
    [InlineData("wait 1 2")]
    [InlineData("wait - - -")]
    [InlineData("corrupt 1 100")]
    [InlineData("unplug 0")]
    [InlineData("pace fast")]
    public async Task A_line_that_makes_no_sense_is_an_error_and_the_next_one_counts(string line)
    {
        using var control = new ControlClient(_bench.ControlAddress);

        Assert.Equal("error unknown command", await control.AskAsync(line));
        Assert.StartsWith("ok ", await control.AskAsync("time"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_closes_its_side_at_once_still_gets_every_answer()
    {
        using var control = new ControlClient(_bench.ControlAddress);

        string[] answers = (await control.AskAndCloseAsync("time\npace fast\nurbs\n")).Split('\n');

        Assert.Equal(4, answers.Length);
        Assert.StartsWith("ok ", answers[0], StringComparison.Ordinal);
        Assert.Equal("error unknown command", answers[1]);
        Assert.Contains(" urbs=", answers[2], StringComparison.Ordinal);
        Assert.Equal("", answers[3]);
    }

    [Fact]
    public async Task An_endless_line_ends_the_connection()
    {
        using var control = new ControlClient(_bench.ControlAddress);

        Assert.Equal("closed", await control.AskAsync(new string('x', 300)));
    }
}
