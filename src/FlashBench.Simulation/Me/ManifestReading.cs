using System.Security.Cryptography;

namespace FlashBench.Simulation.Me;

/// <summary>A $MN2 manifest as the ME's ROM reads it.</summary>
/// <param name="Length">Bytes that the signature covers, header included.</param>
/// <param name="ModuleCount">Number of $MME headers (generation 2).</param>
/// <param name="Version">Version as text.</param>
/// <param name="KeyHash">SHA-256 of modulus and exponent, hex: what silicon compares with its fuses.</param>
/// <param name="Hash">SHA-256 of the whole manifest, hex.</param>
/// <param name="SignatureGood">RSA-2048, PKCS#1 v1.5 with SHA-256, verified against the key inside.</param>
/// <remarks>Source: me-firmware.md 1.5 and 1.8. Not modelled: $MAN (SHA-1), RSA-3072, security versions.</remarks>
internal sealed record ManifestReading(
    int Length, uint ModuleCount, string Version, string KeyHash, string Hash, bool SignatureGood)
{
    private const uint LengthMax = 0x1_0000;

    /// <summary>Reads the manifest at the start of <paramref name="bytes"/>.</summary>
    /// <returns>Null if there is none, or none whose lengths make sense.</returns>
    public static ManifestReading? Read(ReadOnlySpan<byte> bytes)
    {
        long header = 4L * bytes.At32(4);
        long length = 4L * bytes.At32(0x18);
        if (bytes.At32(0x1C) != 0x324E_4D24 || header < 0x284 || length < header || length > LengthMax)
            return null;
        ReadOnlySpan<byte> manifest = bytes.Range(0, length);
        if (manifest.IsEmpty)
            return null;

        string version =
            $"{manifest.At16(0x24)}.{manifest.At16(0x26)}.{manifest.At16(0x28)}.{manifest.At16(0x2A)}";
        return new ManifestReading(
            (int)length, manifest.At32(0x20), version,
            Convert.ToHexStringLower(SHA256.HashData(manifest.Range(0x80, 0x104))),
            Convert.ToHexStringLower(SHA256.HashData(manifest)), Verify(manifest, (int)header));
    }

    private static bool Verify(ReadOnlySpan<byte> manifest, int header)
    {
        byte[] message = [.. manifest[..0x80], .. manifest[header..]];
        var key = new RSAParameters
        {
            Modulus = Reversed(manifest.Range(0x80, 0x100)),
            Exponent = Reversed(manifest.Range(0x180, 4)),
        };
        try
        {
            using var rsa = RSA.Create(key);
            byte[] signature = Reversed(manifest.Range(0x184, 0x100));
            return rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // the bytes are no RSA key at all
        }
    }

    private static byte[] Reversed(ReadOnlySpan<byte> stored)
    {
        byte[] bytes = stored.ToArray();
        Array.Reverse(bytes);
        return bytes;
    }
}
