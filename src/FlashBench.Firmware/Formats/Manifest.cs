using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>What is known about a manifest's signature.</summary>
public enum SignatureStatus
{
    /// <summary>Not checked: of no scheme that ME firmware uses.</summary>
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
    private const int KeyField = 0x80, ShortestLength = 0x80;

    /// <summary>How it is signed.</summary>
    public SignatureScheme Scheme { get; init; }

    /// <summary>Where the signature stands in the image; empty when it was not checked.</summary>
    public FlashRange SignatureRange => Signature == SignatureStatus.NotChecked
        ? FlashRange.At(Range.Start, 0)
        : FlashRange.At(Range.Start + SignatureField(Scheme), SignatureCheck.ModulusLength(Scheme));

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

        SignatureScheme scheme = SchemeOf(reader, tag, headerLength);
        (SignatureStatus status, SigningKey? key, string? fingerprint) = scheme == SignatureScheme.Unknown
            ? (SignatureStatus.NotChecked, null, null)
            : CheckSignature(bytes[..(int)length], scheme, keys);
        return new Manifest(
            FlashRange.At(origin, length), tag, (int)headerLength, reader.UInt32(0x20), ReadVersion(reader),
            ReadDate(reader), reader.UInt32(0x0C) >> 31 != 0, status, key, fingerprint)
        {
            Scheme = scheme,
        };
    }

    private static int SignatureField(SignatureScheme scheme) =>
        KeyField + SignatureCheck.ModulusLength(scheme) + sizeof(uint);

    // The header version, the lengths in dwords of modulus and exponent and the header's own length must all agree.
    private static SignatureScheme SchemeOf(ByteReader reader, string tag, long headerLength)
    {
        SignatureScheme scheme = (reader.UInt32(0x08), reader.UInt32(0x78), tag) switch
        {
            (0x10000, 64, "$MAN") => SignatureScheme.Pkcs1Sha1,
            (0x10000, 64, "$MN2") => SignatureScheme.Pkcs1Sha256,
            (0x21000, 96, "$MN2") => SignatureScheme.PssSha384,
            _ => SignatureScheme.Unknown,
        };
        return reader.UInt32(0x7C) == 1 &&
            headerLength == SignatureField(scheme) + SignatureCheck.ModulusLength(scheme)
                ? scheme
                : SignatureScheme.Unknown;
    }

    private static (SignatureStatus Status, SigningKey? Key, string Fingerprint) CheckSignature(
        ReadOnlySpan<byte> manifest, SignatureScheme scheme, KeyRing keys)
    {
        int field = SignatureField(scheme), header = field + SignatureCheck.ModulusLength(scheme);
        ReadOnlySpan<byte> key = manifest[KeyField..field];
        using var hash = IncrementalHash.CreateHash(SignatureCheck.HashOf(scheme));
        hash.AppendData(manifest[..KeyField]);
        hash.AppendData(manifest[header..]);
        bool isRight = new SignatureCheck(scheme, key, manifest[field..header]).Signs(hash.GetHashAndReset());
        SigningKey? known = keys.FindKey(key);
        SignatureStatus status = !isRight ? SignatureStatus.Invalid
            : known is null ? SignatureStatus.UnknownKey : SignatureStatus.Valid;
        return (status, known, KeyRing.FingerprintOf(key));
    }

    private static MeVersion ReadVersion(ByteReader reader) =>
        new(reader.UInt16(0x24), reader.UInt16(0x26), reader.UInt16(0x28), reader.UInt16(0x2A));

    // Day, month and year in binary coded decimal.
    private static string ReadDate(ByteReader reader) =>
        $"{reader.UInt16(0x16):X4}-{reader.Byte(0x15):X2}-{reader.Byte(0x14):X2}";
}
