using System.Buffers.Binary;
using System.Security.Cryptography;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>A "signing key" with exponent 1: the signature is the encoded message itself, so that a million images can
/// be signed. Only the campaign trusts it.</summary>
internal static class OpenKey
{
    private const int Header = 0x284, Modulus = 0x80, Signature = 0x184;

    // RFC 8017, 9.2: 00 01 FF.. 00, DigestInfo of SHA-256, and then the digest.
    private static readonly byte[] Padding =
    [
        0, 1, .. Enumerable.Repeat((byte)0xFF, 202), 0,
        .. Convert.FromHexString("3031300D060960864801650304020105000420"),
    ];

    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)0xFF, 256), 1, 0, 0, 0];

    /// <summary>A ring that trusts it.</summary>
    public static KeyRing Ring { get; } = KeyRing.Intel.With("open key", KeyRing.FingerprintOf(Key));

    /// <summary>Signs the RSA-2048 manifest at <paramref name="at"/>; any other is left as it is.</summary>
    public static void Sign(byte[] image, int at)
    {
        long end = at + 4L * BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at + 0x18));
        bool isShort = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at + 4)) == Header / 4;
        if (!isShort || end < at + Header || end > image.Length)
            return;

        Key.CopyTo(image, at + Modulus);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(image, at, Modulus);
        hash.AppendData(image, at + Header, (int)end - at - Header);
        byte[] signature = [.. Padding, .. hash.GetHashAndReset()];
        Array.Reverse(signature); // little-endian in the manifest
        signature.CopyTo(image, at + Signature);
    }
}
