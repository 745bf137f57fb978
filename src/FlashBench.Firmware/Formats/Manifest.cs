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
/// <param name="ModuleCount">Stated number of modules (generation 2).</param>
/// <param name="Version">Firmware version.</param>
/// <param name="Date">Date of the build as "yyyy-mm-dd", digits as the manifest states them.</param>
/// <param name="DebugSigned">True for pre-production firmware.</param>
/// <param name="Signature">Result of the signature check.</param>
/// <param name="KeyName">Name of the trusted key, or null.</param>
/// <param name="KeyFingerprint">SHA-256 of modulus and exponent, lower-case hex; null when not checked.</param>
public sealed record Manifest(
    FlashRange Range, string Tag, int HeaderLength, int ModuleCount, MeVersion Version, string Date, bool DebugSigned,
    SignatureStatus Signature, string? KeyName, string? KeyFingerprint)
{
    /// <summary>Where the signature stands in the image; empty when it was not checked.</summary>
    public FlashRange SignatureRange { get; init; }
}
