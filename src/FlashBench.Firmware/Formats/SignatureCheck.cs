using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>How a manifest is signed.</summary>
public enum SignatureScheme
{
    /// <summary>Not one of the schemes that are known.</summary>
    Unknown,

    /// <summary>RSA-2048, PKCS#1 v1.5, SHA-1: `$MAN` of ME 2 to 5.</summary>
    Pkcs1Sha1,

    /// <summary>RSA-2048, PKCS#1 v1.5, SHA-256: `$MN2` of ME 6 to 14.</summary>
    Pkcs1Sha256,

    /// <summary>RSA-3072, PSS, SHA-384, salt of 48 bytes: ME 15 and later.</summary>
    PssSha384,
}

/// <summary>A signature as a manifest holds it; all numbers little-endian.</summary>
/// <param name="scheme">The scheme; never <see cref="SignatureScheme.Unknown"/>.</param>
/// <param name="key">Modulus and 32-bit exponent.</param>
/// <param name="signature">The signature, as long as the modulus.</param>
/// <remarks>Source: RFC 8017, sections 8.1.2 and 8.2.2. The whole encoded message is compared, padding included:
/// checking the digest alone would accept forgeries, the more so as ME 2 to 10 sign with exponent 17.</remarks>
internal readonly ref struct SignatureCheck(
    SignatureScheme scheme, ReadOnlySpan<byte> key, ReadOnlySpan<byte> signature)
{
    private const int LargestModulus = 0x180;
    private const int SaltLength = SHA384.HashSizeInBytes;

    private readonly ReadOnlySpan<byte> _key = key, _signature = signature;

    // DER of DigestInfo without the digest (RFC 8017, section 9.2, note 1).
    private static ReadOnlySpan<byte> Sha1Info =>
        [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14];

    private static ReadOnlySpan<byte> Sha256Info =>
    [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];

    /// <summary>Length of modulus and signature in bytes.</summary>
    public static int ModulusLength(SignatureScheme scheme) => scheme == SignatureScheme.PssSha384 ? 0x180 : 0x100;

    /// <summary>The hash that <paramref name="scheme"/> signs.</summary>
    public static HashAlgorithmName HashOf(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.Pkcs1Sha1 => HashAlgorithmName.SHA1,
        SignatureScheme.PssSha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA256,
    };

    /// <summary>True when this signs <paramref name="digest"/>.</summary>
    /// <param name="digest">Hash of the message by <see cref="HashOf"/>.</param>
    public bool Signs(ReadOnlySpan<byte> digest)
    {
        int length = ModulusLength(scheme);
        Span<byte> encoded = stackalloc byte[LargestModulus];
        encoded = encoded[..length];
        if (!TryRecover(encoded))
            return false;
        if (scheme == SignatureScheme.PssSha384)
            return IsPssEncoding(encoded, digest);

        Span<byte> expected = stackalloc byte[LargestModulus];
        expected = expected[..length];
        EncodePkcs1(scheme == SignatureScheme.Pkcs1Sha1 ? Sha1Info : Sha256Info, digest, expected);
        return encoded.SequenceEqual(expected);
    }

    private bool TryRecover(Span<byte> encoded)
    {
        var modulus = new BigInteger(_key[..encoded.Length], isUnsigned: true);
        var exponent = new BigInteger(_key[encoded.Length..], isUnsigned: true);
        var value = new BigInteger(_signature, isUnsigned: true);
        if (value >= modulus) // Covers a modulus of zero too.
            return false;

        encoded.Clear();
        BigInteger message = BigInteger.ModPow(value, exponent, modulus);
        int length = message.GetByteCount(isUnsigned: true);
        return message.TryWriteBytes(encoded[(encoded.Length - length)..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static void EncodePkcs1(ReadOnlySpan<byte> digestInfo, ReadOnlySpan<byte> digest, Span<byte> encoded)
    {
        int start = encoded.Length - digestInfo.Length - digest.Length;
        encoded[..start].Fill(0xFF);
        (encoded[0], encoded[1], encoded[start - 1]) = (0x00, 0x01, 0x00);
        digestInfo.CopyTo(encoded[start..]);
        digest.CopyTo(encoded[(start + digestInfo.Length)..]);
    }

    // RFC 8017, section 9.1.2, with the lengths of this scheme; emBits is 3071, so the top bit must be clear.
    private static bool IsPssEncoding(Span<byte> encoded, ReadOnlySpan<byte> digest)
    {
        const int hashLength = SHA384.HashSizeInBytes;
        Span<byte> masked = encoded[..^(hashLength + 1)];
        ReadOnlySpan<byte> hash = encoded[^(hashLength + 1)..^1];
        if (encoded[^1] != 0xBC || masked[0] >> 7 != 0)
            return false;

        Unmask(masked, hash);
        masked[0] &= 0x7F;
        ReadOnlySpan<byte> padding = masked[..^(SaltLength + 1)], salt = masked[^SaltLength..];
        if (padding.ContainsAnyExcept((byte)0) || masked[padding.Length] != 0x01)
            return false;

        Span<byte> message = stackalloc byte[8 + hashLength + SaltLength]; // 8 zero bytes come first
        message.Clear();
        digest.CopyTo(message[8..]);
        salt.CopyTo(message[(8 + hashLength)..]);
        Span<byte> expected = stackalloc byte[hashLength];
        SHA384.HashData(message, expected);
        return hash.SequenceEqual(expected);
    }

    // MGF1 (RFC 8017, B.2.1) over the hash, xored onto the data.
    private static void Unmask(Span<byte> masked, ReadOnlySpan<byte> hash)
    {
        Span<byte> seed = stackalloc byte[SHA384.HashSizeInBytes + sizeof(uint)];
        Span<byte> block = stackalloc byte[SHA384.HashSizeInBytes];
        hash.CopyTo(seed);
        for (int i = 0; i < masked.Length; i++)
        {
            if (i % block.Length == 0)
            {
                BinaryPrimitives.WriteInt32BigEndian(seed[hash.Length..], i / block.Length);
                SHA384.HashData(seed, block);
            }

            masked[i] ^= block[i % block.Length];
        }
    }
}
