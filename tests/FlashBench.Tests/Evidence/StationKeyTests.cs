using System.Security.Cryptography;
using FlashBench.Bench.Evidence;

namespace FlashBench.Tests.Evidence;

public sealed class StationKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_key_belongs_to_its_owner_alone_and_stays_the_same()
    {
        using StationKey made = StationKey.LoadOrCreate(_folder.At("keys"));
        using StationKey loaded = StationKey.LoadOrCreate(_folder.At("keys"));

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.At("keys/station.pem")));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.At("keys")));
        Assert.Equal(made.KeyId, loaded.KeyId);
        Assert.Equal(made.PublicPem, File.ReadAllText(_folder.At("keys/station.pub.pem")));
        Assert.Equal(2, Directory.GetFiles(_folder.At("keys")).Length);
    }

    [Fact]
    public void Two_keys_differ() =>
        Assert.NotEqual(StationKey.LoadOrCreate(_folder.At("a")).KeyId, StationKey.LoadOrCreate(_folder.At("b")).KeyId);

    [Fact]
    public void Many_that_start_at_once_agree_on_one_key()
    {
        string[] ids = new string[16];

        Parallel.For(0, ids.Length, i =>
        {
            using StationKey key = StationKey.LoadOrCreate(_folder.At("keys"));
            ids[i] = key.KeyId;
        });

        Assert.Single(ids.Distinct());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_others_may_use_is_refused(UnixFileMode extra)
    {
        StationKey.LoadOrCreate(_folder.At("keys")).Dispose();
        File.SetUnixFileMode(_folder.At("keys/station.pem"), OwnerOnly | extra);

        StationKeyException e = Assert.Throws<StationKeyException>(() => StationKey.LoadOrCreate(_folder.At("keys")));

        Assert.Contains("chmod 600", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_key_is_refused_without_quoting_it()
    {
        StationKey.LoadOrCreate(_folder.At("keys")).Dispose();
        string[] lines = File.ReadAllLines(_folder.At("keys/station.pem"));
        Write("keys/station.pem", string.Join('\n', lines[0], lines[1], lines[^1]));

        StationKeyException e = Assert.Throws<StationKeyException>(() => StationKey.LoadOrCreate(_folder.At("keys")));

        Assert.DoesNotContain(lines[1][..8], e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_anywhere_gives_a_key_or_the_one_exception()
    {
        StationKey.LoadOrCreate(_folder.At("keys")).Dispose();
        string pem = File.ReadAllText(_folder.At("keys/station.pem"));
        for (int at = 0; at < pem.Length; at++)
        {
            foreach (int flip in (int[])[1, 4, 32])
            {
                char[] damaged = pem.ToCharArray();
                damaged[at] = (char)(damaged[at] ^ flip);
                Write("keys/station.pem", new string(damaged));

                Exception? e = Record.Exception(() => StationKey.LoadOrCreate(_folder.At("keys")).Dispose());

                Assert.True(e is null or StationKeyException, e?.ToString());
            }
        }
    }

    [Fact]
    public void An_empty_a_public_and_a_foreign_key_are_refused()
    {
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        foreach (string pem in (string[])["", p256.ExportSubjectPublicKeyInfoPem(), p384.ExportPkcs8PrivateKeyPem(),
            rsa.ExportPkcs8PrivateKeyPem()])
        {
            Directory.CreateDirectory(_folder.At("keys"));
            Write("keys/station.pem", pem);

            Assert.Throws<StationKeyException>(() => StationKey.LoadOrCreate(_folder.At("keys")));
        }
    }

    [Fact]
    public void A_key_made_by_openssl_in_its_own_format_is_taken()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Directory.CreateDirectory(_folder.At("keys"));
        Write("keys/station.pem", key.ExportECPrivateKeyPem());

        using StationKey loaded = StationKey.LoadOrCreate(_folder.At("keys"));

        Assert.Equal(key.ExportSubjectPublicKeyInfoPem() + "\n", loaded.PublicPem);
    }

    private void Write(string name, string text)
    {
        File.WriteAllText(_folder.At(name), text);
        File.SetUnixFileMode(_folder.At(name), OwnerOnly);
    }
}
