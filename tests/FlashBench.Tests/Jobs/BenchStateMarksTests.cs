using FlashBench.Bench.Jobs;

namespace FlashBench.Tests.Jobs;

/// <summary>What many benches of one host remember at the same time.</summary>
public sealed class BenchStateMarksTests
{
    private const int Rounds = 300;

    [Fact]
    public async Task Benches_that_begin_and_end_jobs_do_not_disturb_those_that_look()
    {
        using var folder = new TemporaryFolder();
        var state = new BenchState(folder.At("state"));
        string job = folder.At("job");
        Directory.CreateDirectory(job);
        state.Open("mine", job);
        state.MarkDirty("mine", "job-1");
        Task[] others =
        [
            .. Enumerable.Range(0, 4).Select(number => Task.Run(() =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    state.Open($"other-{number}", job);
                    state.MarkDirty($"other-{number}", "job-2");
                    state.ClearDirty($"other-{number}");
                    state.Close($"other-{number}");
                }
            })),
        ];

        Task done = Task.WhenAll(others);
        int looks = 0;
        do
        {
            Assert.Equal((job, "job-1"), (state.OpenJob("mine"), state.DirtyJob("mine")));
            Assert.Contains(("mine", job), state.OpenJobs());
            Assert.All(state.DirtyJobs(), mark => Assert.Matches("^(mine|other-[0-3])$", mark.Bench));
            looks++;
            await Task.Yield();
        }
        while (!done.IsCompleted);

        await done;
        Assert.True(looks > 1);
        Assert.Equal(["mine"], state.OpenJobs().Select(open => open.Bench));
    }
}
