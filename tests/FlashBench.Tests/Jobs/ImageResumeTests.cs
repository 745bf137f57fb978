using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>A killed job with another image goes on to where an undisturbed one comes, without the file.</summary>
public sealed class ImageResumeTests(ImageResumeTests.Undisturbed undisturbed)
    : IClassFixture<ImageResumeTests.Undisturbed>
{
    public static TheoryData<string, int> Points => new()
    {
        { "phase.begin", 1 }, { "backup", 1 }, { "audit", 1 }, { "image.audit", 1 }, { "phase.end", 3 },
        { "boot.end", 1 }, { "plan", 1 }, { "read-back", 1 }, { "dirty", 1 }, { "block.intent", 1 },
        { "block.done", 2 }, { "block.intent", 3 }, { "read-back", 2 }, { "clean", 1 }, { "boot.begin", 2 },
        { "boot.end", 3 }, { "read-back", 3 }, { "verdict", 1 },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public void After_a_kill_the_board_ends_with_the_images_ME_and_its_own_data(string type, int occurrence)
    {
        using JobBench bench = New();
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.AfterSync));

        (int code, JobResult result) = bench.Resume();

        VerifiedRecord record = bench.Verify();
        string faults = string.Join("; ", record.Facts.CourseFaults);
        Assert.True(code == 0, $"exit {code}, {result.Judgement.Reason}: {faults}");
        Assert.Equal(Verdict.Pass, record.Judgement.Verdict);
        Assert.Equal(undisturbed.Flash, bench.FlashAfter);
        Assert.Equal(0, bench.Contentions);
    }

    [Theory]
    [InlineData("dirty", 1)]
    [InlineData("block.done", 2)]
    [InlineData("boot.begin", 2)]
    public void After_a_kill_the_boards_own_content_can_be_put_back_instead(string type, int occurrence)
    {
        using JobBench bench = New();
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.AfterSync));

        (_, JobResult result) = bench.Restore(BackupToRestore.OfJob(bench.Directory)!);

        Assert.Equal(Verdict.Inconclusive, result.Judgement.Verdict);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Null(bench.State.DirtyJob("me11"));
    }

    [Fact]
    public void What_the_board_wrote_before_the_write_goes_along_over_a_kill_too()
    {
        byte[] other = ImageBench.Board("me11", 2);
        ImageBench.MoveFileSystem(other, 0x1000);
        int at = ImageBench.FileSystem.Start.Value + 0x8500; // in a block that is not begun when the kill comes
        using var bench = new JobBench
        {
            Kind = "me11",
            Image = ImageBench.Board("me11", 1),
            Takes = ImageBench.MeOf(other),
            Describe = ImageBench.OfChip,
            Watch = (happened, board, _) =>
            {
                if (happened is JobEvent.PhaseStarted { Name: "plan" })
                    board.Chip.FlipBit((uint)at, 3);
            },
        };
        Assert.True(bench.RunUntilKilled("block.done", 1, JournalMoment.AfterSync));

        (int code, JobResult result) = bench.Resume();

        Assert.True(code == 0, $"exit {code}, {result.Judgement.Reason}");
        Assert.Equal((byte)(bench.FlashBefore[at] ^ 8), bench.FlashAfter[at + 0x1000]);
    }

    [Fact]
    public void Without_the_image_in_the_vault_a_job_does_not_go_on()
    {
        using JobBench bench = New();
        Assert.True(bench.RunUntilKilled("plan", 1, JournalMoment.AfterSync));
        File.Delete(bench.Vault.PathOf(bench.Records.Select(r => r.Data).OfType<JournalData.Image>().Single().Sha256));

        var refused = Assert.Throws<ResumeRefusedException>(() => bench.Resume());

        Assert.StartsWith("the vault lacks the image", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kill_before_the_first_phase_leaves_nothing_to_go_on_with()
    {
        using JobBench bench = New();
        Assert.True(bench.RunUntilKilled("image", 1, JournalMoment.AfterSync));

        Assert.Throws<ResumeRefusedException>(() => bench.Resume());
        Assert.True(bench.Vault.Holds(bench.Records.Select(r => r.Data).OfType<JournalData.Image>().Single().Sha256));
    }

    private static JobBench New()
    {
        byte[] other = ImageBench.Board("me11", 2);
        ImageBench.MoveFileSystem(other, 0x1000);
        return ImageBench.Of("me11", ImageBench.Board("me11", 1), ImageBench.MeOf(other));
    }

    /// <summary>What comes out when nobody kills.</summary>
    public sealed class Undisturbed
    {
        public Undisturbed()
        {
            using JobBench bench = New();
            Assert.Equal(0, bench.Run().ExitCode);
            Flash = bench.FlashAfter;
        }

        /// <summary>The chip afterwards.</summary>
        internal byte[] Flash { get; }
    }
}
