using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Programmers;

public sealed class FtdiRecoveryTests : IAsyncDisposable
{
    private readonly VirtualTime _time = new();
    private readonly ScriptedFtdi _usb;

    public FtdiRecoveryTests()
    {
        _usb = new ScriptedFtdi(_time);
        _usb.Engine.Chip = heard => (byte)(heard.Count & 0xFF);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _usb.DisposeAsync();

    // Page programs and a read with a cable that fails at every single transfer, in every way.
    [Theory]
    [InlineData(FtdiFault.Unplug)]
    [InlineData(FtdiFault.Stall)]
    [InlineData(FtdiFault.Hang)]
    [InlineData(FtdiFault.Short)]
    internal void A_fault_at_any_transfer_is_an_error_in_time_and_never_a_false_success(FtdiFault fault)
    {
        Played sound = Play(FtdiFault.None, at: -1);
        Assert.False(sound.Failed);

        for (int at = 0; at < sound.AtEnd; at++)
        {
            Played played = Play(fault, at);

            Assert.True(played.Failed || played.IsRight, $"{fault} at {at}: success, but what was read is wrong");
            Assert.True(played.Failed || IsHarmless(fault, at < sound.AtOpen), $"{fault} at {at} went unseen");
            Assert.InRange(played.Took.TotalSeconds, 0, 30);
            Assert.Equal(0, played.Usb.InFlight);
            Assert.True(played.Usb.Disposed);
            Assert.InRange(played.Usb.Engine.Frames.Count(frame => frame[0] == 0x02), 0, 3); // nothing is done twice
        }
    }

    [Fact]
    public void An_engine_that_hangs_is_started_anew_the_operation_fails_and_the_next_one_works()
    {
        ProgrammerException? error = null;

        Run(async bus =>
        {
            Wedge(healsByRestart: true, healsByReset: true);
            error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 100));
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });

        Assert.Contains("did not complete", error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("reset", _usb.Log);
    }

    [Fact]
    public void A_reset_of_the_port_comes_second()
    {
        Run(async bus =>
        {
            Wedge(healsByRestart: false, healsByReset: true);
            await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 100));
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });

        Assert.Single(_usb.Log, "reset");
    }

    [Fact]
    public void When_nothing_helps_the_message_asks_to_plug_it_in_again_and_later_calls_fail_at_once()
    {
        Run(async bus =>
        {
            Wedge(healsByRestart: false, healsByReset: false);
            var error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 100));
            Assert.Contains("plug it in again", error.Message, StringComparison.Ordinal);
            int before = _usb.Transfers.Count;
            await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 1));
            Assert.Equal(before, _usb.Transfers.Count);
        });
    }

    [Fact]
    public void A_device_that_another_board_shares_is_never_reset()
    {
        Run(async bus =>
        {
            Wedge(healsByRestart: false, healsByReset: true);
            var error = await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 100));
            Assert.Contains("other channel", error.Message, StringComparison.Ordinal);
        }, new FtdiOptions { SharesDevice = true });

        Assert.DoesNotContain("reset", _usb.Log);
    }

    [Fact]
    public void A_lost_answer_byte_is_noticed_although_nothing_stalls()
    {
        Run(async bus =>
        {
            _usb.Engine.LoseAnswerAt = _usb.Engine.AnswersMade + 10;
            await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 100));
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(600)]
    public void Answers_that_nobody_asked_for_are_noticed(int count)
    {
        Run(async bus =>
        {
            for (int i = 0; i < count; i++)
                _usb.Engine.Answers.Enqueue(0xFF);
            await Assert.ThrowsAsync<ProgrammerException>(() => ReadAsync(bus, 100));
            Assert.Equal([1, 2, 3], await ReadAsync(bus, 3));
        });
    }

    [Fact]
    public void A_device_that_does_not_answer_at_open_is_closed_again()
    {
        (_usb.Silent, _usb.HealsByRestart, _usb.HealsByReset) = (true, false, false);

        var error = Assert.Throws<ProgrammerException>(() => Run(_ => Task.CompletedTask));

        Assert.Contains("plug it in again", error.Message, StringComparison.Ordinal);
        Assert.True(_usb.Disposed);
    }

    private void Wedge(bool healsByRestart, bool healsByReset)
    {
        (_usb.HealsByRestart, _usb.HealsByReset) = (healsByRestart, healsByReset);
        _usb.Engine.Wedged = _usb.Silent = true;
    }

    // A listener that heard nothing is replaced; while opening, a reset helps against everything but an unplugging.
    private static bool IsHarmless(FtdiFault fault, bool opening) =>
        fault == FtdiFault.Hang || (opening && fault != FtdiFault.Unplug);

    private static Played Play(FtdiFault fault, int at)
    {
        var time = new VirtualTime();
        var usb = new ScriptedFtdi(time) { Fault = fault, FaultAt = at };
        usb.Engine.Chip = heard => (byte)(heard.Count & 0xFF);
        byte[] data = new byte[20_000];
        int atOpen = 0, atEnd = 0;
        try
        {
            time.Run(async () =>
            {
                await using FtdiProgrammer bus = await FtdiProgrammer.OpenAsync(usb, new FtdiOptions(), time, Cancel);
                atOpen = usb.Transfers.Count;
                await bus.ExecuteAsync([.. Enumerable.Range(0, 3).SelectMany(Page)], Cancel);
                await bus.ExecuteAsync([new(new byte[] { 0x03 }, data)], Cancel);
                atEnd = usb.Transfers.Count;
            });
        }
        catch (ProgrammerException)
        {
            // told by the end that was not reached
        }

        bool right = data.Select((b, i) => b == (byte)((i + 1) & 0xFF)).All(same => same);
        return new Played(atOpen, atEnd, right, time.GetElapsedTime(0), usb);
    }

    private static SpiTransaction[] Page(int page) =>
    [
        new(new byte[] { 0x06 }),
        new((byte[])[0x02, 0, (byte)page, 0, .. new byte[256]], default, TimeSpan.FromMicroseconds(400)),
        new(new byte[] { 0x05 }, new byte[4]),
    ];

    private void Run(Func<ISpiBus, Task> work, FtdiOptions? options = null) => _time.Run(async () =>
    {
        await using FtdiProgrammer bus = await FtdiProgrammer.OpenAsync(
            _usb, options ?? new FtdiOptions(), _time, Cancel);
        await work(bus);
    });

    private static async Task<byte[]> ReadAsync(ISpiBus bus, int length)
    {
        byte[] data = new byte[length];
        await bus.ExecuteAsync([new(new byte[] { 0x03 }, data)], Cancel);
        return data;
    }

    private sealed record Played(int AtOpen, int AtEnd, bool IsRight, TimeSpan Took, ScriptedFtdi Usb)
    {
        public bool Failed => AtEnd == 0;
    }
}
