using System.Runtime.InteropServices;
using FlashBench.Cli;
using FlashBench.Simulation;

namespace FlashBench.Tests.Cli;

public sealed class StopSignalsTests
{
    [Fact]
    public async Task The_first_signal_asks_the_second_stops_now_and_the_third_ends_the_process()
    {
        var time = new VirtualTime();
        using var stop = new StopSignals(time);

        Assert.True(IsHeldBack(stop));
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.True(stop.Token.IsCancellationRequested);
        Assert.True(IsHeldBack(stop)); // the same key press, twice
        Assert.False(stop.Now.IsCancellationRequested);
        time.Run(cancel => Wait(time, cancel), TestContext.Current.CancellationToken);

        Assert.True(IsHeldBack(stop));
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Now)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.True(IsHeldBack(stop)); // again the same key press
        time.Run(cancel => Wait(time, cancel), TestContext.Current.CancellationToken);

        Assert.False(IsHeldBack(stop));
    }

    [Fact]
    public void Work_that_hangs_in_its_cancellation_does_not_keep_the_next_signal_out()
    {
        using var stop = new StopSignals(TimeProvider.System);
        using var release = new ManualResetEventSlim();
        stop.Token.Register(() => release.Wait(TestContext.Current.CancellationToken));

        Assert.True(IsHeldBack(stop)); // returns although the work does not
        release.Set();
    }

    private static async Task<int> Wait(VirtualTime time, CancellationToken cancel)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
        return 0;
    }

    private static bool IsHeldBack(StopSignals stop)
    {
        var signal = new PosixSignalContext(PosixSignal.SIGINT);
        stop.Stop(signal);
        return signal.Cancel;
    }
}
