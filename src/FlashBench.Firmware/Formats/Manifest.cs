using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>What is known about a manifest's signature.</summary>
public enum SignatureStatus
{
    /// <summary>Not checked: an older or newer scheme than this version knows.</summary>
    NotChecked,

    /// <summary>Correct in every byte, by a trusted key.</summary>
    Valid,

    /// <summary>Correct, but by a key that is not trusted.</summary>
    UnknownKey,

    /// <summary>Wrong: the manifest or its signature was changed.</summary>
    Invalid,
}

/// <summary>The signed head of a code partition.</summary>
/// <param name="Range">The manifest in the image, from its first byte to its stated size.</param>
/// <param name="Tag">"$MN2", or "$MAN" in generation 1.</param>
/// <param name="HeaderLength">Length of the header with key and signature, in bytes.</param>
/// <param name="ModuleCount">Stated number of modules; means something else in generation 3.</param>
/// <param name="Version">Firmware version.</param>
/// <param name="Date">Date of the build as "yyyy-mm-dd", digits as the manifest states them.</param>
/// <param name="DebugSigned">True for pre-production firmware.</param>
/// <param name="Signature">Result of the signature check.</param>
/// <param name="Key">The trusted key that signed it, or null.</param>
/// <param name="KeyFingerprint">SHA-256 of modulus and exponent, lower-case hex; null when not checked.</param>
/// <remarks>Source: MEAnalyzer and me-tools (no public specification). The signature covers the bytes before the
/// key and the bytes after the header, and nothing outside the manifest.</remarks>
public sealed record Manifest(
    FlashRange Range, string Tag, int HeaderLength, uint ModuleCount, MeVersion Version, string Date, bool DebugSigned,
    SignatureStatus Signature, SigningKey? Key, string? KeyFingerprint)
{
    private const int KeyField = 0x80, SignatureField = 0x184, ShortestLength = 0x80;

    /// <summary>Where the signature stands in the image; empty when it was not checked.</summary>
    public FlashRange SignatureRange => Signature == SignatureStatus.NotChecked
        ? FlashRange.At(Range.Start, 0)
        : FlashRange.At(Range.Start + SignatureField, SignatureCheck.ModulusLength);

    /// <summary>Reads the manifest at the start of <paramref name="bytes"/> and checks its signature.</summary>
    /// <param name="bytes">The manifest and what follows, up to the end of the region.</param>
    /// <param name="origin">Where it stands in the image.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <exception cref="ImageFormatException">There is no manifest, or it does not fit.</exception>
    internal static Manifest Read(ReadOnlySpan<byte> bytes, long origin, KeyRing keys)
    {
        var reader = new ByteReader(bytes, origin, "the manifest");
        string tag = reader.Has(0x1C, "$MN2"u8) ? "$MN2" : reader.Has(0x1C, "$MAN"u8) ? "$MAN" : "";
        if (tag.Length == 0)
            throw reader.Broken(0x1C, "a code partition must begin with a manifest, but the tag is missing");

        long headerLength = reader.UInt32(0x04) * 4L, length = reader.UInt32(0x18) * 4L;
        if (headerLength < ShortestLength || length < headerLength || length > reader.Length)
            throw reader.Broken(0x04, $"a manifest of 0x{length:X} bytes, header 0x{headerLength:X}, does not fit");

        var (status, fingerprint) = tag == "$MN2" && Is2048Bit(reader, headerLength)
            ? CheckSignature(bytes[..(int)length], (int)headerLength)
            : (SignatureStatus.NotChecked, null);
        SigningKey? key = fingerprint is null ? null : keys.Find(fingerprint);
        if (status == SignatureStatus.Valid && key is null)
            status = SignatureStatus.UnknownKey;
        return new Manifest(
            FlashRange.At(origin, length), tag, (int)headerLength, reader.UInt32(0x20), ReadVersion(reader),
            ReadDate(reader), reader.UInt32(0x0C) >> 31 != 0, status, key, fingerprint);
    }

    // 0xA1 dwords of header with 64 dwords of modulus and one of exponent; 3072-bit manifests are longer.
    private static bool Is2048Bit(ByteReader reader, long headerLength) =>
        headerLength == SignatureField + SignatureCheck.ModulusLength && reader.UInt32(0x78) == 64 &&
        reader.UInt32(0x7C) == 1;

    private static (SignatureStatus Status, string Fingerprint) CheckSignature(ReadOnlySpan<byte> manifest, int header)
    {
        ReadOnlySpan<byte> key = manifest.Slice(KeyField, SignatureCheck.KeyLength);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(manifest[..KeyField]);
        hash.AppendData(manifest[header..]);
        bool valid = SignatureCheck.IsValid(
            key, manifest.Slice(SignatureField, SignatureCheck.ModulusLength), hash.GetHashAndReset());
        return (valid ? SignatureStatus.Valid : SignatureStatus.Invalid, KeyRing.FingerprintOf(key));
    }

    private static MeVersion ReadVersion(ByteReader reader) =>
        new(reader.UInt16(0x24), reader.UInt16(0x26), reader.UInt16(0x28), reader.UInt16(0x2A));

    // Day, month and year in binary coded decimal.
    private static string ReadDate(ByteReader reader) =>
        $"{reader.UInt16(0x16):X4}-{reader.Byte(0x15):X2}-{reader.Byte(0x14):X2}";
}
