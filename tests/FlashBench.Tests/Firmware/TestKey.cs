using System.Numerics;
using System.Security.Cryptography;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware;

/// <summary>A signing key of the tests' own, and the signatures that only its owner can make.</summary>
internal static class TestKey
{
    private const int Header = 0x284;

    private static readonly RSA Key = RSA.Create(2048);
    private static readonly RSAParameters Parameters = Key.ExportParameters(includePrivateParameters: true);

    /// <summary>Modulus and exponent as a manifest holds them.</summary>
    public static byte[] Public { get; } = [.. Parameters.Modulus!.Reverse(), .. LittleEndian(Parameters.Exponent!, 4)];

    /// <summary>A ring that trusts it, and nothing else new.</summary>
    public static KeyRing Ring { get; } = KeyRing.Intel.With("test key", KeyRing.FingerprintOf(Public));

    /// <summary>Puts key and signature into a manifest.</summary>
    /// <param name="image">The image.</param>
    /// <param name="at">Where the manifest begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="damage">Changes the encoded message before it is signed.</param>
    public static void Sign(byte[] image, int at, int length, Action<byte[]>? damage = null)
    {
        Public.CopyTo(image, at + 0x80);
        byte[] message = [.. image[at..(at + 0x80)], .. image[(at + Header)..(at + length)]];
        byte[] digest = SHA256.HashData(message);
        byte[] signature = damage is null
            ? [.. Key.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Reverse()]
            : SignDamaged(digest, damage);
        image.AsSpan(at + 0x184, 256).Clear();
        signature.CopyTo(image, at + 0x184);
    }

    private static byte[] SignDamaged(byte[] digest, Action<byte[]> damage)
    {
        byte[] encoded = Encode(digest);
        damage(encoded);
        return BigInteger.ModPow(
            new BigInteger(encoded, true, true), new BigInteger(Parameters.D, true, true),
            new BigInteger(Parameters.Modulus, true, true)).ToByteArray(isUnsigned: true);
    }

    // RFC 8017, 9.2, written out by hand, so that it does not share a mistake with the code under test.
    private static byte[] Encode(byte[] digest) =>
    [
        0, 1, .. Enumerable.Repeat((byte)0xFF, 202), 0,
        .. Convert.FromHexString("3031300D060960864801650304020105000420"), .. digest,
    ];

    private static byte[] LittleEndian(byte[] bigEndian, int length)
    {
        byte[] bytes = new byte[length];
        bigEndian.Reverse().ToArray().CopyTo(bytes, 0);
        return bytes;
    }
}
