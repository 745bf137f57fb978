using FlashBench.Firmware;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Formats;

/// <summary>No hash covers the stored bytes of the modules that must stay; what can be seen without is an error.
/// </summary>
public class KeptModuleTests
{
    private const int Stream = 0x2000; // of the generation-2 region: ROMP 0x100 bytes, BUP 0x500 in two chunks

    [Theory]
    [InlineData(0x000, 0x600, "ROMP")] // all of both
    [InlineData(0x100, 0x500, "BUP")]
    [InlineData(0x100, 0x200, "BUP")] // its first chunk
    [InlineData(0x300, 0x300, "BUP")] // its last one
    [InlineData(0x380, 0x100, "BUP")] // inside a chunk
    public void An_erased_module_of_generation_2_is_an_error(int from, int length, string module)
    {
        TestImage region = TestImage.Gen2Region();
        region.Bytes.AsSpan(Stream + from, length).Fill(0xFF);

        AssertRefused(region, $"module {module} is erased");
    }

    [Fact]
    public void A_module_of_generation_2_without_stored_pages_is_an_error()
    {
        TestImage region = TestImage.Gen2Region();
        for (int page = 2; page < 6; page++) // BUP's, and the one more that is counted to it
            region.Put(region.ChunkMap + 0x40 + 4 * page, 0x80000000);

        AssertRefused(region, "module BUP has no stored bytes");
    }

    [Theory]
    [InlineData(0x1000, "rbe")]
    [InlineData(0x1200, "kernel")]
    [InlineData(0x1400, "syslib")]
    [InlineData(0x1800, "bup")]
    public void An_erased_module_of_generation_3_is_an_error(int offset, string module)
    {
        TestImage region = TestImage.Gen3Region();
        region.Bytes.AsSpan(TestImage.Ftpr + offset, 0x200).Fill(0xFF);

        AssertRefused(region, $"module {module} is erased");
    }

    [Fact]
    public void An_erased_end_is_padding_only_behind_the_length_that_the_metadata_states()
    {
        TestImage padded = WithBupLength(0xE00), short_ = WithBupLength(0xF81);
        padded.Bytes.AsSpan(TestImage.Ftpr + 0x2600, 0x200).Fill(0xFF);
        short_.Bytes.AsSpan(TestImage.Ftpr + 0x2600, 0x200).Fill(0xFF);

        Assert.True(padded.Analyse().IsSound);
        AssertRefused(short_, "module bup is erased");
    }

    [Fact]
    public void A_module_has_room_for_the_length_that_its_metadata_states() =>
        AssertRefused(WithBupLength(0x1001), "module bup has 0x1000 bytes, but 0x1001 by its metadata");

    [Fact]
    public void ME_11_has_all_modules_that_it_verifies_together()
    {
        TestImage region = TestImage.Gen3Region();
        region.Bytes[TestImage.Ftpr + 0x10 + 0x18 * 5 + 2] = (byte)'x'; // "bup" becomes "bux"

        AssertRefused(region.FixDirectory(), "has no module bup");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void No_real_image_is_suspected(string id)
    {
        byte[] image = RealImages.Load(id);
        if (id.StartsWith("bad-", StringComparison.Ordinal) || id.StartsWith("fuzz-", StringComparison.Ordinal))
            return;

        Assert.DoesNotContain(ImageAnalysis.Read(image, FlashBench.Firmware.Formats.KeyRing.Intel).Findings,
            f => f.Text.StartsWith("module ", StringComparison.Ordinal) && f.Severity == FindingSeverity.Error);
    }

    public static TheoryData<string> Ids => [.. RealImages.Ids];

    private static TestImage WithBupLength(uint length)
    {
        TestImage region = TestImage.Gen3Region();
        region.Put(TestImage.Ftpr + 0xA00, 0x0A).Put(TestImage.Ftpr + 0xA04, 0x40)
            .Put(TestImage.Ftpr + 0xA08, 1).Put(TestImage.Ftpr + 0xA10, length);
        return region.SignMetadata();
    }

    private static void AssertRefused(TestImage region, string sentence)
    {
        ImageAnalysis image = region.Analyse();

        Assert.Contains(image.Findings, f =>
            f.Severity == FindingSeverity.Error && f.Text.Contains(sentence, StringComparison.Ordinal));
        Assert.False(image.Me!.AlreadyNeutralized);
        Assert.Throws<PlanRefusedException>(() => NeutralizationPlan.Create(image));
    }
}
