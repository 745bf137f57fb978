using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>A killed job goes on to where an undisturbed one comes.</summary>
public sealed class ResumeTests(ResumeTests.Undisturbed undisturbed) : IClassFixture<ResumeTests.Undisturbed>
{
    public static TheoryData<string, int> Points => new()
    {
        { "phase.begin", 1 }, { "chip", 1 }, { "phase.end", 1 }, { "backup.pass", 1 },
        { "backup.pass", 2 }, { "backup", 1 }, { "phase.end", 2 }, { "audit", 1 }, { "boot.begin", 1 },
        { "power.samples", 3 }, { "boot.end", 1 }, { "phase.end", 4 }, { "plan", 1 }, { "read-back", 1 },
        { "dirty", 1 }, { "block.intent", 1 }, { "block.done", 1 }, { "block.intent", 5 }, { "read-back", 2 },
        { "clean", 1 }, { "phase.end", 6 }, { "boot.begin", 2 }, { "power.samples", 40 }, { "boot.end", 2 },
        { "boot.begin", 3 }, { "boot.end", 3 }, { "phase.end", 7 }, { "read-back", 3 }, { "phase.begin", 9 },
        { "phase.end", 9 }, { "verdict", 1 },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public void After_a_kill_the_job_ends_as_if_nothing_had_happened(string type, int occurrence)
    {
        using var bench = new JobBench();
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.AfterSync));

        (int code, JobResult result) = bench.Resume();

        undisturbed.AssertSame(bench, code, result, $"{type} {occurrence}");
    }

    /// <summary>What comes out when nobody kills.</summary>
    public sealed class Undisturbed : IDisposable
    {
        private readonly JobBench _bench = new();
        private readonly JobResult _result;

        public Undisturbed() => (_, _result) = _bench.Run();

        internal void AssertSame(JobBench bench, int code, JobResult result, string where)
        {
            string faults = string.Join("; ", bench.Verify().Facts.CourseFaults);
            Assert.True(code == 0, $"{where}: exit {code}, {result.Judgement.Reason}: {faults}");
            Assert.Equal(_result.Judgement.Level, result.Judgement.Level);
            Assert.True(_bench.FlashAfter.AsSpan().SequenceEqual(bench.FlashAfter), where);
            Assert.Equal(0, bench.Contentions);
            VerifiedRecord record = bench.Verify();
            Assert.Equal(Verdict.Pass, record.Judgement.Verdict);
            Assert.Null(bench.State.DirtyJob("me8"));
            RefuseBootOfDirtyBoard(bench);
        }

        private static void RefuseBootOfDirtyBoard(JobBench bench)
        {
            bool dirty = false;
            foreach (JournalData data in bench.Records.Select(record => record.Data))
            {
                dirty = data is JournalData.Dirty || (dirty && data is not JournalData.Clean);
                Assert.False(dirty && data is JournalData.BootBegin or JournalData.PowerCommand { On: true } && dirty);
            }
        }

        public void Dispose() => _bench.Dispose();
    }
}
