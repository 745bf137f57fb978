using System.Collections.Immutable;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;

namespace FlashBench.Tests.Firmware.Maps;

public sealed class RegionLayoutTests
{
    [Fact]
    public void Bytes_that_no_region_claims_are_pieces_of_their_own()
    {
        Assert.Equal(
            [(0, 0, 0x1000), (-1, 0x1000, 0x3000), (2, 0x3000, 0x5000), (-1, 0x5000, 0x8000)],
            Divide(0x8000, (0, 0, 0x1000), (2, 0x3000, 0x5000)));
    }

    [Fact]
    public void A_region_that_covers_everything_does_not_hide_the_others()
    {
        Assert.Equal(
            [(0, 0, 0x1000), (1, 0x1000, 0x3000), (2, 0x3000, 0x5000), (1, 0x5000, 0x8000)],
            Divide(0x8000, (0, 0, 0x1000), (1, 0, 0x8000), (2, 0x3000, 0x5000)));
    }

    [Fact]
    public void A_region_past_the_end_is_cut_and_one_behind_it_has_no_piece()
    {
        Assert.Equal(
            [(0, 0, 0x1000), (1, 0x1000, 0x2800)],
            Divide(0x2800, (0, 0, 0x1000), (1, 0x1000, 0x5000), (3, 0x6000, 0x7000)));
    }

    [Fact]
    public void An_empty_image_has_no_piece() => Assert.Empty(Divide(0, (0, 0, 0x1000)));

    [Fact]
    public void Every_byte_of_random_layouts_is_in_exactly_one_piece()
    {
        var random = new Random(20261125);
        for (int round = 0; round < 2000; round++)
        {
            var regions = Enumerable.Range(0, random.Next(16)).Select(i =>
            {
                int start = random.Next(64);
                return (i, (long)start << 12, (long)(start + 1 + random.Next(64)) << 12);
            }).ToArray();
            long length = random.Next(1, 64 << 12), at = 0;
            foreach ((int _, long start, long end) in Divide(length, regions))
            {
                Assert.Equal(at, start);
                Assert.True(end > start);
                at = end;
            }

            Assert.Equal(length, at);
        }
    }

    private static (int Number, long Start, long End)[] Divide(
        long length, params (int Number, long Start, long End)[] regions)
    {
        var descriptor = new FlashDescriptor(
            0x10, 1, default, [],
            [.. regions.Select(r => new DescriptorRegion(r.Number, $"r{r.Number}", new(r.Start, r.End)))],
            [], 0x100, [], new(0x40, 0x60, 0x200, 0x30));
        ImmutableArray<RegionPiece> pieces = RegionLayout.Divide(descriptor, length);
        return [.. pieces.Select(p => (p.Region?.Number ?? -1, p.Range.Start, p.Range.End))];
    }
}
