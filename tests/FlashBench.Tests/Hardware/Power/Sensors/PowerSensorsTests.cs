using System.Net.Sockets;
using System.Text;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Sensors;

namespace FlashBench.Tests.Hardware.Power.Sensors;

/// <summary>Sensors that are programs and meters, and what is made of two quantities.</summary>
public sealed class PowerSensorsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static QuantitySpec.Hook Prints(string text) => new(["/bin/sh", "-c", $"echo '{text}'"], Limit);

    private static QuantitySpec.Meter Meter(double scale = 1000, double freshSeconds = 5) => new(
        new TtySelector("/dev/null"), 9600, @"^CH1 +(?<value>-?\d+(\.\d+)?) *V", scale,
        TimeSpan.FromSeconds(freshSeconds));

    private static async Task<PowerSample> SampleAsync(QuantitySpec rail, QuantitySpec? supply)
    {
        await using var sensors = new PowerSensors(TimeProvider.System, tty => tty.Device!);
        return await sensors.Open(new PowerSensorSpec(rail, supply)).SampleAsync(Cancel);
    }

    [Fact]
    public async Task Two_programs_make_a_sensor() =>
        Assert.Equal(new PowerSample(3312, 641), await SampleAsync(Prints("3311.6"), Prints("+6.41e2")));

    [Theory]
    [InlineData("199", 0)]
    [InlineData("200", 3300)]
    public async Task A_rail_that_nothing_measures_is_concluded_from_the_supply(string milliamps, int millivolts) =>
        Assert.Equal(
            millivolts, (await SampleAsync(new QuantitySpec.FromSupply(200, 3300), Prints(milliamps))).RailMillivolts);

    [Fact]
    public async Task A_supply_that_nothing_measures_counts_as_nothing_and_the_record_says_so()
    {
        await using var sensors = new PowerSensors(TimeProvider.System, tty => tty.Device!);
        IPowerSensor sensor = sensors.Open(new PowerSensorSpec(Prints("3300"), null));

        Assert.Equal(new PowerSample(3300, 0), await sensor.SampleAsync(Cancel));
        Assert.Contains("supply: not measured", sensor.Identity.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rail_cannot_be_concluded_from_nothing() =>
        await Assert.ThrowsAsync<PowerException>(() => SampleAsync(new QuantitySpec.FromSupply(200, 3300), null));

    [Theory]
    [InlineData("")]
    [InlineData("on")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e300")]
    [InlineData("3300 mV")]
    [InlineData("3,300")]
    [InlineData("33\n44")]
    public async Task What_is_no_number_is_no_reading(string text) =>
        await Assert.ThrowsAsync<PowerException>(() => SampleAsync(Prints(text), null));

    [Fact]
    public async Task A_program_that_fails_is_no_reading() =>
        await Assert.ThrowsAsync<PowerException>(
            () => SampleAsync(new QuantitySpec.Hook(["/bin/sh", "-c", "echo 3300; exit 1"], Limit), null));

    [Fact]
    public async Task The_latest_line_of_a_meter_counts()
    {
        await using var meter = new MeterOnSocket(Meter());
        await meter.SayAsync("hello\r\nCH1 3.25 V\r\nCH2 9.9 V\r\nCH1   3.31 V\r\nCH1 3.9");
        await meter.SayAsync(" mA\r\n");

        // The lines come in one after the other, so that the first answer may still be the first line.
        int value = 0;
        for (int i = 0; i < 100 && value != 3310; i++)
        {
            value = await meter.Quantity.MeasureAsync(Cancel);
            await Task.Delay(10, Cancel);
        }

        Assert.Equal(3310, value);
        Assert.Equal(3310, await meter.Quantity.MeasureAsync(Cancel));
    }

    [Fact]
    public async Task A_meter_that_is_silent_is_no_reading()
    {
        await using var meter = new MeterOnSocket(Meter(freshSeconds: 0.3));

        var error = await Assert.ThrowsAsync<PowerException>(() => meter.Quantity.MeasureAsync(Cancel).AsTask());
        Assert.Contains("no reading for 0.3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_reading_is_no_reading()
    {
        await using var meter = new MeterOnSocket(Meter(freshSeconds: 0.5));
        await meter.SayAsync("CH1 3.25 V\n");
        Assert.Equal(3250, await meter.Quantity.MeasureAsync(Cancel));

        await Task.Delay(700, Cancel);

        await Assert.ThrowsAsync<PowerException>(() => meter.Quantity.MeasureAsync(Cancel).AsTask());
    }

    [Fact]
    public async Task A_meter_that_is_unplugged_is_gone()
    {
        await using var meter = new MeterOnSocket(Meter());
        await meter.SayAsync("CH1 3.25 V\n");
        Assert.Equal(3250, await meter.Quantity.MeasureAsync(Cancel));

        meter.Unplug();

        await Assert.ThrowsAsync<PowerException>(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await meter.Quantity.MeasureAsync(Cancel);
                await Task.Delay(20, Cancel);
            }
        });
    }

    [Fact]
    public async Task Garbage_without_end_is_skipped_and_the_next_line_counts()
    {
        await using var meter = new MeterOnSocket(Meter());
        var random = new Random(7);
        byte[] noise = new byte[200_000];
        random.NextBytes(noise);
        noise.AsSpan().Replace((byte)'\n', (byte)' ');
        await meter.SendAsync(noise);
        await meter.SendAsync(new byte[5000]);
        await meter.SayAsync("\nCH1 3.25 V\n");

        Assert.Equal(3250, await meter.Quantity.MeasureAsync(Cancel));
    }

    [Fact]
    public async Task A_reading_inside_a_line_that_is_too_long_does_not_count()
    {
        await using var meter = new MeterOnSocket(Meter(freshSeconds: 0.3));
        await meter.SayAsync(new string(' ', 256) + "CH1 3.25 V\n");

        await Assert.ThrowsAsync<PowerException>(() => meter.Quantity.MeasureAsync(Cancel).AsTask());
    }

    [Theory]
    [InlineData("(?<value>")]
    [InlineData(@"\d+")]
    [InlineData(@"(?<value>\d)(?=x)")]
    public async Task A_pattern_that_cannot_be_used_is_refused(string pattern) =>
        await Assert.ThrowsAsync<PowerException>(() => SampleAsync(Meter() with { Pattern = pattern }, null));

    [Fact]
    public async Task Parts_that_are_not_there_are_told_as_such()
    {
        var gpio = await Assert.ThrowsAsync<PowerException>(
            () => SampleAsync(new QuantitySpec.Gpio("no-such-chip", "0", false, 3300), null));
        var ina = await Assert.ThrowsAsync<PowerException>(
            () => SampleAsync(new QuantitySpec.Ina(InaPart.Ina219, "no-such-bus", 0x40), null));
        var tty = await Assert.ThrowsAsync<PowerException>(
            () => SampleAsync(Meter() with { Tty = new TtySelector("/dev/no-such-tty") }, null));

        Assert.Contains("no GPIO chip is called \"no-such-chip\"", gpio.Message, StringComparison.Ordinal);
        Assert.Contains("\"no-such-bus\"", ina.Message, StringComparison.Ordinal);
        Assert.Contains("is not there", tty.Message, StringComparison.Ordinal);
    }

    /// <summary>A meter at the other end of a socket.</summary>
    private sealed class MeterOnSocket : IAsyncDisposable
    {
        private readonly Socket _far;

        public MeterOnSocket(QuantitySpec.Meter spec)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            listener.Listen();
            var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            near.Connect(listener.LocalEndPoint!);
            _far = listener.Accept();
            Quantity = new MeterQuantity(
                spec, new NetworkStream(near, ownsSocket: true), "the meter", TimeProvider.System);
        }

        public MeterQuantity Quantity { get; }

        public Task SayAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

        public async Task SendAsync(byte[] data)
        {
            for (int sent = 0; sent < data.Length;)
                sent += await _far.SendAsync(data.AsMemory(sent), Cancel);
        }

        public void Unplug() => _far.Dispose();

        public async ValueTask DisposeAsync()
        {
            await Quantity.DisposeAsync();
            _far.Dispose();
        }
    }
}
