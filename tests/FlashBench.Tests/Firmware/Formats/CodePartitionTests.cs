using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

public class CodePartitionTests
{
    private const int Stream = 0x2000; // of the generation-2 region

    [Fact]
    public void Modules_of_generation_2_are_found_in_their_chunks()
    {
        MeFirmware me = TestImage.Gen2Region().Analyse().Me!;

        Assert.Equal(MeGeneration.Two, me.Generation);
        Assert.Equal(["ROMP", "BUP", "KERNEL", "HOSTCOMM"], me.Code.Modules.Select(m => m.Name));
        Assert.Equal([true, true, false, false], me.Code.Modules.Select(m => m.IsKept));
        Assert.Equal([new FlashRange(Stream, Stream + 0x100)], me.Code.Modules[0].Ranges);
        Assert.Equal([new FlashRange(Stream + 0x100, Stream + 0x600)], me.Code.Modules[1].Ranges);
        Assert.Equal([FlashRange.At(0x4000, 0x123)], me.Code.Modules[3].Ranges);
        Assert.Equal("consumer, 1.5 MB", me.Sku.Text);
    }

    [Fact]
    public void A_chunk_that_two_pages_name_is_shared() =>
        Assert.Equal([FlashRange.At(Stream + 0xC00, 0x400)], TestImage.Gen2Region().Analyse().Me!.Code.Chunks!.Shared);

    [Fact]
    public void Long_module_headers_are_told_by_where_the_second_one_stands()
    {
        TestImage region = TestImage.Gen2Region();
        int first = region.Manifest + 0x290;
        byte[] headers = region.Bytes[first..(first + 4 * 0x60)];
        region.Bytes.AsSpan(first, 0x270).Clear();
        for (int i = 0; i < 4; i++)
            headers.AsSpan(0x60 * i, 0x60).CopyTo(region.Bytes.AsSpan(first + 0x80 * i));

        MeFirmware me = region.Sign().Analyse().Me!;

        Assert.Equal(["ROMP", "BUP", "KERNEL", "HOSTCOMM"], me.Code.Modules.Select(m => m.Name));
    }

    [Theory] // offset from the manifest, new value, word of the sentence
    [InlineData(0x20, 65u, "modules do not fit")]
    [InlineData(0x20, 20u, "modules do not fit")]
    [InlineData(0x290, 0u, "$MME")]
    [InlineData(0x290 + 0x50, 0x3D036u, "compression")]
    [InlineData(0x290 + 0x50, 0x3D076u, "compression")]
    [InlineData(0x290 + 0x34, 0x100DE000u, "outside the chunk map")]
    [InlineData(0x290 + 0x34, 0x300DE000u, "outside the chunk map")]
    [InlineData(0x2F0 + 0x38, 0x600u, "different chunk maps")]
    [InlineData(0x290 + 3 * 0x60 + 0x38, 0x3F00u, "outside its partition")]
    [InlineData(0x290 + 3 * 0x60 + 0x38, 0xFFFFFFFFu, "outside its partition")]
    [InlineData(0x500, 0u, "LLUT")]
    [InlineData(0x500 + 0x04, 0x8001u, "chunks")]
    [InlineData(0x500 + 0x04, 0x7FFFu, "ends inside")]
    [InlineData(0x500 + 0x30, 0u, "page")]
    [InlineData(0x500 + 0x30, 0x80000000u, "page")]
    [InlineData(0x500 + 0x10, 0x100u, "outside the compressed stream")]
    [InlineData(0x500 + 0x40, 0x40001FFFu, "outside the compressed stream")]
    [InlineData(0x500 + 0x40, 0x40FFFFFFu, "outside the compressed stream")]
    public void A_module_table_that_cannot_be_right_is_an_error(int field, uint value, string sentence)
    {
        TestImage region = TestImage.Gen2Region();

        ImageAnalysis image = region.Put(region.Manifest + field, value).Sign().Analyse();

        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains(sentence));
        Assert.Equal("8.0.20.1513", image.Me!.Version.ToString()); // still worth showing
    }

    [Fact]
    public void Files_of_generation_3_span_to_the_next_one()
    {
        MeFirmware me = TestImage.Gen3Region().Analyse().Me!;

        Assert.Equal(MeGeneration.Three, me.Generation);
        Assert.Equal(["rbe", "kernel", "syslib", "bup", "pm"], me.Code.Modules.Select(m => m.Name));
        Assert.Equal([FlashRange.At(0x2800, 0x1000)], me.Code.Modules[3].Ranges);
        Assert.Equal([new FlashRange(0x3800, 0x5000)], me.Code.Modules[4].Ranges);
        Assert.Equal((ModuleCompression.Huffman, ModuleCompression.Lzma),
            (me.Code.Modules[3].Compression, me.Code.Modules[4].Compression));
        Assert.Equal(new MeSku("consumer, without AMT", false), me.Sku);
    }

    // Defect 13: keeping every name that begins like a kept one keeps foreign modules too.
    [Fact]
    public void Only_the_exact_names_are_kept()
    {
        TestImage region = TestImage.Gen3Region();
        region.Bytes[TestImage.Ftpr + 0x10 + 0x18 * 5 + 3] = (byte)'x'; // "bup" becomes "bupx"

        CodeModule module = region.FixDirectory().Analyse().Me!.Code.Modules.Single(m => m.Name == "bupx");

        Assert.False(module.IsKept);
    }

    [Fact]
    public void Metadata_must_have_the_hash_that_the_manifest_signs()
    {
        TestImage region = TestImage.Gen3Region();
        region.Bytes[TestImage.Ftpr + 0xA10] ^= 1;

        Assert.Contains(region.Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.StartsWith("bup.met", StringComparison.Ordinal));
    }

    [Fact]
    public void Metadata_that_is_listed_again_and_again_is_refused_before_it_is_hashed()
    {
        TestImage region = TestImage.Gen3Region();
        int info = region.Manifest + 0x284 + 0x30;
        byte[] record = region.Bytes[(info + 0x58 + 0x34)..(info + 0x58 + 2 * 0x34)]; // of bup
        region.Put(info + 4, 0x58 + 9 * 0x34);
        for (int i = 0; i < 9; i++)
        {
            record.CopyTo(region.Bytes, info + 0x58 + 0x34 * i);
            region.Put(info + 0x58 + 0x34 * i + 0x10, 0x100); // all of the file's room
        }

        Assert.Contains(region.Sign().Analyse().Findings, f =>
            f.Severity == FindingSeverity.Error && f.Text.Contains("more than once", StringComparison.Ordinal));
    }

    [Fact]
    public void A_list_of_extensions_has_an_end()
    {
        byte[] blocks = new byte[8 * 1025];
        for (int at = 4; at < blocks.Length; at += 8)
            blocks[at] = 8;

        Assert.Throws<ImageFormatException>(() => Gen3CodePartition.FindExtension(
            new ByteReader(blocks, 0, "a manifest"), 0, blocks.Length, 0x17));
    }

    [Fact]
    public void The_directory_has_a_checksum()
    {
        TestImage region = TestImage.Gen3Region();
        region.Bytes[TestImage.Ftpr + 0x10 + 0x17] ^= 1;

        Assert.Contains(region.Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.Contains("directory"));
    }

    [Theory]
    [InlineData(0x04, 0u)] // no files
    [InlineData(0x04, 257u)]
    [InlineData(0x08, 0x00200101u)] // header length
    [InlineData(0x10 + 0x18 + 0xC, 0x02000080u)] // a file inside the directory
    [InlineData(0x10 + 0x18 + 0xC, 0x02005000u)] // past the partition
    [InlineData(0x10 + 0x18 + 0xC, 0x02001800u)] // where another file begins
    [InlineData(0x10, 0x00000041u)] // no manifest
    public void A_directory_that_cannot_be_right_is_refused(int field, uint value)
    {
        TestImage region = TestImage.Gen3Region();

        Assert.Throws<ImageFormatException>(() => region.Put(TestImage.Ftpr + field, value).FixDirectory().Analyse());
    }
}
