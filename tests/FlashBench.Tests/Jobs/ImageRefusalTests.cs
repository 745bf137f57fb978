using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>An image that does not go with the board ends the job in a signed record, with nothing booted or written.
/// </summary>
public sealed class ImageRefusalTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "nothing", "the image: " },
        { "no image", "the image: " },
        { "wrong signature", "the image is not sound: " },
        { "another major", "the image holds ME 10.0.0.10003, and the board's profile is for ME 6, 7, 8" },
        { "another size", "the image does not go with this board: the image has 0x80000 bytes" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_refused_ends_the_job_before_anything_is_booted_or_written(string what, string reason)
    {
        using var bench = ImageBench.Of("me8", ImageBench.Board("me8", 1), ImageBench.MeOf(FileOf(what)));

        (int code, JobResult result) = bench.Run();

        Assert.Equal((65, Verdict.Fail, ErrorClass.Image), (code, result.Judgement.Verdict, result.Judgement.Class));
        Assert.StartsWith($"audit: {reason}", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.BootBegin or JournalData.Dirty);
        Assert.Equal(Verdict.Fail, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void A_refusal_that_was_recorded_before_a_kill_stays()
    {
        using var bench = ImageBench.Of("me8", ImageBench.Board("me8", 1), ImageBench.MeOf(FileOf("wrong signature")));
        Assert.True(bench.RunUntilKilled("image.audit", 1, JournalMoment.AfterSync));

        (int code, _) = bench.Resume();

        Assert.Equal(65, code);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void An_image_signed_with_a_test_key_never_counts_for_a_real_board()
    {
        using var bench = ImageBench.Of("me8", ImageBench.Board("me8", 1), ImageBench.MeOf(ImageBench.Board("me8", 2)));
        bench.Run();
        JobFacts facts = bench.Verify().Facts;
        JournalData.Audit real = facts.Audit! with { TestKey = false, Key = "a maker's key" };
        JobFacts claimed = facts with { Start = facts.Start with { Simulated = false }, Audit = real };

        Check check = Decision.Decide(claimed).Checks.Single(check => check.Id == "A2");

        Assert.Equal(Verdict.Fail, check.Outcome);
        Assert.True(claimed.IsSimulated);
    }

    [Fact]
    public void A_plan_that_changes_the_boards_own_region_never_passes()
    {
        using var bench = ImageBench.Of("me8", ImageBench.Board("me8", 1), ImageBench.MeOf(ImageBench.Board("me8", 2)));
        bench.Run();
        JobFacts facts = bench.Verify().Facts;
        JournalData.PlanChange change = facts.Plan!.Changes[0] with { Start = 0x2FFF, End = 0x3001 };
        JobFacts forged = facts with { Plan = facts.Plan with { Changes = [change, .. facts.Plan.Changes] } };

        Judgement judgement = Decision.Decide(forged);

        Assert.Equal(Verdict.Fail, judgement.Verdict);
        Assert.EndsWith("changes this board's own GbE region", judgement.Reason, StringComparison.Ordinal);
    }

    private static byte[] FileOf(string what)
    {
        byte[] image = ImageBench.Board("me8", 2);
        image[0xF184] ^= 1; // in the signature
        return what switch
        {
            "nothing" => [],
            "no image" => [.. Enumerable.Repeat((byte)0x55, 5000)],
            "another major" => ImageBench.Board("me10", 2),
            "another size" => FlashBench.Simulation.Images.ImageGenerator.CreateSmall("me8", 1 << 19, 2),
            _ => image,
        };
    }
}
