using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Programming;

public sealed class SelectionTests
{
    private const uint Size = 8 << 20;
    private static readonly byte[] Image = ImageGenerator.Create("me10", Size);
    private static readonly FlashDescriptor Descriptor = FlashDescriptor.Find(Image)!;

    [Theory]
    [InlineData("1000:1fff", 0x1000, 0x2000)]
    [InlineData("0x1000-0x1FFF", 0x1000, 0x2000)]
    [InlineData("0-0", 0, 1)]
    [InlineData("00000000:ffffffff", 0, 0x1_0000_0000)]
    public void A_range_has_both_ends_included(string text, long start, long end)
    {
        Assert.Equal(new FlashRange(start, end), LayoutFile.ParseRange(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1000")]
    [InlineData("2000-1fff")]
    [InlineData("10-20-30")]
    [InlineData("-5")]
    [InlineData("1g:20")]
    [InlineData("0:100000000")]
    public void Other_texts_are_no_range(string text)
    {
        Assert.Null(LayoutFile.ParseRange(text));
    }

    [Fact]
    public void A_layout_has_named_lines_and_skips_comments()
    {
        var layout = LayoutFile.Parse("# mine\n00000000:00000fff fd\r\n\n 1000:2fff\tme \n", "l.txt");

        Assert.Equal(["fd", "me"], layout.Keys);
        Assert.Equal(new FlashRange(0x1000, 0x3000), layout["ME"]);
    }

    [Theory]
    [InlineData("0:fff fd\n0:fff FD", "line 2: the region FD comes twice")]
    [InlineData("0:fff", "line 1: no \"start:end name\"")]
    [InlineData("0:fff a b", "line 1: no \"start:end name\"")]
    [InlineData("fff:0 a", "line 1: no \"start:end name\"")]
    public void A_faulty_layout_is_refused_by_line(string text, string reason)
    {
        Assert.Contains(reason, Assert.Throws<FlashRefusedException>(() => LayoutFile.Parse(text, "l.txt")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_past_the_chip_and_ranges_that_overlap_are_refused()
    {
        Assert.Throws<FlashRefusedException>(() => FlashSelection.Of([new FlashRange(0, Size + 1L)], Size));
        Assert.Throws<FlashRefusedException>(
            () => FlashSelection.Of([new FlashRange(0, 10), new FlashRange(9, 20)], Size));
    }

    [Fact]
    public void Regions_are_those_of_the_descriptor_under_flashroms_names()
    {
        FlashSelection me = FlashSelection.Regions(["me"], Descriptor, Size);

        Assert.Equal(Descriptor.Region(DescriptorRegion.Me)!.Range, Assert.Single(me.Ranges));
        Assert.False(me.AsksForDescriptor);
        Assert.True(FlashSelection.Regions(["IFD"], Descriptor, Size).AsksForDescriptor);
        Assert.Contains("no region ec",
            Assert.Throws<FlashRefusedException>(() => FlashSelection.Regions(["ec"], Descriptor, Size)).Message,
            StringComparison.Ordinal);
        Assert.Contains("there is no region boot",
            Assert.Throws<FlashRefusedException>(() => FlashSelection.Regions(["boot"], Descriptor, Size)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_write_that_changes_the_descriptor_is_refused_unless_allowed_or_asked_for()
    {
        byte[] other = (byte[])Image.Clone();
        other[0x102] ^= 1;
        FlashSelection whole = FlashSelection.Whole(Size);

        var refused = Assert.Throws<FlashRefusedException>(() => Check(whole, other, allowed: false));

        Assert.Contains("first at 0x102", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.NeedsConfirmation);
        Check(whole, other, allowed: true);
        Check(whole, Image, allowed: false);
        Check(FlashSelection.Regions(["fd"], Descriptor, Size), other, allowed: false);
    }

    [Fact]
    public void A_region_of_an_image_with_another_map_is_refused()
    {
        byte[] other = (byte[])Image.Clone();
        int flreg2 = (int)Descriptor.Bases.Regions + 8;
        other[flreg2 + 2] -= 1; // the ME region ends 4 KiB earlier

        var refused = Assert.Throws<FlashRefusedException>(
            () => Check(FlashSelection.Regions(["me"], Descriptor, Size), other, allowed: false));

        Assert.Contains("another region map", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_laid_over_the_chip_whole_or_as_the_one_region()
    {
        FlashSelection me = FlashSelection.Regions(["me"], Descriptor, Size);
        FlashRange range = me.Ranges[0];
        byte[] bytes = range.Of(Image).ToArray();

        Assert.Equal(
            WriteOrder.Lay(me, Image, Size, "a").AsSpan((int)range.Start, 100).ToArray(),
            WriteOrder.Lay(me, bytes, Size, "a").AsSpan((int)range.Start, 100).ToArray());
        Assert.Contains("are needed",
            Assert.Throws<FlashRefusedException>(() => WriteOrder.Lay(me, new byte[12], Size, "a.bin")).Message,
            StringComparison.Ordinal);
    }

    private static void Check(FlashSelection selection, byte[] image, bool allowed) =>
        DescriptorGuard.Check(Image.AsSpan(0, 4096), image.AsSpan(0, 4096), selection, allowed);
}
