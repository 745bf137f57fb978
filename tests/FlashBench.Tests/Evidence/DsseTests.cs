using System.Diagnostics;
using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Evidence;

public sealed class DsseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StationKey _key;
    private readonly byte[] _payload = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"x\":\"payload \"}"u8.ToArray();

    public DsseTests() => _key = StationKey.LoadOrCreate(_folder.At("keys"));

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_signed_payload_comes_back_and_verifies()
    {
        byte[] bytes = Dsse.Sign(_payload, _key);

        DsseEnvelope envelope = Dsse.Parse(bytes);

        envelope.Verify(_key.Public);
        Assert.Equal(_payload, envelope.Payload.ToArray());
        Assert.Equal(_key.KeyId, envelope.KeyId);
        Assert.Equal(bytes, Dsse.Write(envelope));
    }

    [Fact]
    public void The_signed_bytes_are_those_of_the_DSSE_protocol() => Assert.Equal(
        "DSSEv1 28 application/vnd.in-toto+json 11 hello world",
        Encoding.ASCII.GetString(Dsse.PreAuthentication("hello world"u8)));

    [Fact]
    public void Every_flipped_bit_of_every_byte_is_refused_with_its_place()
    {
        byte[] bytes = Dsse.Sign(_payload, _key);

        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);

            EvidenceException e = Assert.Throws<EvidenceException>(() => Dsse.Parse(damaged).Verify(_key.Public));

            Assert.Equal(DsseEnvelope.FileName, e.File);
            Assert.InRange(e.Offset, 0, bytes.Length);
            Assert.False(e.Message.Contains('\n', StringComparison.Ordinal), e.Message);
        }
    }

    [Fact]
    public void Every_byte_replaced_by_every_other_is_refused()
    {
        byte[] bytes = Dsse.Sign("{}"u8, _key);

        for (int at = 0; at < bytes.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = [.. bytes];
                damaged[at] = (byte)value;
                if (value != bytes[at])
                    Assert.Throws<EvidenceException>(() => Dsse.Parse(damaged).Verify(_key.Public));
            }
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] bytes = Dsse.Sign(_payload, _key);

        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<EvidenceException>(() => Dsse.Parse(bytes.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("{\"payload\": ", "byte 0x20")]
    [InlineData("{\"payload\":\"e31=\",", "no base64 text")]
    [InlineData("{\"payload\":\"e3\",", "no base64 text")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"text/plain\"", "'t' where 'a' belongs")]
    public void Another_form_of_the_same_content_is_refused(string start, string reason)
    {
        EvidenceException e = Assert.Throws<EvidenceException>(() => Dsse.Parse(Encoding.ASCII.GetBytes(start)));

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Something_behind_the_envelope_is_refused()
    {
        byte[] bytes = [.. Dsse.Sign(_payload, _key), (byte)'\n'];

        EvidenceException e = Assert.Throws<EvidenceException>(() => Dsse.Parse(bytes));

        Assert.Equal(bytes.Length - 1, e.Offset);
    }

    [Fact]
    public void Random_mutations_leave_nothing_but_the_one_exception()
    {
        var random = new Random(20260314);
        byte[] bytes = Dsse.Sign(_payload, _key);

        for (int round = 0; round < 3000; round++)
        {
            List<byte> damaged = [.. bytes];
            for (int edit = random.Next(1, 6); edit > 0; edit--)
            {
                int at = random.Next(damaged.Count);
                if (random.Next(2) == 0)
                    damaged.RemoveAt(at);
                else
                    damaged.Insert(at, "{}\"=:,[]Aa0+/"u8[random.Next(13)]);
            }

            if (!damaged.SequenceEqual(bytes))
                Assert.Throws<EvidenceException>(() => Dsse.Parse(damaged.ToArray()).Verify(_key.Public));
        }
    }

    [Fact]
    public void A_payload_signed_again_by_another_key_names_that_key()
    {
        using StationKey other = StationKey.LoadOrCreate(_folder.At("other"));
        DsseEnvelope envelope = Dsse.Parse(Dsse.Sign(_payload, other));

        Assert.Equal(other.KeyId, envelope.KeyId);
        Assert.Throws<EvidenceException>(() => envelope.Verify(_key.Public));
        Assert.Throws<EvidenceException>(() => (envelope with { KeyId = _key.KeyId }).Verify(_key.Public));
    }

    [Fact]
    public void OpenSSL_accepts_the_signature_and_refuses_another_payload()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        DsseEnvelope envelope = Dsse.Parse(Dsse.Sign(_payload, _key));
        byte[] signed = Dsse.PreAuthentication(envelope.Payload.Span);
        File.WriteAllText(_folder.At("pub.pem"), _key.PublicPem);
        File.WriteAllBytes(_folder.At("sig.der"), envelope.Signature.ToArray());
        File.WriteAllBytes(_folder.At("pae.bin"), signed);
        signed[^1] ^= 1;
        File.WriteAllBytes(_folder.At("other.bin"), signed);

        Assert.Equal(0, OpenSsl("pae.bin"));
        Assert.NotEqual(0, OpenSsl("other.bin"));
    }

    [Fact]
    public void OpenSSL_finds_the_key_id()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        File.WriteAllText(_folder.At("pub.pem"), _key.PublicPem);
        Assert.Equal(0, Run("pkey -pubin -in pub.pem -outform DER -out pub.der"));

        Assert.Equal(
            _key.KeyId,
            Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_folder.At("pub.der")))));
    }

    private int OpenSsl(string signed) => Run($"dgst -sha256 -verify pub.pem -signature sig.der {signed}");

    private int Run(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/openssl", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
