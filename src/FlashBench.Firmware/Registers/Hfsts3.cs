namespace FlashBench.Firmware.Registers;

/// <summary>Fields of HFSTS3, PCI 0:16.0 configuration offset 0x60.</summary>
/// <param name="Raw">The register as read.</param>
/// <param name="MeMajor">Major version of the firmware, or null when it is unknown; a field whose meaning is not known
/// for that version is null.</param>
/// <remarks>Source: me-firmware, section 3.2; S-15, S-16.</remarks>
public readonly record struct Hfsts3(uint Raw, int? MeMajor)
{
    /// <summary>Bits 6:4, the edition, from ME 11; 2 consumer, 3 corporate, 5 lite, the rest as it is.</summary>
    public int? Sku => IsCse ? (int)(Raw >> 4 & 0x7) : null;

    /// <summary>Edition in words.</summary>
    public string SkuName => Sku switch
    {
        null => "unknown",
        2 => "consumer",
        3 => "corporate",
        5 => "lite",
        var other => $"unlisted ({other})",
    };

    /// <summary>Bit 9, result of the verification of the initial boot block; ME 11 only.</summary>
    public bool? IbbVerificationResult => Bit(9, MeMajor == 11);

    /// <summary>Bit 10, the verification of the initial boot block is done; ME 11 only.</summary>
    public bool? IbbVerificationDone => Bit(10, MeMajor == 11);

    private bool IsCse => MeMajor >= 11;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X8}";

    private bool? Bit(int number, bool isKnown) => isKnown ? (Raw >> number & 1) != 0 : null;
}
