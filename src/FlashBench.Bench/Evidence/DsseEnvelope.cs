using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Evidence;

/// <summary>What a DSSE envelope holds.</summary>
/// <param name="Payload">The signed statement.</param>
/// <param name="KeyId">SHA-256 of the signer's public key (SubjectPublicKeyInfo, DER), lower-case hex: a hint until
/// <see cref="Verify"/> has shown it.</param>
/// <param name="Signature">ECDSA signature, DER.</param>
public sealed record DsseEnvelope(
    ReadOnlyMemory<byte> Payload, string KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>File name of the certificate's envelope inside a job directory.</summary>
    public const string FileName = "certificate.dsse.json";

    /// <summary>The envelope's file inside a job directory.</summary>
    public string File { get; init; } = FileName;

    /// <summary>Where in the envelope's bytes the signature begins; 0 for an envelope that was not read.</summary>
    public long SignatureOffset { get; init; }

    /// <summary>Checks that a key made this envelope.</summary>
    /// <param name="key">The signer's public key.</param>
    /// <exception cref="EvidenceException">The key id names another key, or payload and signature do not belong
    /// together under this key.</exception>
    public void Verify(StationPublicKey key)
    {
        if (KeyId != key.KeyId)
            throw new EvidenceException(File, SignatureOffset, $"the key id names {KeyId}, not key {key.KeyId}");
        if (!key.Verifies(Dsse.PreAuthentication(Payload.Span), Signature.Span))
            throw new EvidenceException(File, SignatureOffset, $"key {KeyId} did not sign this payload so");
    }
}
