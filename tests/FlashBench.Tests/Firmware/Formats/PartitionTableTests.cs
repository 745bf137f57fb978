using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

public class PartitionTableTests
{
    private const int Tag = 0x10, Entries = 0x30;

    [Fact]
    public void A_region_without_the_tag_has_no_table() => Assert.Null(Find(new byte[0x100]));

    [Fact]
    public void Entries_are_read_with_their_ranges_in_the_image()
    {
        PartitionTable table = Find(TestImage.Gen2Region().Bytes)!;

        Assert.Equal(["FOVD", "EFFS", "NVCL", "FTPR", "NFTP"], table.Partitions.Select(p => p.Name));
        Assert.Equal(FlashRange.At(TestImage.Ftpr, TestImage.FtprLength), table.Find("FTPR")!.Range);
        Assert.Equal(PartitionKind.Effs, table.Find("EFFS")!.Kind);
        Assert.Null(table.Find("NVCL")!.Range);
        Assert.True(table.ChecksumValid);
    }

    [Fact]
    public void Invalid_entries_of_ME_11_have_no_data() =>
        Assert.Null(Find(TestImage.Gen3Region().Bytes)!.Find("ROMB")!.Range);

    [Fact]
    public void A_length_of_all_ones_reaches_to_the_end_of_the_region()
    {
        TestImage region = TestImage.Gen2Region().Put(Entries + 4 * 0x20 + 0xC, uint.MaxValue);

        Assert.Equal(new FlashRange(TestImage.Nftp, TestImage.RegionLength), Find(region.Bytes)!.Find("NFTP")!.Range);
    }

    [Fact]
    public void A_table_may_begin_at_the_start_of_the_region()
    {
        byte[] region = TestImage.Gen3Region().Bytes[0x10..];

        PartitionTable table = Find(region)!;

        Assert.Equal((0L, true), (table.Offset, table.ChecksumValid!.Value));
    }

    [Theory]
    [InlineData(0x00)] // the vector counts when the header has 0x30 bytes
    [InlineData(0x24)]
    [InlineData(0x1B)]
    public void Any_changed_header_byte_breaks_the_checksum(int at)
    {
        byte[] region = TestImage.Gen2Region().Bytes;
        region[at] ^= 0x10;

        Assert.False(Find(region)!.ChecksumValid);
    }

    [Fact]
    public void The_vector_does_not_count_when_the_header_has_0x20_bytes()
    {
        byte[] region = TestImage.Gen3Region().Bytes;
        region[0] ^= 0x10;

        Assert.True(Find(region)!.ChecksumValid);
    }

    [Theory]
    [InlineData(Tag + 4, 65)] // count
    [InlineData(Tag + 4, 0x7FFFFFFF)]
    [InlineData(Tag + 4, -1)]
    [InlineData(Tag + 8, 0x00301022)] // version
    [InlineData(Tag + 8, 0x00101020)] // header length
    [InlineData(Tag + 8, 0x00141020)]
    public void A_table_that_cannot_be_right_is_refused(int at, int value)
    {
        TestImage region = TestImage.Gen2Region().Put(at, unchecked((uint)value));

        Assert.Throws<ImageFormatException>(() => Find(region.Bytes));
    }

    [Fact]
    public void A_table_that_ends_past_the_region_is_refused() =>
        Assert.Throws<ImageFormatException>(() => Find(TestImage.Gen2Region().Cut(0xC0).Bytes));

    [Fact]
    public void Names_that_are_not_printable_are_shown_with_question_marks()
    {
        TestImage region = TestImage.Gen2Region().Put(Entries, 0x200015E0);

        Assert.Equal("??", Find(region.Bytes)!.Partitions[0].Name);
    }

    [Fact]
    public void An_entry_may_claim_more_than_any_file_holds()
    {
        TestImage region = TestImage.Gen2Region().Put(Entries + 8, 0xFFFFFFFE).Put(Entries + 0xC, 0xFFFFFFFE);

        Assert.Equal(0x1FFFFFFFCL, Find(region.Bytes)!.Partitions[0].Range!.Value.End);
    }

    private static PartitionTable? Find(byte[] region) =>
        PartitionTable.Find(region, new FlashRange(0, region.Length));
}
