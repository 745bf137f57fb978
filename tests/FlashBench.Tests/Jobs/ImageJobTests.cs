using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>Jobs that put another image's ME onto a board and neutralize that.</summary>
public sealed class ImageJobTests
{
    private const string Passed = "every mandatory check passed";

    public static TheoryData<string> Kinds => ["me8", "me10", "me11"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_board_gets_another_ME_neutralized_and_keeps_everything_that_is_its_own(string kind)
    {
        byte[] own = ImageBench.Board(kind, 1), other = ImageBench.Board(kind, 2);
        using var bench = ImageBench.Of(kind, own, ImageBench.MeOf(other));

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, Passed), (code, result.Judgement.Reason));
        byte[] after = bench.FlashAfter;
        Assert.Equal(own[ImageBench.Gbe], after[ImageBench.Gbe]);
        Assert.Equal(own[ImageBench.Bios], after[ImageBench.Bios]);
        Assert.Equal(1, ChangedBits(own.AsSpan(0, 0x1000), after.AsSpan(0, 0x1000)));
        Assert.NotEqual(own[ImageBench.Me], after[ImageBench.Me]);
        Assert.Equal(Neutralized(kind, other)[ImageBench.Me], WithFileSystemOf(kind, other, after)[ImageBench.Me]);
        Assert.Equal(0, bench.Contentions);
    }

    [Fact]
    public void The_file_system_of_an_ME_11_stays_the_boards_own_wherever_the_image_has_its_place()
    {
        byte[] own = ImageBench.Board("me11", 1), other = ImageBench.Board("me11", 2);
        ImageBench.MoveFileSystem(other, 0x1000);
        using var bench = ImageBench.Of("me11", own, ImageBench.MeOf(other));

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, Passed), (code, result.Judgement.Reason));
        Range there = (ImageBench.FileSystem.Start.Value + 0x1000)..(ImageBench.FileSystem.End.Value + 0x1000);
        Assert.Equal(own[ImageBench.FileSystem], bench.FlashAfter[there]);
        JournalData.ImageAudit audit = bench.Verify().Facts.ImageAudit!;
        Assert.Equal(("MFS", (uint)ImageBench.FileSystem.Start.Value), (audit.Own[0].Name, audit.Own[0].FromStart));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_second_image_goes_onto_a_board_that_holds_the_first_one_neutralized(string kind)
    {
        byte[] own = ImageBench.Board(kind, 1);
        using var first = ImageBench.Of(kind, own, ImageBench.MeOf(ImageBench.Board(kind, 2)));
        first.Run();
        using var second = ImageBench.Of(kind, first.FlashAfter, ImageBench.MeOf(ImageBench.Board(kind, 3)));

        (int code, JobResult result) = second.Run();

        Assert.Equal((0, Passed), (code, result.Judgement.Reason));
        VerifiedRecord record = second.Verify();
        Assert.Equal((false, true), (record.Facts.Audit!.Stock, record.Facts.ImageAudit!.Stock));
        Assert.Equal(own[ImageBench.Gbe], second.FlashAfter[ImageBench.Gbe]);
        if (kind == "me11")
            Assert.Equal(own[ImageBench.FileSystem], second.FlashAfter[ImageBench.FileSystem]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_ME_region_alone_and_a_neutralized_image_give_the_same_board_as_the_whole_stock_image(string kind)
    {
        byte[] own = ImageBench.Board(kind, 1), other = ImageBench.Board(kind, 2);
        using var whole = ImageBench.Of(kind, own, ImageBench.MeOf(other));
        using var bare = ImageBench.Of(kind, own, ImageBench.MeOf(other[ImageBench.Me]));
        using var clean = ImageBench.Of(kind, own, ImageBench.MeOf(Neutralized(kind, other)));

        int[] codes = [whole.Run().ExitCode, bare.Run().ExitCode, clean.Run().ExitCode];

        Assert.Equal([0, 0, 0], codes);
        Assert.Equal(whole.FlashAfter, bare.FlashAfter);
        Assert.Equal(whole.FlashAfter, clean.FlashAfter);
        Assert.Equal("ME region", bare.Verify().Facts.ImageAudit!.Kind);
        Assert.False(clean.Verify().Facts.ImageAudit!.Stock);
    }

    [Fact]
    public void Every_changed_byte_is_named_as_the_images_or_as_the_neutralizations()
    {
        byte[] own = ImageBench.Board("me11", 1);
        using var bench = ImageBench.Of("me11", own, ImageBench.MeOf(ImageBench.Board("me11", 2)));

        bench.Run();

        JournalData.Plan plan = bench.Records.Select(r => r.Data).OfType<JournalData.Plan>().Single();
        Assert.Equal(0, plan.UnattributedBytes);
        Assert.Equal(
            ["image-region", "remove-module", "remove-partition", "rewrite-table", "set-disable-bit"],
            plan.Changes.Select(change => change.Rule).Distinct().Order());
        for (int i = 0; i < own.Length; i++)
        {
            if (own[i] != bench.FlashAfter[i])
                Assert.Contains(plan.Changes, change => change.Start <= i && i < change.End);
        }
    }

    [Fact]
    public void The_record_names_the_image_by_its_hash_and_the_vault_keeps_its_file()
    {
        byte[] other = ImageBench.Board("me8", 2);
        using var bench = ImageBench.Of("me8", ImageBench.Board("me8", 1), ImageBench.MeOf(other));

        bench.Run();

        JournalData.Image asked = bench.Verify().Facts.Image!;
        Assert.Equal(other, bench.Vault.Load(asked.Sha256));
        Assert.Equal(
            (other.Length, "me", false), ((int)asked.SizeBytes, Assert.Single(asked.Regions), asked.WholeChip));
        var order = bench.Records.Select(record => record.Data).ToList();
        Assert.InRange(order.FindIndex(data => data is JournalData.Image), 1,
            order.FindIndex(data => data is JournalData.PhaseBegin));
    }

    [Fact]
    public void What_the_board_wrote_to_its_own_file_system_before_the_write_goes_along()
    {
        byte[] own = ImageBench.Board("me11", 1), other = ImageBench.Board("me11", 2);
        ImageBench.MoveFileSystem(other, 0x1000);
        using var bench = new JobBench
        {
            Kind = "me11",
            Image = own,
            Takes = ImageBench.MeOf(other),
            Describe = ImageBench.OfChip,
            Watch = (happened, bench, _) =>
            {
                if (happened is JobEvent.PhaseStarted { Name: "plan" })
                    bench.Chip.FlipBit((uint)ImageBench.FileSystem.Start.Value + 0x500, 3);
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, Passed), (code, result.Judgement.Reason));
        Assert.Equal(
            (byte)(own[ImageBench.FileSystem.Start.Value + 0x500] ^ 8),
            bench.FlashAfter[ImageBench.FileSystem.Start.Value + 0x1500]);
    }

    [Fact]
    public void A_dry_run_shows_the_plan_with_the_image_and_changes_nothing()
    {
        using var bench = new JobBench
        {
            Kind = "me8",
            Image = ImageBench.Board("me8", 1),
            Takes = ImageBench.MeOf(ImageBench.Board("me8", 2)),
            DryRun = true,
        };

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Contains(bench.Records, record => record.Data is JournalData.Plan { Changes.Length: > 0 });
    }

    [Fact]
    public void A_negative_control_takes_no_image()
    {
        using var bench = new JobBench
        {
            Image = ImageBench.Board("me8", 1),
            Takes = ImageBench.MeOf(ImageBench.Board("me8", 2)),
            Control = NegativeControl.Stock,
        };

        Assert.Throws<InvalidOperationException>(() => bench.Run());
    }

    // What an ordinary job makes of a board that has the image as its own.
    private static byte[] Neutralized(string kind, byte[] image)
    {
        using var bench = ImageBench.Of(kind, image, takes: null);
        Assert.Equal(0, bench.Run().ExitCode);
        return bench.FlashAfter;
    }

    // Of the whole content only the file system is the board's own.
    private static byte[] WithFileSystemOf(string kind, byte[] image, byte[] content)
    {
        byte[] result = [.. content];
        if (kind == "me11")
            image[ImageBench.FileSystem].CopyTo(result, ImageBench.FileSystem.Start.Value);
        return result;
    }

    private static int ChangedBits(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        int bits = 0;
        for (int i = 0; i < before.Length; i++)
            bits += System.Numerics.BitOperations.PopCount((uint)(before[i] ^ after[i]));
        return bits;
    }
}
