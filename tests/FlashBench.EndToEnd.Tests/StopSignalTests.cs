using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Journal;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Ctrl-C as a signal to a job that runs in real time.</summary>
public sealed class StopSignalTests : IDisposable
{
    private readonly SmallBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ctrl_C_amid_a_block_lets_it_be_written_and_a_second_one_does_not(bool twice)
    {
        await using RunningProcess job = _bench.StartCertify("--real-time", "--shorten-watch", "10");
        await UntilAsync(() => Blocks().Begun > 0);

        await job.SignalAsync("INT");
        if (twice)
            await PressAgainAsync(job);
        (int code, string error) = await job.EndAsync();

        Assert.True(code == 60, $"exit {code} {error}");
        (int begun, int done) = Blocks();
        Assert.Equal((1, twice ? 0 : 1), (begun, done));
        Assert.Contains(SmallBench.Id, File.ReadAllText(Path.Combine(_bench.Directory!, "report.html")));
        Assert.Equal(Verdict.Aborted, _bench.Verify().Judgement.Verdict);
        Assert.Equal(Path.GetFileName(_bench.Directory), _bench.State.DirtyJob(SmallBench.Id));
        ProcessEnd power = await _bench.RunAsync("power", "status", "--json");
        Assert.Equal("Off", JsonDocument.Parse(power.Output).RootElement.GetProperty("state").GetString());
        ProcessEnd restore = await _bench.RunAsync("restore", Path.GetFileName(_bench.Directory!), "--quiet");
        Assert.True(restore.ExitCode == 0, restore.Error);
        Assert.Equal(SmallBench.Image, _bench.Flash);
        Assert.Null(_bench.State.DirtyJob(SmallBench.Id));
    }

    // A press within a second counts as the same one. The job stands still meanwhile, so that its block does not end.
    private static async Task PressAgainAsync(RunningProcess job)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        await job.SignalAsync("STOP");
        await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System, TestContext.Current.CancellationToken);
        await job.SignalAsync("INT");
        await job.SignalAsync("CONT");
    }

    private (int Begun, int Done) Blocks() => (
        _bench.Records.Count(record => record.Data is JournalData.BlockIntent),
        _bench.Records.Count(record => record.Data is JournalData.BlockDone));

    private static async Task UntilAsync(Func<bool> seen)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!seen())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(4), "nothing was written");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
