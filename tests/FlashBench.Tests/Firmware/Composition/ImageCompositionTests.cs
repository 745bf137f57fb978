using System.Buffers.Binary;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using FlashBench.Simulation.Images;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Firmware.Composition;

/// <summary>What a board's content becomes with parts of another image, and what is refused.</summary>
public sealed class ImageCompositionTests
{
    private static readonly KeyRing Keys =
        KeyRing.Intel.With("test", FlashBench.Simulation.Images.TestKey.FingerprintSha256);

    private static readonly CompositionOrder Me = new(["me"], false, [8, 9, 10, 11]);

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    [InlineData("me11")]
    public void Nothing_differs_from_the_boards_own_content_but_its_ME_region(string kind)
    {
        byte[] board = ImageBench.Board(kind, 1);
        ImageComposition composition = Compose(board, ImageBench.Board(kind, 2), Me);

        AssertOwn(board, composition);
        Assert.Equal("ME", Assert.Single(composition.Brought).Name);
        Assert.True(composition.Composed.IsSound);
        Assert.NotEqual(board, composition.Composed.Image.ToArray());
    }

    [Fact]
    public void An_image_that_is_the_boards_own_changes_nothing()
    {
        byte[] board = ImageBench.Board("me11", 1);
        ImageComposition composition = Compose(board, board, Me);
        ImagePlan neutralization = NeutralizationPlan.Create(composition.Composed);

        ImagePlan plan = composition.Attribute(Read(board), neutralization);

        Assert.Equal(board, composition.Composed.Image.ToArray());
        Assert.Equal(
            neutralization.Changes.Select(c => (c.Range, c.Rule)), plan.Changes.Select(c => (c.Range, c.Rule)));
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me11")]
    public void The_attributed_plan_comes_to_the_same_bytes_as_composing_and_neutralizing(string kind)
    {
        byte[] board = ImageBench.Board(kind, 1), other = ImageBench.Board(kind, 2);
        ImageComposition composition = Compose(board, other, Me);
        ImagePlan neutralization = NeutralizationPlan.Create(composition.Composed);

        ImagePlan plan = composition.Attribute(Read(board), neutralization);

        Assert.Equal(neutralization.Apply(composition.Composed.Image.Span), plan.Apply(board));
        Assert.All(plan.Changes.Where(change => change.Rule.Id == "image-region"), change =>
            Assert.Equal(change.Range.Of(other).ToArray(), change.New.ToArray()));
        Assert.Contains(plan.Changes, change => change.Rule.Id == "image-region");
    }

    [Fact]
    public void A_shorter_region_is_filled_with_FF_to_the_end_of_the_boards()
    {
        byte[] board = ImageBench.Board("me8", 1), other = ImageBench.Board("me8", 2)[ImageBench.Me];
        int used = other.AsSpan().LastIndexOfAnyExcept((byte)0xFF) + 1;

        ImageComposition composition = Compose(board, other[..((used + 0xFFF) & ~0xFFF)], Me);

        Assert.Equal(other, composition.Composed.Image.ToArray()[ImageBench.Me]);
    }

    [Fact]
    public void A_whole_image_replaces_all_of_it()
    {
        byte[] other = ImageBench.Board("me8", 2);

        ImageComposition composition =
            Compose(ImageBench.Board("me8", 1), other, Me with { Regions = [], WholeChip = true });

        Assert.Equal(other, composition.Composed.Image.ToArray());
    }

    [Fact]
    public void A_BIOS_is_taken_without_the_variables_of_another_board()
    {
        byte[] board = WithVariables(ImageBench.Board("me8", 1), 0x8_0000, 0x11);
        byte[] other = WithVariables(ImageBench.Board("me8", 2), 0x8_0000, 0x22);

        ImageComposition composition = Compose(board, other, Me with { Regions = ["bios"] });

        byte[] composed = composition.Composed.Image.ToArray();
        Assert.Equal(board[..0x4_0000], composed[..0x4_0000]);
        Assert.Equal(board[0x8_0000..0x9_0000], composed[0x8_0000..0x9_0000]);
        Assert.Equal(other[0x4_0000..0x8_0000], composed[0x4_0000..0x8_0000]);
        Assert.Equal(other[0x9_0000..], composed[0x9_0000..]);
        Assert.Equal("BIOS variables", Assert.Single(composition.Own).Name);
    }

    [Theory]
    [InlineData("me", null)]
    [InlineData("bios", null)]
    [InlineData("ec", null)]
    [InlineData("gbe", "the gbe region stays the board's own: it holds the board's MAC address")]
    [InlineData("pdr", "the pdr region stays the board's own: makers keep a board's serial numbers in it")]
    [InlineData("descriptor", "the descriptor region stays the board's own: its straps and its layout belong to it")]
    [InlineData("mars", "\"mars\" is no region that can be replaced; those are me, bios, ec")]
    public void Regions_that_are_a_boards_own_are_refused_by_name(string name, string? reason) =>
        Assert.Equal(reason, ReplaceableRegions.WhyNot(name));

    public static TheoryData<string, string> Refusals => new()
    {
        { "descriptor alone", "the image is a flash descriptor alone" },
        { "another size", "the image has 0x80000 bytes and this board's flash 0x100000" },
        { "larger region", "the image's ME region has 0x1FD000 bytes, and this board's has 0x3D000: it does not fit" },
        { "another major", "the image holds ME 10.0.0.10003, and the board's profile is for ME 8" },
        { "wrong signature", "the image is not sound: Error at 0x00F184: the signature of the code partition's" },
        { "unknown key", "the image is not sound: Error at 0x00F000: the manifest is signed with an unknown key" },
        { "region alone, bios", "the image is an ME region alone: only the region \"me\" can be taken from it" },
        { "region alone, whole", "the image is an ME region alone: only the region \"me\" can be taken from it" },
        { "no variables", "where this board's BIOS keeps the board's own variables is not known" },
        { "moved variables", "the image's BIOS keeps a board's variables in another place" },
        { "no ec", "this board has no ec region" },
        { "bytes without a name", "the image's ME region holds 2 bytes that its partition table does not name" },
        { "no ME", "the image is not sound: Error at 0x003000: the ME region has no partition table ($FPT)" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_does_not_go_with_the_board_is_refused_with_one_sentence(string what, string reason)
    {
        byte[] board = ImageBench.Board("me8", 1), other = ImageBench.Board("me8", 2);
        CompositionOrder me8 = Me with { Majors = [8] }, bios = me8 with { Regions = ["bios"] };
        KeyRing keys = what == "unknown key" ? KeyRing.Intel : Keys;
        (byte[] own, byte[] file, CompositionOrder order) = what switch
        {
            "descriptor alone" => (board, other[..0x1000], me8),
            "another size" => (board, ImageGenerator.CreateSmall("me8", 1 << 19, 2), me8),
            "larger region" => (board, ImageGenerator.Create("me8", 8 << 20)[0x3000..0x20_0000], me8),
            "another major" => (board, ImageBench.Board("me10", 2), me8),
            "wrong signature" => (board, Flipped(other, SignatureOf(other)), me8),
            "region alone, bios" => (board, other[ImageBench.Me], bios),
            "region alone, whole" => (board, other[ImageBench.Me], me8 with { Regions = [], WholeChip = true }),
            "no variables" => (board, WithVariables(other, 0x8_0000, 0x22), bios),
            "moved variables" => (WithVariables(board, 0x9_0000, 1), WithVariables(other, 0x8_0000, 2), bios),
            "no ec" => (board, other, me8 with { Regions = ["ec"] }),
            "bytes without a name" => (board, Marked(other, ImageBench.Me.End.Value - 2), me8),
            "no ME" => (board, Blank(other, ImageBench.Me), me8),
            _ => (board, other, me8),
        };

        var refused = Assert.Throws<PlanRefusedException>(() => ImageComposition.Create(
            Read(own), ImageAnalysis.Read(file, keys), order, Keys));

        Assert.StartsWith(reason, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other length", "this board's own MFS has 0xC000 bytes, and the image has 0xB000 for it")]
    [InlineData("none in the image", "the image has no place for this board's own MFS")]
    [InlineData("none on the board", "this board holds no MFS of its own, which ME 11.0.0.11003 needs")]
    [InlineData("over the code", "the image's MFS overlaps its code partition")]
    public void A_file_system_without_its_place_is_refused_with_one_sentence(string what, string reason)
    {
        byte[] board = ImageBench.Board("me11", 1), other = ImageBench.Board("me11", 2);
        Span<byte> entry = EntryOf(what == "none on the board" ? board : other, "MFS\0"u8);
        if (what == "other length")
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry[0xC..], 0xB000);
        }
        else if (what == "over the code")
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], 0x2000);
            other.AsSpan(ImageBench.FileSystem).Fill(0xFF);
        }
        else
        {
            "XFS\0"u8.CopyTo(entry);
        }

        var refused = Assert.Throws<PlanRefusedException>(() => Compose(board, other, Me));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me11")]
    public void An_image_cut_anywhere_is_refused_or_leaves_all_that_is_the_boards_own(string kind)
    {
        byte[] board = ImageBench.Board(kind, 1), other = ImageBench.Board(kind, 2);
        int composed = 0;
        foreach (byte[] whole in (byte[][])[other, other[ImageBench.Me]])
        {
            for (int length = 0; length <= whole.Length; length += 0x333)
                composed += TryAll(board, whole[..length]) ? 1 : 0;
        }

        Assert.InRange(composed, 1, int.MaxValue); // without its blank end a region is whole
    }

    [Theory]
    [InlineData("me8", 1)]
    [InlineData("me8", 2)]
    [InlineData("me11", 3)]
    [InlineData("me11", 4)]
    public void A_damaged_image_is_refused_or_leaves_all_that_is_the_boards_own(string kind, int seed)
    {
        byte[] board = ImageBench.Board(kind, 1), other = ImageBench.Board(kind, 2);
        var random = new Random(seed);
        int composed = 0;
        for (int i = 0; i < 150; i++)
        {
            byte[] damaged = [.. other];
            for (int flips = random.Next(1, 6); flips > 0; flips--) // the structures lie at the heads
            {
                int at = random.Next(2) == 0 ? random.Next(0x200) : 0x3000 + random.Next(0x1400);
                damaged[at] ^= (byte)random.Next(1, 256);
            }

            composed += TryAll(board, damaged) ? 1 : 0;
        }

        Assert.InRange(composed, 1, 149);
    }

    // True if it was composed; whatever the image holds, what is the board's own is there afterwards.
    private static bool TryAll(byte[] board, byte[] file)
    {
        try
        {
            ImageComposition composition = Compose(board, file, Me);
            ImagePlan neutralization = NeutralizationPlan.Create(composition.Composed);
            AssertOwn(board, composition);
            ImagePlan plan = composition.Attribute(Read(board), neutralization);
            Assert.Equal(neutralization.Apply(composition.Composed.Image.Span), plan.Apply(board));
            return true;
        }
        catch (Exception e) when (e is PlanRefusedException or ImageFormatException)
        {
            return false;
        }
    }

    private static void AssertOwn(byte[] board, ImageComposition composition)
    {
        byte[] composed = composition.Composed.Image.ToArray();
        Assert.Equal(board[..ImageBench.Me.Start.Value], composed[..ImageBench.Me.Start.Value]);
        Assert.Equal(board[ImageBench.Me.End.Value..], composed[ImageBench.Me.End.Value..]);
        foreach (OwnData own in composition.Own)
            Assert.Equal(own.From.Of(board).ToArray(), own.To.Of(composed).ToArray());
    }

    private static ImageComposition Compose(byte[] board, byte[] file, CompositionOrder order) =>
        ImageComposition.Create(Read(board), Read(file), order, Keys);

    private static ImageAnalysis Read(byte[] image) => ImageAnalysis.Read(image, Keys);

    private static int SignatureOf(byte[] image) => (int)Read(image).Me!.Code.Manifest.SignatureRange.Start;

    private static byte[] Flipped(byte[] image, int at)
    {
        image[at] ^= 1;
        return image;
    }

    private static byte[] Marked(byte[] image, int at)
    {
        "MA"u8.CopyTo(image.AsSpan(at));
        return image;
    }

    private static byte[] Blank(byte[] image, Range range)
    {
        image.AsSpan(range).Fill(0xFF);
        return image;
    }

    private static Span<byte> EntryOf(byte[] image, ReadOnlySpan<byte> name) =>
        image.AsSpan(image.AsSpan().IndexOf(name), 0x20);

    // A firmware volume of variables, 64 KiB long.
    private static byte[] WithVariables(byte[] image, int at, byte value)
    {
        Span<byte> volume = image.AsSpan(at, 0x1_0000);
        volume.Fill(value);
        volume[..0x48].Clear();
        new Guid("fff12b8d-7696-4c8b-a985-2747075b4f50").TryWriteBytes(volume[0x10..]);
        BinaryPrimitives.WriteUInt64LittleEndian(volume[0x20..], 0x1_0000);
        "_FVH"u8.CopyTo(volume[0x28..]);
        return image;
    }
}
