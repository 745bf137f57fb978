using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

public class ModuleHashTests
{
    private const int RawModule = 0x3800, RawLength = 0x200; // in the partition of the generation-2 region

    [Theory] // name and kept or not; what is done to its first byte; the finding's severity
    [InlineData("BUP", "nothing", null)]
    [InlineData("BUP", "changed", FindingSeverity.Error)]
    [InlineData("BUP", "removed", FindingSeverity.Error)]
    [InlineData("FPF", "nothing", null)]
    [InlineData("FPF", "changed", FindingSeverity.Warning)]
    [InlineData("FPF", "removed", null)]
    public void A_raw_module_of_generation_2_must_have_its_hash(string name, string change, FindingSeverity? expected)
    {
        TestImage region = WithRawModule(name);
        Span<byte> module = region.Bytes.AsSpan(TestImage.Ftpr + RawModule, RawLength);
        if (change == "changed")
            module[RawLength - 1] ^= 1;
        else if (change == "removed")
            module.Fill(0xFF);

        Assert.Equal(expected, HashFinding(region.Analyse())?.Severity);
    }

    [Theory]
    [InlineData(2u, "nothing", null)] // LZMA: over the stored bytes
    [InlineData(2u, "changed", FindingSeverity.Warning)]
    [InlineData(2u, "removed", null)]
    [InlineData(0u, "changed", FindingSeverity.Warning)]
    [InlineData(1u, "changed", null)] // Huffman: over bytes that are not here
    public void A_stored_module_of_generation_3_must_have_its_hash(
        uint compression, string change, FindingSeverity? expected)
    {
        TestImage region = WithAttributes(compression);
        Span<byte> module = region.Bytes.AsSpan(TestImage.Ftpr + 0x2800, 0x200);
        if (change == "changed")
            module[0] ^= 1;
        else if (change == "removed")
            module.Fill(0xFF);

        Assert.Equal(expected, HashFinding(region.Analyse())?.Severity);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x1FFu)]
    [InlineData(0x7FFFFFFFu)] // past the partition: cut, so the hash is wrong
    [InlineData(0xFFFFFFFFu)]
    public void A_stated_length_that_is_wrong_shows_in_the_hash(uint length)
    {
        TestImage region = WithAttributes(2);

        Assert.NotNull(HashFinding(region.Put(TestImage.Ftpr + 0xB10, length).Analyse()));
    }

    [Fact]
    public void Modules_that_are_longer_than_their_partition_are_not_hashed_for_ever()
    {
        TestImage region = TestImage.Gen2Region();
        for (int i = 0; i < 4; i++)
        {
            int header = region.Manifest + 0x290 + 0x60 * i;
            region.Put(header + 0x38, 0).Put(header + 0x40, 0x3F00).Put(header + 0x50, 0x3D006); // not compressed
        }

        ImageAnalysis image = region.FixTable().Sign().Analyse();

        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains("longer than"));
    }

    [Fact]
    public void Modules_of_generation_1_are_listed_when_they_are_where_the_table_puts_them()
    {
        MeFirmware me = ImageAnalysis.Read(TestGeneration1.Region(), KeyRing.Intel).Me!;

        Assert.Equal(MeGeneration.One, me.Generation);
        Assert.Equal(["BRINGUP", "LOADER"], me.Code.Modules.Select(m => m.Name));
        Assert.Equal([FlashRange.At(0x1500, 0x100), FlashRange.At(0x1600, 0x200)],
            me.Code.Modules.Select(m => m.Ranges.Single()));
        Assert.All(me.Code.Modules, m => Assert.False(m.IsKept));
    }

    [Theory]
    [InlineData(0x1550, 1u)] // a changed module
    [InlineData(0x12D0, 0xFFFFFFFFu)] // a length past the region
    [InlineData(0x1290, 0u)] // no header
    [InlineData(0x1020, 65u)] // more than fit
    [InlineData(0x1020, 0xFFFFFFFFu)]
    public void A_module_table_of_generation_1_that_is_not_of_the_known_form_is_not_listed(int at, uint value)
    {
        byte[] region = TestGeneration1.Region();
        BinaryPrimitives.WriteUInt32LittleEndian(region.AsSpan(at), value);

        Assert.Empty(ImageAnalysis.Read(region, KeyRing.Intel).Me!.Code.Modules);
    }

    [Fact]
    public void Every_truncation_of_a_generation_1_region_is_survived()
    {
        byte[] region = TestGeneration1.Region();
        for (int length = 0; length < region.Length; length += length is > 0x100 and < 0xF00 ? 0x33 : 1)
            Fuzzing.Survives(region[..length], KeyRing.Intel);
    }

    [Fact]
    public void A_released_generation_1_region_shows_its_modules()
    {
        MeFirmware me = ImageAnalysis.Read(RealImages.Load("me-2.5.0.1094-amt-prd-rgn"), KeyRing.Intel).Me!;

        Assert.Equal((SignatureStatus.Valid, 12), (me.Code.Manifest.Signature, me.Code.Modules.Length));
        Assert.Equal("BRINGUP", me.Code.Modules[0].Name);
    }

    [Theory] // cleaned ones too: what was removed or never had a hash of its stored bytes is no alarm
    [MemberData(nameof(Ids))]
    public void Released_firmware_gives_no_false_alarm(string id)
    {
        byte[] bytes = RealImages.Load(id);

        try
        {
            Assert.Null(HashFinding(ImageAnalysis.Read(bytes, KeyRing.Intel)));
        }
        catch (ImageFormatException)
        {
            Assert.StartsWith("bad-", id, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> Ids =>
        [.. RealImages.Ids.Where(id => !id.StartsWith("fuzz-", StringComparison.Ordinal))];

    private static Finding? HashFinding(ImageAnalysis image) =>
        image.Findings.FirstOrDefault(f => f.Text.Contains("does not have the hash that is signed"));

    // HOSTCOMM, the last module, becomes a raw one of another name.
    private static TestImage WithRawModule(string name)
    {
        TestImage region = TestImage.Gen2Region();
        int header = region.Manifest + 0x290 + 3 * 0x60;
        if (name == "BUP")
            region.Bytes[region.Manifest + 0x290 + 0x60 + 4] = (byte)'X'; // the one that has the name
        region.Bytes.AsSpan(header + 4, 0x10).Clear();
        Encoding.ASCII.GetBytes(name).CopyTo(region.Bytes, header + 4);
        byte[] hash = SHA256.HashData(region.Bytes.AsSpan(TestImage.Ftpr + RawModule, RawLength));
        hash.Reverse().ToArray().CopyTo(region.Bytes, header + 0x14);
        return region.Put(header + 0x38, RawModule).Put(header + 0x3C, RawLength).Put(header + 0x40, RawLength)
            .Put(header + 0x50, 0x12D182).Sign();
    }

    // pm.met states the hash of the 0x200 stored bytes of pm.
    private static TestImage WithAttributes(uint compression)
    {
        TestImage region = TestImage.Gen3Region();
        int metadata = TestImage.Ftpr + 0xB00;
        byte[] hash = SHA256.HashData(region.Bytes.AsSpan(TestImage.Ftpr + 0x2800, 0x200));
        hash.Reverse().ToArray().CopyTo(region.Bytes, metadata + 0x18);
        return region.Put(metadata + 4, 0x38).Put(metadata + 8, compression).Put(metadata + 0x10, 0x200);
    }
}
