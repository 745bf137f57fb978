using System.Numerics;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>The RSA signature scheme of 2048-bit manifests: PKCS#1 v1.5 with SHA-256.</summary>
/// <remarks>Source: RFC 8017, section 8.2.2. The whole encoded message is compared, padding included: checking the
/// digest alone would accept forgeries, the more so as ME 6 to 10 sign with exponent 17.</remarks>
internal static class SignatureCheck
{
    /// <summary>Length of modulus and signature in bytes.</summary>
    public const int ModulusLength = 256;

    /// <summary>Length of modulus and exponent as they stand in a manifest.</summary>
    public const int KeyLength = ModulusLength + sizeof(uint);

    // DER of DigestInfo for SHA-256, without the digest (RFC 8017, section 9.2, note 1).
    private static ReadOnlySpan<byte> DigestInfo =>
    [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];

    /// <summary>True when <paramref name="signature"/> signs <paramref name="digest"/> with <paramref name="key"/>.
    /// </summary>
    /// <param name="key">Modulus and exponent, both little-endian.</param>
    /// <param name="signature">Signature, little-endian.</param>
    /// <param name="digest">SHA-256 of the message.</param>
    public static bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> digest)
    {
        var modulus = new BigInteger(key[..ModulusLength], isUnsigned: true);
        var exponent = new BigInteger(key[ModulusLength..], isUnsigned: true);
        var value = new BigInteger(signature, isUnsigned: true);
        if (value >= modulus) // Covers a modulus of zero too.
            return false;

        Span<byte> decrypted = stackalloc byte[ModulusLength];
        decrypted.Clear();
        BigInteger message = BigInteger.ModPow(value, exponent, modulus);
        int length = message.GetByteCount(isUnsigned: true);
        message.TryWriteBytes(decrypted[(ModulusLength - length)..], out _, isUnsigned: true, isBigEndian: true);

        Span<byte> expected = stackalloc byte[ModulusLength];
        Encode(digest, expected);
        return decrypted.SequenceEqual(expected);
    }

    private static void Encode(ReadOnlySpan<byte> digest, Span<byte> encoded)
    {
        int start = encoded.Length - DigestInfo.Length - SHA256.HashSizeInBytes;
        encoded[..start].Fill(0xFF);
        (encoded[0], encoded[1], encoded[start - 1]) = (0x00, 0x01, 0x00);
        DigestInfo.CopyTo(encoded[start..]);
        digest.CopyTo(encoded[(start + DigestInfo.Length)..]);
    }
}
