using FlashBench.Bench.Config;
using FlashBench.Bench.Watch;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Qemu;

namespace FlashBench.EndToEnd.Tests.Qemu;

[Collection("one QEMU at a time")]
public sealed class QemuLinuxTests
{
    private const double BootLimit = 90; // seconds; 6 on a quiet machine
    private const string Nonce = "0123abcd";

    private static readonly DutProfile Profile = DutProfiles.Load("qemu-me8");

    private readonly List<(long Timestamp, PowerSample Sample)> _samples = [];

    [Fact]
    public async Task A_watch_finds_the_board_alive_whose_flashed_firmware_started_Linux_and_sees_its_reset()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync(QemuSystem.Linux);
        await board.PowerAsync(true);
        long commanded = TimeProvider.System.GetTimestamp();
        await SampleUntilAsync(board, "FB1 00000000 1 ");
        await board.Bench.Console.WriteAsync(Line($"FBQ {Nonce}"), QemuTestBench.Cancel);
        await SampleUntilAsync(board, $"FB1 {Nonce} 2 ");
        await SampleUntilAsync(board, "heartbeat 3 up ");
        await board.Bench.Console.WriteAsync(Line($"FBQ {Nonce}"), QemuTestBench.Cancel);
        await SampleUntilAsync(board, $"FB1 {Nonce} 3 ");
        await SampleUntilAsync(board, "heartbeat 4 up "); // the line before it is whole
        BootObservation alive = Watch(board, commanded);

        await board.Bench.ResetLine.DriveAsync(true, QemuTestBench.Cancel);
        await SampleUntilAsync(board, "\r\nDRAM:", times: 2); // behind the whole line of the banner
        BootObservation reset = Watch(board, commanded);

        Assert.True(alive.Class == BootClass.Alive, alive.Explanation + "\n" + board.Text);
        Assert.Equal((1, 1, 0, 2), (alive.Banners, alive.StaleSamples, alive.DamagedSamples, alive.Samples.Count));
        Assert.All(alive.Samples, sample => Assert.Null(sample.Registers.Hfsts1)); // there is no ME
        Assert.Equal((BootClass.Reset, 2), (reset.Class, reset.Banners));
    }

    private static byte[] Line(string text) => System.Text.Encoding.ASCII.GetBytes(text + "\n");

    // As a job does it: a sample every half second as long as the watch lasts.
    private async Task SampleUntilAsync(QemuTestBench board, string text, int times = 1)
    {
        for (int i = 0; i < BootLimit * 2; i++)
        {
            _samples.Add((TimeProvider.System.GetTimestamp(), await board.SampleAsync()));
            if (await board.SaysAsync(text, times, seconds: 0.5))
                return;
        }

        Assert.Fail($"{text} did not come:\n{board.Text}");
    }

    // Everything so far through the watch of a job whose mark lies five seconds behind the kernel's start.
    private BootObservation Watch(QemuTestBench board, long commanded)
    {
        long ToUs(long timestamp) =>
            (long)TimeProvider.System.GetElapsedTime(commanded, timestamp).TotalMicroseconds;

        var settings = new BootSettings(
            MinimumUs: 5_000_000, GraceUs: 60_000_000, (long)Profile.Console.BootLimit.TotalMicroseconds,
            (long)Profile.Watch.GapMax.TotalMicroseconds, Profile.Power.OnMillivolts, Profile.Power.OffMilliamps,
            Profile.Console.Banner);
        var watch = new BootWatch(settings, 1, ("watch", Nonce), 0);
        IEnumerable<(long AtUs, Action Feed)> power = _samples.Select(taken => (ToUs(taken.Timestamp), (Action)(() =>
            watch.OnPower(ToUs(taken.Timestamp), taken.Sample.RailMillivolts, taken.Sample.SupplyMilliamps))));
        IEnumerable<(long AtUs, Action Feed)> console = board.Received.Select(bytes => (ToUs(bytes.Timestamp),
            (Action)(() => watch.OnConsole(ToUs(bytes.Timestamp), bytes.Data.Span))));
        long end = 0;
        foreach ((long atUs, Action feed) in power.Concat(console).OrderBy(happened => happened.AtUs))
        {
            feed();
            end = atUs;
        }

        return watch.Observe(end);
    }
}
