using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

public class ManifestTests
{
    [Fact]
    public void A_manifest_signed_by_a_trusted_key_is_valid()
    {
        Manifest manifest = Read(TestImage.Gen2Region());

        Assert.Equal((SignatureStatus.Valid, "test key"), (manifest.Signature, manifest.Key!.Name));
        Assert.Equal((new MeVersion(8, 0, 20, 1513), "2012-09-10"), (manifest.Version, manifest.Date));
    }

    [Fact]
    public void A_right_signature_by_an_unknown_key_is_not_valid()
    {
        ImageAnalysis image = ImageAnalysis.Read(TestImage.Gen2Region().Bytes, KeyRing.Intel);

        Assert.Equal(SignatureStatus.UnknownKey, image.Me!.Code.Manifest.Signature);
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains("unknown key"));
    }

    [Fact]
    public void Any_changed_byte_of_the_manifest_breaks_the_signature()
    {
        TestImage region = TestImage.Gen2Region();

        for (int at = region.Manifest; at < region.Manifest + TestImage.ManifestLength; at += 29)
        {
            region.Bytes[at] ^= 0x01;
            Assert.NotEqual(SignatureStatus.Valid, Status(region));
            region.Bytes[at] ^= 0x01;
        }

        Assert.Equal(SignatureStatus.Valid, Status(region));
    }

    [Theory] // the digest stays right; only the padding is wrong. Defect 6: a check of the digest alone accepts these.
    [InlineData(0, 0x01)] // leading zero
    [InlineData(1, 0x02)] // block type
    [InlineData(2, 0x00)] // first padding byte
    [InlineData(100, 0xFE)]
    [InlineData(203, 0x00)] // last padding byte
    [InlineData(204, 0x01)] // separator
    [InlineData(205, 0x31)] // DigestInfo
    [InlineData(223, 0x21)]
    public void Padding_is_checked_to_the_last_byte(int at, byte value)
    {
        TestImage region = TestImage.Gen2Region().Sign(encoded => encoded[at] = value);

        Assert.Equal(SignatureStatus.Invalid, Status(region));
    }

    [Fact]
    public void A_digest_behind_short_padding_and_garbage_is_refused()
    {
        TestImage region = TestImage.Gen2Region().Sign(encoded =>
        {
            byte[] digest = encoded[205..];
            encoded.AsSpan(10).Fill(0x55);
            encoded[10] = 0;
            digest.CopyTo(encoded, 11); // right after 8 bytes of padding, where a lax parser looks
        });

        Assert.Equal(SignatureStatus.Invalid, Status(region));
    }

    [Fact]
    public void A_signature_that_is_not_below_the_modulus_is_refused()
    {
        TestImage region = TestImage.Gen2Region();
        region.Bytes.AsSpan(region.Manifest + 0x184, 256).Fill(0xFF);

        Assert.Equal(SignatureStatus.Invalid, Status(region));
    }

    [Fact]
    public void A_modulus_of_zero_is_refused()
    {
        TestImage region = TestImage.Gen2Region();
        region.Bytes.AsSpan(region.Manifest + 0x80, 0x104).Clear();

        Assert.Equal(SignatureStatus.Invalid, Status(region));
    }

    [Theory]
    [InlineData(0x04, 0x1F)] // header shorter than the part before the key
    [InlineData(0x04, 0x7FFFFFFF)]
    [InlineData(0x18, 0xA0)] // manifest shorter than its header
    [InlineData(0x18, 0x7FFFFFFF)]
    [InlineData(0x1C, 0x12345678)] // tag
    public void A_manifest_that_does_not_fit_is_refused(int field, uint value)
    {
        TestImage region = TestImage.Gen2Region();

        Assert.Throws<ImageFormatException>(() => region.Put(region.Manifest + field, value).Analyse());
    }

    [Theory]
    [InlineData(0x08, 0x21000u)] // header version of 3072-bit manifests
    [InlineData(0x78, 96u)] // a 3072-bit key
    [InlineData(0x7C, 2u)]
    public void A_scheme_that_is_not_known_is_an_error(int field, uint value)
    {
        TestImage region = TestImage.Gen2Region();

        ImageAnalysis image = region.Put(region.Manifest + field, value).Sign().Analyse();

        Assert.Equal(SignatureStatus.NotChecked, image.Me!.Code.Manifest.Signature);
        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains("no scheme"));
    }

    [Fact]
    public void Debug_signed_firmware_is_an_error()
    {
        TestImage region = TestImage.Gen2Region();

        ImageAnalysis image = region.Put(region.Manifest + 0xC, 0x80000004).Sign().Analyse();

        Assert.Contains(image.Findings, f => f.Severity == FindingSeverity.Error && f.Text.Contains("debug-signed"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("zz3b62bfb1d1a0cd0a1b0c5ad4ff5b2b5a3a1de4e3ac1b0e7cc1f0f3b9a0e1d2")]
    public void A_fingerprint_that_is_none_cannot_be_trusted(string fingerprint) =>
        Assert.Throws<ArgumentException>(() => KeyRing.Intel.With("key", fingerprint));

    [Fact]
    public void Trusting_a_test_key_leaves_the_ring_of_Intel_alone()
    {
        string fingerprint = KeyRing.FingerprintOf(TestKey.Public);

        Assert.Null(KeyRing.Intel.Find(fingerprint));
        Assert.Equal("test key", TestKey.Ring.Find(fingerprint)!.Name);
    }

    private static Manifest Read(TestImage region) => region.Analyse().Me!.Code.Manifest;

    private static SignatureStatus Status(TestImage region)
    {
        try
        {
            return Read(region).Signature;
        }
        catch (ImageFormatException)
        {
            return SignatureStatus.Invalid;
        }
    }
}
