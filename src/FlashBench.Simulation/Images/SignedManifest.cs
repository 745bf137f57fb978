namespace FlashBench.Simulation.Images;

/// <summary>What stands in the fixed part of a manifest.</summary>
/// <param name="Major">Version, first number: the ME generation as Intel counts.</param>
/// <param name="Minor">Version, second number.</param>
/// <param name="Hotfix">Version, third number.</param>
/// <param name="Build">Version, fourth number.</param>
/// <param name="Date">BCD date, 0xYYYYMMDD.</param>
internal sealed record ManifestFacts(ushort Major, ushort Minor, ushort Hotfix, ushort Build, uint Date);

/// <summary>Writes the $MN2 header, puts the key in and signs.</summary>
/// <remarks>
/// Modelled: the 0x284-byte header with RSA-2048 (me-firmware.md 1.5, 1.8). Not modelled: $MAN (gen 1), RSA-3072
/// headers (ME 15 and later), debug-signed images.
/// </remarks>
internal static class SignedManifest
{
    /// <summary>Length of the header in bytes; what follows it is signed too.</summary>
    public const int HeaderBytes = 0x284;

    /// <summary>Fills the header of <paramref name="manifest"/> and signs the whole.</summary>
    /// <param name="manifest">Exactly the manifest; everything behind the header is final already.</param>
    /// <param name="facts">Version and date.</param>
    /// <param name="moduleCount">Number of $MME headers; 0 in generation 3.</param>
    public static void Complete(Span<byte> manifest, ManifestFacts facts, int moduleCount)
    {
        manifest[..HeaderBytes].Clear();
        manifest.Put32(0x00, 4); // module type of a manifest
        manifest.Put32(0x04, HeaderBytes / 4);
        manifest.Put32(0x08, 0x0001_0000);
        manifest.Put32(0x10, 0x8086); // vendor
        manifest.Put32(0x14, facts.Date);
        manifest.Put32(0x18, (uint)(manifest.Length / 4));
        manifest.PutText(0x1C, "$MN2");
        manifest.Put32(0x20, (uint)moduleCount);
        manifest.Put16(0x24, facts.Major);
        manifest.Put16(0x26, facts.Minor);
        manifest.Put16(0x28, facts.Hotfix);
        manifest.Put16(0x2A, facts.Build);
        manifest.Put32(0x2C, 1); // security version
        manifest.Put32(0x78, 64); // modulus dwords
        manifest.Put32(0x7C, 1); // exponent dwords
        TestKey.StoredKey().CopyTo(manifest[0x80..]);
        Sign(manifest);
    }

    private static void Sign(Span<byte> manifest)
    {
        byte[] message = [.. manifest[..0x80], .. manifest[HeaderBytes..]];
        TestKey.Sign(message).CopyTo(manifest[0x184..]);
    }
}
