using System.Net;
using System.Net.Sockets;
using FlashBench.Hardware;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Programmers;

public sealed class SerprogProgrammerTests
{
    private static readonly SerprogAddress Address = new("127.0.0.1", 4000, IsSerial: false);

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Opening_gets_into_step_asks_for_limits_and_clocks_and_drives_the_pins()
    {
        var programmer = new ScriptedSerprog { Leftover = [0x06, 0x55], WriteMax = 300, ReadMax = 4096 };
        programmer.Preload();

        Run(programmer, bus =>
        {
            Assert.Equal((300, 4096), (bus.CommandBytesMax, bus.ResponseBytesMax));
            Assert.Equal([new(60_000_000), new(30_000_000), new(12_000_000)], bus.Clocks);
            Assert.Equal((new SpiClock(30_000_000), 30_000_000u), (bus.Clock, programmer.Frequency));
            Assert.Equal(new PartIdentity("programmer", "serprog (scripted), 127.0.0.1:4000", false), bus.Identity);
            return Task.CompletedTask;
        });

        Assert.Equal(["10", "10", "01", "02", "05", "1208", "03", "04", "08", "11"], programmer.Log[..10]);
        Assert.Equal("1501", programmer.Log[^3]);
        Assert.Equal("1500", programmer.Log[^1]);
        Assert.True(programmer.Disposed);
        Assert.Equal(0, programmer.InFlightMax);
    }

    [Fact]
    public void No_limit_said_means_what_24_bits_can_say()
    {
        Run(new ScriptedSerprog { Missing = [0x04, 0x08, 0x11] }, bus =>
        {
            Assert.Equal((0xFFFFFF, 0xFFFFFF), (bus.CommandBytesMax, bus.ResponseBytesMax));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void A_command_never_exceeds_the_serial_buffer()
    {
        Run(new ScriptedSerprog { Buffer = 300, WriteMax = 4096 }, bus =>
        {
            Assert.Equal(293, bus.CommandBytesMax);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void A_programmer_without_a_clock_setting_has_one_clock()
    {
        Run(new ScriptedSerprog { Missing = [0x14, 0x15] }, async bus =>
        {
            Assert.Equal([new SpiClock(SerprogProgrammer.UnknownHz)], bus.Clocks);
            await bus.SetClockAsync(bus.Clocks[0], Cancel);
        });
    }

    [Theory]
    [InlineData("FlashBench virt.", true)]
    [InlineData("FlashBench", false)]
    [InlineData("pico\u001b[2J", false)]
    public void The_name_tells_the_virtual_from_the_real_and_cannot_steer_a_terminal(string name, bool simulated)
    {
        Run(new ScriptedSerprog { Name = name }, bus =>
        {
            Assert.Equal(simulated, bus.Identity.Simulated);
            Assert.DoesNotContain('\u001b', bus.Identity.Description);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_programmer_with_a_fixed_clock_has_that_one(bool namesItAlways)
    {
        var programmer = new ScriptedSerprog { Frequencies = [1_500_000], NamesItsOnlyClock = namesItAlways };

        Run(programmer, bus =>
        {
            Assert.Equal([new SpiClock(1_500_000)], bus.Clocks);
            Assert.Equal((1_500_000, 1_500_000u), (bus.FrequencyHz, programmer.Frequency));
            return Task.CompletedTask;
        });
    }

    public static TheoryData<string, string> Strangers() => new()
    {
        { "version", "version 2" },
        { "bus", "no SPI bus" },
        { "operation", "no SPI bus" },
        { "small", "2 bytes only" },
        { "junk", "does not stop sending" },
        { "sync", "does not speak serprog" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void A_programmer_that_cannot_be_used_is_refused_with_the_reason(string kind, string expected)
    {
        ScriptedSerprog programmer = kind switch
        {
            "version" => new() { Version = 2 },
            "bus" => new() { Buses = 0x07 },
            "operation" => new() { Missing = [0x13] },
            "small" => new() { WriteMax = 2 },
            "junk" => new() { EndlessJunk = true },
            _ => new() { Missing = [0x10] },
        };

        var error = Assert.Throws<ProgrammerException>(() => Run(programmer, _ => Task.CompletedTask));

        Assert.True(kind == "sync" || error.Message.Contains(expected, StringComparison.Ordinal), error.Message);
        Assert.Contains("127.0.0.1:4000", error.Message, StringComparison.Ordinal);
        Assert.True(programmer.Disposed);
        Assert.InRange(_time.GetElapsedTime(0).TotalSeconds, 0, 60);
    }

    [Fact]
    public void Each_frame_is_one_operation_and_its_answer_goes_where_it_belongs()
    {
        byte[] status = new byte[2], data = new byte[5000];
        var programmer = new ScriptedSerprog { Chip = Place };

        Run(programmer, bus => bus.ExecuteAsync(
            [Frame(0x06), new(new byte[] { 0x05 }, status), new(new byte[] { 0x03, 0, 0, 0 }, data)], Cancel).AsTask());

        Assert.Equal([1, 3, 5004], programmer.Frames.Select(frame => frame.Length));
        Assert.Equal([1, 2], status);
        Assert.Equal(Enumerable.Range(4, 5000).Select(i => (byte)(i & 0xFF)), data);
        Assert.Contains("1301000002000005", programmer.Log);
        Assert.Equal(0, programmer.InFlightMax);
    }

    [Fact]
    public void A_frame_that_exceeds_a_limit_is_refused_before_anything_is_sent()
    {
        var programmer = new ScriptedSerprog { WriteMax = 16, ReadMax = 32 };

        Run(programmer, async bus =>
        {
            var error = await Assert.ThrowsAsync<ProgrammerException>(
                () => bus.ExecuteAsync([Frame(0x06), new(new byte[17])], Cancel).AsTask());
            Assert.Contains("16", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ProgrammerException>(
                () => bus.ExecuteAsync([new(new byte[] { 3 }, new byte[33])], Cancel).AsTask());
        });

        Assert.Empty(programmer.Frames);
    }

    [Fact]
    public void Pauses_are_made_by_the_host_between_frames_only()
    {
        Run(new ScriptedSerprog(), async bus =>
        {
            TimeSpan start = _time.GetElapsedTime(0);
            SpiTransaction slow = Frame(0x02) with { DelayAfter = TimeSpan.FromMilliseconds(2.5) };
            await bus.ExecuteAsync([slow, slow], Cancel);
            Assert.InRange((_time.GetElapsedTime(0) - start).TotalMilliseconds, 2.5, 5);
        });
    }

    [Fact]
    public void The_clock_can_be_changed_to_one_of_the_list_only()
    {
        var programmer = new ScriptedSerprog();

        Run(programmer, async bus =>
        {
            await bus.SetClockAsync(new(12_000_000), Cancel);
            Assert.Equal((12_000_000, 12_000_000u), (bus.FrequencyHz, programmer.Frequency));
            await Assert.ThrowsAsync<ArgumentException>(() => bus.SetClockAsync(new(13_000_000), Cancel).AsTask());
        });
    }

    [Theory]
    [InlineData(SerprogFault.Silent, "answers again")]
    [InlineData(SerprogFault.Refuse, "answers again")]
    [InlineData(SerprogFault.Garbage, "answers again")]
    [InlineData(SerprogFault.Close, "lost")]
    [InlineData(SerprogFault.Half, "lost")]
    internal void A_fault_at_any_operation_is_an_error_and_nothing_is_repeated(SerprogFault fault, string expected)
    {
        for (int at = 0; at < 3; at++)
        {
            var programmer = new ScriptedSerprog { Fault = fault, FaultAt = at, Chip = Place };
            byte[] data = new byte[3];

            Run(programmer, async bus =>
            {
                var error = await Assert.ThrowsAsync<ProgrammerException>(() => bus.ExecuteAsync(
                    [Frame(0x06), Frame(0x02), new(new byte[] { 0x03 }, data)], Cancel).AsTask());
                Assert.Contains(expected, error.Message, StringComparison.Ordinal);
                if (expected == "lost")
                {
                    await Assert.ThrowsAsync<ProgrammerException>(() => bus.ExecuteAsync([Frame(5)], Cancel).AsTask());
                    return;
                }

                await bus.ExecuteAsync([new(new byte[] { 0x9F }, data)], Cancel);
                Assert.Equal([1, 2, 3], data);
            });

            Assert.InRange(programmer.Log.Count(entry => entry == "1301000000000002"), 0, 1);
            Assert.True(programmer.Disposed);
        }
    }

    [Fact]
    public void A_cancelled_batch_stops_before_its_next_read()
    {
        var programmer = new ScriptedSerprog();
        using var cancel = new CancellationTokenSource();
        programmer.Chip = _ =>
        {
            cancel.Cancel();
            return 0;
        };

        SpiTransaction poll = new(new byte[] { 5 }, new byte[1]);
        Run(programmer, bus => Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bus.ExecuteAsync([poll, Frame(0x06), poll], cancel.Token).AsTask()));

        Assert.Equal(2, programmer.Frames.Count);
    }

    [Fact]
    public async Task It_works_over_a_real_socket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var programmer = new ScriptedSerprog { Chip = Place };
        Task server = ServeAsync(listener, programmer);
        byte[] data = new byte[20_000];

        await using (SerprogProgrammer bus = await SerprogProgrammer.OpenAsync(
            SerprogAddress.Parse($"127.0.0.1:{port}"), TimeProvider.System, Cancel))
        {
            await bus.ExecuteAsync([new(new byte[] { 0x03 }, data)], Cancel);
        }

        Assert.Equal(Enumerable.Range(1, data.Length).Select(i => (byte)(i & 0xFF)), data);
        await server.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var error = await Assert.ThrowsAsync<ProgrammerException>(() => SerprogProgrammer.OpenAsync(
            SerprogAddress.Parse($"127.0.0.1:{port}"), TimeProvider.System, Cancel));

        Assert.Equal(PartCause.Unavailable, error.Cause);
    }

    [Theory]
    [InlineData("/dev/no-such-tty", "is not there")]
    [InlineData("/dev/null", "no serial port")]
    public async Task A_path_that_is_no_tty_is_unavailable(string path, string expected)
    {
        var error = await Assert.ThrowsAsync<ProgrammerException>(() => SerprogProgrammer.OpenAsync(
            SerprogAddress.Parse(path), TimeProvider.System, Cancel));

        Assert.Equal(PartCause.Unavailable, error.Cause);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tty_takes_a_usual_speed_and_a_read_of_it_can_be_given_up()
    {
        await using SerialLine line = SerialLine.Open("/dev/ptmx", 115_200);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => line.ReadAsync(new byte[1], limit.Token).AsTask());
        Assert.Throws<ProgrammerException>(() => SerialLine.Open("/dev/ptmx", 123));
    }

    private static async Task ServeAsync(TcpListener listener, ScriptedSerprog programmer)
    {
        using Socket socket = await listener.AcceptSocketAsync(Cancel);
        byte[] request = new byte[65_536], answer = new byte[65_536];
        while (await socket.ReceiveAsync(request, SocketFlags.None, Cancel) is int count and > 0)
        {
            await programmer.WriteAsync(request.AsMemory(0, count), Cancel);
            while (programmer.HasAnswers)
            {
                int length = await programmer.ReadAsync(answer, Cancel);
                await socket.SendAsync(answer.AsMemory(0, length), SocketFlags.None, Cancel);
            }
        }
    }

    private void Run(ScriptedSerprog programmer, Func<SerprogProgrammer, Task> work) => _time.Run(async () =>
    {
        await using SerprogProgrammer bus = await SerprogProgrammer.OpenAsync(programmer, Address, _time);
        await work(bus);
    });

    private static SpiTransaction Frame(byte opcode) => new(new[] { opcode });

    private static byte Place(IReadOnlyList<byte> heard) => (byte)(heard.Count & 0xFF);
}
