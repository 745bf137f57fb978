using FlashBench.Firmware;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Neutralization;
using FlashBench.Tests.Firmware.Mutation;

namespace FlashBench.Tests.Firmware.Maps;

/// <summary>What lies where in an image, and what a plan does to it.</summary>
public class ImageMapTests
{
    private const int Mutations = 400;

    public static TheoryData<string> RealIds => [.. RealImages.Ids];

    [Fact]
    public void A_generation_2_dump_is_mapped_down_to_its_modules()
    {
        var map = ImageMap.Of(TestImage.Gen2Dump().Analyse(), NeutralizationPolicy.Purism);

        Assert.Equal(
            """
            0x000000 Descriptor Changed descriptor
            0x001000 BootVector Blank boot vector
            0x001010 Table Changed partition table
            0x0010D0 Gap Blank between partitions
            """.Split('\n').Select(line => line.Trim()), Lines(map).Take(4));
        foreach (string line in (string[])["Manifest Kept FTPR manifest", "ChunkMap Kept FTPR chunk map",
            "Chunks PartlyRemoved FTPR Huffman chunks", "Module Removed FTPR HOSTCOMM", "Partition Removed NFTP",
            "Partition Removed EFFS", "Region Untouched BIOS", "Gap Untouched between partitions"])
        {
            Assert.Contains(Lines(map), found => found.EndsWith(line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_generation_3_region_is_mapped_down_to_its_metadata()
    {
        var map = ImageMap.Of(TestImage.Gen3Region().Analyse(), NeutralizationPolicy.Purism);

        foreach (string line in (string[])["Directory Kept FTPR directory", "Metadata Kept FTPR bup.met",
            "Module Kept FTPR kernel", "Module Removed FTPR pm", "Partition Kept MFS"])
        {
            Assert.Contains(Lines(map), found => found.EndsWith(line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_layout_of_later_firmware_is_mapped_and_the_refusal_said()
    {
        var map = ImageMap.Of(TestIfwi.New().Analyse(), NeutralizationPolicy.MeCleaner);

        Assert.Null(map.Plan);
        Assert.Contains("HAP", map.Refusal, StringComparison.Ordinal);
        foreach (string name in (string[])["layout table", "boot 1 table", "RBEP", "FTPR kernel", "partition table"])
            Assert.Contains(map.Segments, segment => segment.Name == name);
        Assert.All(map.Segments, segment => Assert.Contains(segment.State, Unplanned));
        AssertCoversAll(map);
    }

    [Theory]
    [InlineData(NeutralizationPolicy.Purism)]
    [InlineData(NeutralizationPolicy.MeCleaner)]
    [InlineData(NeutralizationPolicy.HapOnly)]
    public void Counts_are_those_of_the_changed_image(string policy)
    {
        foreach (TestImage image in (TestImage[])[TestImage.Gen2Dump(), TestImage.Gen3Dump()])
        {
            ImageAnalysis analysis = image.Analyse();
            var map = ImageMap.Of(analysis, policy);
            byte[] changed = map.Plan!.Apply(image.Bytes);

            foreach (ImageSegment segment in map.Segments.Where(s => s.State != SegmentState.Changed))
            {
                byte[] after = segment.Range.Of(changed).ToArray();
                Assert.Equal(segment.Content - segment.Removed, after.Count(b => b != 0xFF));
                if (segment.State is SegmentState.Kept or SegmentState.Untouched)
                    Assert.True(segment.Range.Of(image.Bytes).SequenceEqual(after), segment.Name);
            }

            AssertCoversAll(map);
        }
    }

    [Fact]
    public void A_byte_is_found_in_its_segment()
    {
        var map = ImageMap.Of(TestImage.Gen2Dump().Analyse());

        Assert.All(map.Segments, s => Assert.Same(s, map.At(s.Range.Start)));
        Assert.All(map.Segments, s => Assert.Same(s, map.At(s.Range.End - 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.At(TestImage.FlashLength));
    }

    [Theory]
    [MemberData(nameof(RealIds))]
    public void A_real_image_is_covered_exactly_once(string id)
    {
        byte[] bytes = RealImages.Load(id);
        try
        {
            var image = ImageAnalysis.Read(bytes, FlashBench.Firmware.Formats.KeyRing.Intel);
            AssertCoversAll(ImageMap.Of(image));
            foreach (string policy in NeutralizationPolicy.Names)
                AssertCoversAll(ImageMap.Of(image, policy));
        }
        catch (ImageFormatException)
        {
            Assert.StartsWith("bad-", id.Replace("fuzz-", "bad-", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_images_are_mapped_and_compared_without_a_fault()
    {
        int mapped = 0;
        byte[][] originals = [TestImage.Gen2Dump().Bytes, TestImage.Gen3Dump().Bytes, TestIfwi.New().Bytes];
        foreach ((int n, byte[] original) in originals.Index())
        {
            var damage = new ImageDamage(original);
            var random = new Random(60 + n);
            for (int i = 0; i < Mutations; i++)
            {
                byte[] image = [.. original];
                int length = damage.Apply(image, random);
                mapped += Survives(image[..length], original) ? 1 : 0;
            }
        }

        Assert.InRange(mapped, Mutations, 3 * Mutations);
    }

    private static readonly SegmentState[] Unplanned = [SegmentState.Untouched, SegmentState.Blank];

    private static bool Survives(byte[] image, byte[] original)
    {
        try
        {
            var analysis = ImageAnalysis.Read(image, OpenKey.Ring);
            AssertCoversAll(ImageMap.Of(analysis, NeutralizationPolicy.Purism));
            var diff = ImageDiff.Of(analysis, original);
            long differing = image.Zip(original).Count(pair => pair.First != pair.Second) +
                Math.Abs(image.Length - original.Length);
            Assert.Equal(differing, diff.ChangedBytes);
            return true;
        }
        catch (ImageFormatException)
        {
            return false;
        }
    }

    private static void AssertCoversAll(ImageMap map)
    {
        long position = 0;
        foreach (ImageSegment segment in map.Segments)
        {
            Assert.Equal(position, segment.Range.Start);
            Assert.False(segment.Range.IsEmpty);
            position = segment.Range.End;
        }

        Assert.Equal(map.Image.Image.Length, position);
        Assert.Equal(map.Image.Image.Length - map.Image.Image.Span.Count((byte)0xFF), map.Content);
    }

    private static IEnumerable<string> Lines(ImageMap map) =>
        map.Segments.Select(s => $"0x{s.Range.Start:X6} {s.Kind} {s.State} {s.Name}");
}
