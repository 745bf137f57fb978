using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>Jobs that write all of another image, on the operator's typed word.</summary>
public sealed class WholeChipTests
{
    private static readonly byte[] Own = ImageBench.Board("me8", 1), Other = ImageBench.Board("me8", 2);

    [Fact]
    public void The_boards_own_data_is_replaced_and_the_record_says_so()
    {
        using JobBench bench = Whole();

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, "every mandatory check passed"), (code, result.Judgement.Reason));
        Assert.Equal(Other[ImageBench.Gbe], bench.FlashAfter[ImageBench.Gbe]);
        Assert.Equal(Other[ImageBench.Bios], bench.FlashAfter[ImageBench.Bios]);
        VerifiedRecord record = bench.Verify();
        Assert.True(record.Facts.Image!.WholeChip);
        Assert.Contains(record.Facts.Deviations, text => text.Contains("the whole image", StringComparison.Ordinal));
    }

    [Fact]
    public void The_board_is_known_with_both_MAC_addresses_until_its_own_is_back()
    {
        using JobBench whole = Whole();
        whole.Run();
        BackupToRestore backup = BackupToRestore.OfJob(whole.Directory)!;
        using JobBench again = Plain(whole.FlashAfter, whole), stranger = Plain(ImageBench.Board("me8", 3), whole);

        int codeAgain = again.Run().ExitCode, codeStranger = stranger.Run().ExitCode;
        whole.Restore(backup);
        using JobBench back = Plain(whole.FlashAfter, whole), late = Plain(Other, whole);
        int codeBack = back.Run().ExitCode, codeLate = late.Run().ExitCode;

        Assert.Equal((0, 65, 0, 65), (codeAgain, codeStranger, codeBack, codeLate));
        Assert.Equal(Own, whole.FlashAfter);
        Assert.Equal(backup.Sha256, whole.State.Binding("board-1")!.BackupSha256); // never what the image brought
    }

    [Theory]
    [InlineData("dirty", 1)]
    [InlineData("block.done", 3)]
    [InlineData("boot.begin", 2)]
    public void After_a_kill_the_rest_of_the_image_follows(string type, int occurrence)
    {
        using JobBench bench = Whole();
        Assert.True(bench.RunUntilKilled(type, occurrence, JournalMoment.AfterSync));

        (int code, JobResult result) = bench.Resume();

        Assert.True(code == 0, $"exit {code}, {result.Judgement.Reason}");
        Assert.Equal(Other[ImageBench.Gbe], bench.FlashAfter[ImageBench.Gbe]);
        Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
    }

    private static JobBench Whole() => ImageBench.Of("me8", Own, new ImageToTake(Other, [], WholeChip: true));

    private static JobBench Plain(byte[] content, JobBench with) => new()
    {
        Image = content,
        StateOf = with,
    };
}
