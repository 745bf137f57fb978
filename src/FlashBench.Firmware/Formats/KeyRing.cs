using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>A public key that signs ME firmware.</summary>
/// <param name="Fingerprint">SHA-256, lower-case hex, of modulus and exponent as they stand in a manifest.</param>
/// <param name="Name">For people, for example "Intel ME 7/8".</param>
/// <param name="Family">The product that the key signs.</param>
public sealed record SigningKey(string Fingerprint, string Name, FirmwareFamily Family);

/// <summary>The public keys that are trusted to sign ME firmware.</summary>
/// <remarks>Immutable. Silicon trusts the same hash, fused in ROM; an image signed by any other key would not run.
/// Source: fingerprints taken from released firmware of each version whose signature verifies; those of 2048-bit keys
/// of which no firmware was at hand are the MD5 over modulus and exponent that me_cleaner and its forks publish. For
/// 3072-bit keys they publish a hash of the first 0x104 of 0x184 bytes, which other keys can share, so those do not
/// count.</remarks>
public sealed class KeyRing
{
    private const int Rsa2048KeyLength = 0x104; // modulus and exponent: what the published MD5 covers

    private readonly ImmutableDictionary<string, SigningKey> _keys;

    private KeyRing(ImmutableDictionary<string, SigningKey> keys) => _keys = keys;

    /// <summary>Intel's known production keys.</summary>
    public static KeyRing Intel { get; } = new(new SigningKey[]
    {
        new("9e5b293ff962285e7b4af7b56280fc9a1ce65096d0a51584352eef0483d7c57e", "Intel ME 6", FirmwareFamily.Me),
        new("5f1e633bee99767541f8f6f030e4e7c04298749354ab89dc32a115317350cd2c", "Intel ME 7/8", FirmwareFamily.Me),
        new("cf1ddcc6323d0667bdc4b4db12725f3bf9f9e8e74e7d63cc46140350375ad8b1", "Intel ME 9.0/9.1", FirmwareFamily.Me),
        new("5ba84a24912f92c505ad59768d0bbe47531550fd5ffae421d9147f209574e3fe", "Intel ME 9.5/10", FirmwareFamily.Me),
        new("a24e0682edc8870dca947c01603d19818af714bee9f39d2872d79b8c422f3890", "Intel ME 11", FirmwareFamily.Me),
        new("2ed50594ea89b4c88aefb8807baf2cfef32462fbcb46816fcdf48d38e3e46ce6", "Intel ME 12", FirmwareFamily.Me),
        new("a7866d0fa9b8fac9ef3eded473361613953412298223fdf8cc82395b0a4e0395", "Intel ME 16.1", FirmwareFamily.Me),
        new("9421063cce71b9baaf1b9fefbd45b6f18703ade81eb15f1cd84d6604380e74bb", "Intel ME 2.5/2.6", FirmwareFamily.Me),
        new("02f33ad5e52561959f520200db41b3c9a1be91f860270e8a8c2a204772839316", "Intel TXE 1", FirmwareFamily.Txe),
        new("7283a08ffa0e7bb17d0c3b24e9b66f089c17c06d24b9a8c8a441c4dc8936d004", "Intel TXE 2", FirmwareFamily.Txe),
        new("3d512a6db7c855e9f6328db8b2c259a2c0f291bb6e3ec74a2fb811ad84c5d404", "Intel SPS 4", FirmwareFamily.Sps),
    }.ToImmutableDictionary(key => key.Fingerprint));

    // Lower-case hex of the MD5 that is published for keys of which no firmware was at hand.
    private static (string Name, FirmwareFamily Family)? Published(string md5) => md5 switch
    {
        "8431285d43b0f2a2f520d7cab3d34178" => ("Intel ME 2.0 to 2.2", FirmwareFamily.Me),
        "9c24077a7f7490967855e9c4c16c6b9e" => ("Intel ME 3", FirmwareFamily.Me),
        "bf41464be736f5520d80c67f6789020e" => ("Intel ME 4", FirmwareFamily.Me),
        "5c7169b7e7065323fb7b3b5657b4d57a" => ("Intel ME 5", FirmwareFamily.Me),
        "3a98c847d609c253e145bd36512629cb" => ("Intel ME 6.0.50", FirmwareFamily.Me),
        "8e4f834644da2bef03039d69d41ecf02" => ("Intel ME 14", FirmwareFamily.Me),
        "b726a2ab9cd59d4e62fe2bead7cf6997" => ("Intel TXE 1", FirmwareFamily.Txe),
        "1d0a36e9f5881540d8e4b382c6612ed8" => ("Intel TXE 3", FirmwareFamily.Txe),
        "be900fef868f770d266b1fc67e887e69" => ("Intel SPS 2", FirmwareFamily.Sps),
        "4622e3f2cb212a89c90a4de3336d88d2" => ("Intel SPS 3", FirmwareFamily.Sps),
        _ => null,
    };

    /// <summary>This ring and one more ME key, for example the test key of simulated jobs.</summary>
    /// <param name="name">For people; shown wherever the key's name is shown.</param>
    /// <param name="fingerprint">SHA-256 in hex of modulus and exponent as they stand in a manifest.</param>
    /// <exception cref="ArgumentException">The fingerprint is not 64 hex digits.</exception>
    public KeyRing With(string name, string fingerprint)
    {
        if (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigit))
            throw new ArgumentException("a key fingerprint is 64 hex digits", nameof(fingerprint));
        string lower = fingerprint.ToLowerInvariant();
        return new KeyRing(_keys.SetItem(lower, new SigningKey(lower, name, FirmwareFamily.Me)));
    }

    /// <summary>The key with <paramref name="fingerprint"/>, or null when it is not trusted.</summary>
    /// <param name="fingerprint">Lower-case hex.</param>
    public SigningKey? Find(string fingerprint) => _keys.GetValueOrDefault(fingerprint);

    /// <summary>The trusted key that <paramref name="key"/> is, by a hash over all of it, or null.</summary>
    /// <param name="key">Modulus and exponent as they stand in a manifest.</param>
    internal SigningKey? FindKey(ReadOnlySpan<byte> key)
    {
        string fingerprint = FingerprintOf(key);
        if (Find(fingerprint) is { } known)
            return known;
        return key.Length == Rsa2048KeyLength && Published(Md5Of(key)) is { } published
            ? new SigningKey(fingerprint, published.Name, published.Family)
            : null;
    }

    private static string Md5Of(ReadOnlySpan<byte> key)
    {
#pragma warning disable CA5351 // broken for collisions only: nobody can make a second key with the hash of a given one
        return Convert.ToHexStringLower(MD5.HashData(key));
#pragma warning restore CA5351
    }

    /// <summary>The fingerprint of a key as it stands in a manifest.</summary>
    /// <param name="key">Modulus and exponent, little-endian: the bytes from 0x80 on, 0x104 of a 2048-bit manifest,
    /// 0x184 of a 3072-bit one.</param>
    public static string FingerprintOf(ReadOnlySpan<byte> key) => Convert.ToHexStringLower(SHA256.HashData(key));
}
