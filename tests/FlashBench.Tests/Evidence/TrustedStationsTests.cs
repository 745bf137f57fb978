using System.Security.Cryptography;
using FlashBench.Bench.Evidence;

namespace FlashBench.Tests.Evidence;

public sealed class TrustedStationsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StationKey _own, _friend, _stranger;

    public TrustedStationsTests()
    {
        _own = StationKey.LoadOrCreate(_folder.At("own"));
        _friend = StationKey.LoadOrCreate(_folder.At("friend"));
        _stranger = StationKey.LoadOrCreate(_folder.At("stranger"));
        Directory.CreateDirectory(_folder.At("own/trusted"));
        File.WriteAllText(_folder.At("own/trusted/friend.pem"), "Station 2, Hamburg\n" + _friend.PublicPem);
    }

    public void Dispose()
    {
        _own.Dispose();
        _friend.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_station_trusts_itself_and_those_beside_it_and_nobody_else()
    {
        var trusted = TrustedStations.Load(_folder.At("own"));

        Assert.Equal([_own.KeyId, _friend.KeyId], trusted.All.Select(station => station.Key.KeyId));
        Assert.True(trusted.Contains(_own.KeyId));
        Assert.False(trusted.Contains(_stranger.KeyId));
        Assert.True(trusted.TryFind(_friend.KeyId, out TrustedStation? station));
        Assert.True(station.Key.Verifies("x"u8, _friend.Sign("x"u8)));
        Assert.False(station.Key.Verifies("x"u8, _stranger.Sign("x"u8)));
        Assert.False(station.Key.Verifies("x"u8, "no signature"u8));
    }

    [Fact]
    public void One_more_key_can_be_named()
    {
        var trusted = TrustedStations.Load(_folder.At("own"), _folder.At("stranger/station.pub.pem"));

        Assert.True(trusted.Contains(_stranger.KeyId));
    }

    [Fact]
    public void Reading_makes_no_key()
    {
        var trusted = TrustedStations.Load(_folder.At("nowhere"));

        Assert.Empty(trusted.All.Select(station => station.Key.KeyId));
        Assert.False(Directory.Exists(_folder.At("nowhere")));
    }

    [Fact]
    public void Checking_signatures_does_not_touch_the_private_key()
    {
        File.Delete(_folder.At("own/station.pem"));

        Assert.True(TrustedStations.Load(_folder.At("own")).Contains(_own.KeyId));
    }

    [Fact]
    public void A_file_that_is_no_single_public_key_is_named()
    {
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string[] bad =
        [
            "", "no key", File.ReadAllText(_folder.At("friend/station.pem")), _own.PublicPem + _friend.PublicPem,
            p384.ExportSubjectPublicKeyInfoPem(), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            new string('x', 70_000),
        ];
        foreach (string text in bad)
        {
            File.WriteAllText(_folder.At("own/trusted/bad.pem"), text);

            StationKeyException e = Assert.Throws<StationKeyException>(() => TrustedStations.Load(_folder.At("own")));

            Assert.Contains("bad.pem", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_encoding_of_a_trusted_key_is_refused()
    {
        for (int attempt = 0; attempt < 4; attempt++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            byte[] der = key.ExportSubjectPublicKeyInfo();
            der[26] = (byte)(6 + (der[^1] & 1)); // the hybrid form of the point
            string pem = PemEncoding.WriteString("PUBLIC KEY", der);

            Assert.Throws<StationKeyException>(() => StationPublicKey.Parse(pem, "x.pem"));
        }
    }

    [Fact]
    public void Damage_anywhere_in_a_public_key_never_gives_the_same_key()
    {
        for (int at = 0; at < _own.PublicPem.Length; at++)
        {
            foreach (int flip in (int[])[1, 2, 4, 8, 16, 32, 64])
            {
                char[] text = _own.PublicPem.ToCharArray();
                text[at] = (char)(text[at] ^ flip);
                string? keyId = null;
                Exception? e = Record.Exception(() => keyId = StationPublicKey.Parse(text, "x.pem").KeyId);

                Assert.True(e is null or StationKeyException, e?.ToString());
                bool onlySpace = char.IsWhiteSpace(_own.PublicPem[at]) || char.IsWhiteSpace(text[at]);
                Assert.True(keyId != _own.KeyId || onlySpace, $"character {at} does not count");
            }
        }
    }
}
