using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FlashBench.Firmware.Formats;

/// <summary>A public key that signs ME firmware.</summary>
/// <param name="Fingerprint">SHA-256, lower-case hex, of the 0x104 bytes modulus and exponent of the manifest.</param>
/// <param name="Name">For people, for example "Intel ME 7/8".</param>
/// <param name="Family">The product that the key signs.</param>
public sealed record SigningKey(string Fingerprint, string Name, FirmwareFamily Family);

/// <summary>The public keys that are trusted to sign ME firmware.</summary>
/// <remarks>Immutable. Silicon trusts the same hash, fused in ROM; an image signed by any other key would not run.
/// Source: fingerprints taken from released firmware of each version whose signature verifies.</remarks>
public sealed class KeyRing
{
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
        new("02f33ad5e52561959f520200db41b3c9a1be91f860270e8a8c2a204772839316", "Intel TXE 1", FirmwareFamily.Txe),
        new("7283a08ffa0e7bb17d0c3b24e9b66f089c17c06d24b9a8c8a441c4dc8936d004", "Intel TXE 2", FirmwareFamily.Txe),
        new("3d512a6db7c855e9f6328db8b2c259a2c0f291bb6e3ec74a2fb811ad84c5d404", "Intel SPS 4", FirmwareFamily.Sps),
    }.ToImmutableDictionary(key => key.Fingerprint));

    /// <summary>This ring and one more ME key, for example the test key of simulated jobs.</summary>
    /// <param name="name">For people; shown wherever the key's name is shown.</param>
    /// <param name="fingerprint">SHA-256 in hex of the 0x104 bytes modulus and exponent.</param>
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

    /// <summary>The fingerprint of a key as it stands in a manifest.</summary>
    /// <param name="key">Modulus, little-endian, and exponent: the bytes 0x80 to 0x183 of a 2048-bit manifest.</param>
    public static string FingerprintOf(ReadOnlySpan<byte> key) => Convert.ToHexStringLower(SHA256.HashData(key));
}
