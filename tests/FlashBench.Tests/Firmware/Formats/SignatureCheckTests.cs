using System.Numerics;
using System.Security.Cryptography;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

/// <summary>Signatures made by the platform's RSA, or by hand where it would refuse to make them.</summary>
public class SignatureCheckTests
{
    private static readonly Lazy<RSA> Short = new(() => RSA.Create(2048)), Long = new(() => RSA.Create(3072));

    public static TheoryData<string, int> Damage
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (int at in (int[])[0, 1, 2, 100, 219, 220, 221, 235, 236, 255])
                rows.Add("sha1", at);
            foreach (int at in (int[])[0, 1, 2, 200, 203, 204, 205, 223, 224, 255])
                rows.Add("sha256", at);
            foreach (int at in (int[])[1, 200, 285, 286, 287, 334, 335, 382, 383])
                rows.Add("pss", at);
            return rows;
        }
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    [InlineData("pss")]
    public void What_the_platform_signs_is_right_for_its_own_message_only(string kind)
    {
        byte[] digest = Digest(kind, 1), signature = Sign(kind, digest);

        Assert.True(Check(kind, signature, digest));
        Assert.False(Check(kind, signature, Digest(kind, 2)));
        signature[7] ^= 1;
        Assert.False(Check(kind, signature, digest));
    }

    [Theory, MemberData(nameof(Damage))]
    public void Every_byte_of_the_encoding_counts(string kind, int at)
    {
        byte[] digest = Digest(kind, 3), encoded = Power(kind, Sign(kind, digest), secret: false);
        Assert.True(Check(kind, Power(kind, encoded, secret: true), digest)); // or else the next line shows nothing

        encoded[at] ^= 0x01;

        Assert.False(Check(kind, Power(kind, encoded, secret: true), digest));
    }

    // RFC 8017, 9.1.1, by hand: everything right but one part of the data block.
    [Theory]
    [InlineData(-1, 0, true)]
    [InlineData(0, 0x80, true)] // the bit above emBits is cleared by the mask's rule, so the signer never sees it
    [InlineData(0, 0x01, false)] // zero padding
    [InlineData(285, 0x01, false)]
    [InlineData(286, 0x03, false)] // the separator becomes 0x02
    public void The_padding_of_PSS_is_checked(int at, byte flip, bool right)
    {
        byte[] digest = Digest("pss", 4);

        byte[] encoded = EncodePss(digest, saltLength: 48, block =>
        {
            if (at >= 0)
                block[at] ^= flip;
        });

        Assert.Equal(right, Check("pss", Power("pss", encoded, secret: true), digest));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(47)]
    [InlineData(49)]
    public void A_salt_of_another_length_is_refused(int saltLength)
    {
        byte[] digest = Digest("pss", 5);

        byte[] encoded = EncodePss(digest, saltLength, _ => { });

        Assert.False(Check("pss", Power("pss", encoded, secret: true), digest));
    }

    [Theory]
    [InlineData(SignatureScheme.Pkcs1Sha1, 0x100)]
    [InlineData(SignatureScheme.Pkcs1Sha256, 0x100)]
    [InlineData(SignatureScheme.PssSha384, 0x180)]
    public void Keys_of_zeros_and_ones_are_refused(SignatureScheme scheme, int length)
    {
        foreach (byte modulus in (byte[])[0, 1, 0xFF])
        {
            foreach (byte exponent in (byte[])[0, 1, 0xFF])
            {
                foreach (byte signature in (byte[])[0, 1, 0xFE])
                {
                    byte[] key = [.. Enumerable.Repeat(modulus, length), .. Enumerable.Repeat(exponent, 4)];
                    byte[] value = [.. Enumerable.Repeat(signature, length)];
                    Assert.False(new SignatureCheck(scheme, key, value).Signs(new byte[48]));
                }
            }
        }
    }

    [Theory]
    [InlineData("me-2.5.0.1094-amt-prd-rgn", SignatureScheme.Pkcs1Sha1, "Intel ME 2.5/2.6")]
    [InlineData("full-link-me8.0", SignatureScheme.Pkcs1Sha256, "Intel ME 7/8")]
    [InlineData("me-12.0.0.1058-con-lp-b-prd-extr", SignatureScheme.Pkcs1Sha256, "Intel ME 12")]
    public void Released_firmware_is_signed_right(string id, SignatureScheme scheme, string key)
    {
        Manifest manifest = ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel).Me!.Code.Manifest;

        Assert.Equal((scheme, SignatureStatus.Valid, key), (manifest.Scheme, manifest.Signature, manifest.Key!.Name));
    }

    [Fact]
    public void A_key_is_known_by_a_hash_over_all_of_it()
    {
        byte[] image = RealImages.Load("me-2.5.0.1094-amt-prd-rgn");
        byte[] key = image[0x7080..0x7184];

        Assert.Equal("Intel ME 2.5/2.6", KeyRing.Intel.FindKey(key)!.Name);
        key[0x103] ^= 1;
        Assert.Null(KeyRing.Intel.FindKey(key));
    }

    private static RSA Key(string kind) => (kind == "pss" ? Long : Short).Value;

    private static SignatureScheme Scheme(string kind) => kind switch
    {
        "sha1" => SignatureScheme.Pkcs1Sha1,
        "sha256" => SignatureScheme.Pkcs1Sha256,
        _ => SignatureScheme.PssSha384,
    };

    private static byte[] Digest(string kind, byte seed) =>
        CryptographicOperations.HashData(SignatureCheck.HashOf(Scheme(kind)), [seed]);

    private static byte[] Sign(string kind, byte[] digest) =>
    [
        .. Key(kind).SignHash(digest, SignatureCheck.HashOf(Scheme(kind)),
            kind == "pss" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1).Reverse(),
    ];

    private static bool Check(string kind, byte[] signature, byte[] digest)
    {
        RSAParameters key = Key(kind).ExportParameters(false);
        byte[] publicKey = [.. key.Modulus!.Reverse(), 1, 0, 1, 0];
        return new SignatureCheck(Scheme(kind), publicKey, signature).Signs(digest);
    }

    // Raw RSA: a signature to its big-endian encoding, or an encoding to its little-endian signature.
    private static byte[] Power(string kind, byte[] value, bool secret)
    {
        RSAParameters key = Key(kind).ExportParameters(true);
        var exponent = new BigInteger(secret ? key.D : key.Exponent, isUnsigned: true, isBigEndian: true);
        var modulus = new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true);
        var number = new BigInteger(value, isUnsigned: true, isBigEndian: secret);
        byte[] result = new byte[value.Length];
        BigInteger.ModPow(number, exponent, modulus).ToByteArray(isUnsigned: true).CopyTo(result, 0);
        if (!secret)
            Array.Reverse(result);
        return result;
    }

    private static byte[] EncodePss(byte[] digest, int saltLength, Action<byte[]> damage)
    {
        byte[] salt = [.. Enumerable.Repeat((byte)0x5A, saltLength)];
        byte[] hash = SHA384.HashData([.. new byte[8], .. digest, .. salt]);
        byte[] block = [.. new byte[335 - saltLength - 1], 0x01, .. salt];
        damage(block);
        for (int i = 0; i < block.Length; i++)
            block[i] ^= SHA384.HashData([.. hash, 0, 0, 0, (byte)(i / 48)])[i % 48];
        block[0] &= 0x7F;
        return [.. block, .. hash, 0xBC];
    }
}
