using System.Buffers;
using System.Globalization;
using System.Text;
using FlashBench.Bench.Journal;
using Base64Text = System.Buffers.Text.Base64;

namespace FlashBench.Bench.Evidence;

/// <summary>DSSE envelopes around in-toto statements, in exactly one byte form.</summary>
/// <remarks>Source: DSSE protocol and envelope 1.0.2 (secure-systems-lab); docs/certificate.md pins the byte form. The
/// signature is ECDSA P-256 over SHA-256 of <see cref="PreAuthentication"/>, DER-encoded.</remarks>
public static class Dsse
{
    /// <summary>The only payload type that is written and accepted.</summary>
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Largest envelope that is read, in bytes.</summary>
    public const int BytesMax = 64 << 20;

    /// <summary>Wraps and signs a payload.</summary>
    /// <param name="payload">The bytes of an in-toto statement.</param>
    /// <param name="key">The station's key.</param>
    /// <returns>The bytes of the envelope.</returns>
    public static byte[] Sign(ReadOnlySpan<byte> payload, StationKey key)
    {
        byte[] signature = key.Sign(PreAuthentication(payload));
        return Write(new DsseEnvelope(payload.ToArray(), key.KeyId, signature));
    }

    /// <summary>Reads an envelope; its signature is not checked (<see cref="DsseEnvelope.Verify"/>).</summary>
    /// <param name="envelope">The bytes of the file.</param>
    /// <param name="file">Its name inside the job directory, for messages.</param>
    /// <exception cref="EvidenceException">They differ from the one form in which
    /// <see cref="Sign"/> writes what they hold; the exception names the first byte that does.</exception>
    public static DsseEnvelope Parse(ReadOnlySpan<byte> envelope, string file = DsseEnvelope.FileName) =>
        new DsseReader(envelope, file).Read();

    /// <summary>The bytes that are signed: type and payload, each with its length.</summary>
    /// <param name="payload">The payload.</param>
    public static byte[] PreAuthentication(ReadOnlySpan<byte> payload)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture, $"DSSEv1 {PayloadType.Length} {PayloadType} {payload.Length} ");
        return [.. Encoding.ASCII.GetBytes(head), .. payload];
    }

    internal static byte[] Write(DsseEnvelope envelope) => Encoding.ASCII.GetBytes(
        DsseForm.BeforePayload + Convert.ToBase64String(envelope.Payload.Span)
        + DsseForm.BeforeKeyId + envelope.KeyId
        + DsseForm.BeforeSignature + Convert.ToBase64String(envelope.Signature.Span) + DsseForm.End);
}

/// <summary>The fixed pieces of an envelope's text.</summary>
internal static class DsseForm
{
    public const string BeforePayload = "{\"payload\":\"";

    public const string BeforeKeyId =
        "\",\"payloadType\":\"" + Dsse.PayloadType + "\",\"signatures\":[{\"keyid\":\"";

    public const string BeforeSignature = "\",\"sig\":\"";

    public const string End = "\"}]}\n";
}

/// <summary>Reads an envelope from front to back, so that the first wrong byte is known.</summary>
internal ref struct DsseReader(ReadOnlySpan<byte> bytes, string file)
{
    private const int KeyIdLength = 64, SignatureMax = 72; // a DER sequence of two 33-byte integers

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _file = file;
    private int _at;

    public DsseEnvelope Read()
    {
        if (_bytes.Length > Dsse.BytesMax)
            throw Fault(0, $"is larger than {Dsse.BytesMax} bytes");
        Expect(DsseForm.BeforePayload);
        byte[] payload = Base64("payload");
        Expect(DsseForm.BeforeKeyId);
        string keyId = KeyId();
        Expect(DsseForm.BeforeSignature);
        int signatureAt = _at;
        byte[] signature = Base64("signature");
        if (signature.Length is 0 or > SignatureMax)
            throw Fault(signatureAt, $"a P-256 signature cannot have {signature.Length} bytes");
        Expect(DsseForm.End);
        if (_at != _bytes.Length)
            throw Fault(_at, "something follows the end of the envelope");
        return new DsseEnvelope(payload, keyId, signature) { File = _file, SignatureOffset = signatureAt };
    }

    private void Expect(string text)
    {
        foreach (char c in text)
        {
            if (_at >= _bytes.Length)
                throw Fault(_at, "the envelope is cut off");
            if (_bytes[_at] != c)
                throw Fault(_at, $"the envelope has {Name(_bytes[_at])} where {Name((byte)c)} belongs");
            _at++;
        }
    }

    private string KeyId()
    {
        for (int end = _at + KeyIdLength; _at < end; _at++)
        {
            if (_at >= _bytes.Length)
                throw Fault(_at, "the envelope is cut off");
            if (_bytes[_at] is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
                throw Fault(_at, $"{Name(_bytes[_at])} in the key id is no lower-case hex digit");
        }

        return Encoding.ASCII.GetString(_bytes.Slice(_at - KeyIdLength, KeyIdLength));
    }

    private byte[] Base64(string what)
    {
        int start = _at;
        while (_at < _bytes.Length && IsBase64(_bytes[_at]))
            _at++;
        for (int pad = 0; pad < 2 && _at < _bytes.Length && _bytes[_at] == '='; pad++)
            _at++;
        ReadOnlySpan<byte> text = _bytes[start.._at];
        byte[] data = new byte[Base64Text.GetMaxDecodedFromUtf8Length(text.Length)];
        OperationStatus status = Base64Text.DecodeFromUtf8(text, data, out _, out int length);
        Array.Resize(ref data, length);
        // Encoding again shows what a lenient decoder would let pass: bits behind the last byte.
        byte[] again = Encoding.ASCII.GetBytes(Convert.ToBase64String(data));
        return status == OperationStatus.Done && text.SequenceEqual(again)
            ? data
            : throw Fault(_at, $"the {what} ends as no base64 text ends");
    }

    private static bool IsBase64(byte c) => c is >= (byte)'A' and <= (byte)'Z' or >= (byte)'a' and <= (byte)'z'
        or >= (byte)'0' and <= (byte)'9' or (byte)'+' or (byte)'/';

    private static string Name(byte c) => c is > 0x20 and < 0x7F ? $"'{(char)c}'" : $"byte 0x{c:X2}";

    private readonly EvidenceException Fault(long offset, string reason) => new(_file, offset, reason);
}
