using System.Security.Cryptography;

namespace FlashBench.Bench.Evidence;

/// <summary>The public key of a station: ECDSA on P-256.</summary>
/// <remarks>Not safe for use by two threads at once.</remarks>
public sealed class StationPublicKey
{
    /// <summary>File name of the station's public key, in its keys folder and in every job directory.</summary>
    public const string FileName = "station.pub.pem";

    private const string Label = "PUBLIC KEY", CurveP256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa _key;

    private StationPublicKey(ECDsa key)
    {
        _key = key;
        KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        Pem = key.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    /// <summary>SHA-256 of the key as SubjectPublicKeyInfo (DER), lower-case hex.</summary>
    public string KeyId { get; }

    /// <summary>The key as PEM text with a line end.</summary>
    public string Pem { get; }

    /// <summary>Reads a PEM file that holds exactly one public key.</summary>
    /// <param name="pem">The file's text; words before and after the key are skipped.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="StationKeyException">It is not a P-256 public key.</exception>
    public static StationPublicKey Parse(ReadOnlySpan<char> pem, string file)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields))
            throw new StationKeyException(file, "holds no PEM block");
        if (!pem[fields.Label].SequenceEqual(Label))
            throw new StationKeyException(file, $"holds another PEM block than '{Label}'");
        if (PemEncoding.TryFind(pem[fields.Location.End..], out _))
            throw new StationKeyException(file, "holds more than one PEM block");
        byte[] der = Convert.FromBase64String(pem[fields.Base64Data].ToString());
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(der, out _);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            throw new StationKeyException(file, "holds a damaged key, or one that is not on the curve P-256", e);
        }

        if (!IsP256(key))
            throw new StationKeyException(file, "holds a key that is not on the curve P-256");
        // A key has other encodings too; only one makes the key id.
        return key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(der)
            ? new StationPublicKey(key)
            : throw new StationKeyException(file, "holds a key with a point that is not in the uncompressed form");
    }

    /// <summary>True if this key's owner signed a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="signature">ECDSA over SHA-256, DER.</param>
    public bool Verifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        _key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    internal static StationPublicKey Of(ECDsa pair)
    {
        ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(pair.ExportSubjectPublicKeyInfo(), out _);
        return new StationPublicKey(key);
    }

    internal static bool IsP256(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve is
    { IsNamed: true, Oid.Value: CurveP256 };
}
