namespace FlashBench.Firmware.Registers;

/// <summary>Fields of HFSTS6, PCI 0:16.0 configuration offset 0x6C: what the fuses say.</summary>
/// <param name="Raw">The register as read.</param>
/// <param name="MeMajor">Major version of the firmware, or null when it is unknown; a field whose meaning is not known
/// for that version is null.</param>
/// <remarks>Source: me-firmware, section 5.2; S-15, S-16. The layout holds for ME 9.5 to 17. A major version of 9 does
/// not tell 9.0 from 9.5 and is taken as unknown. ME 18 moved or hides what is null for it.</remarks>
public readonly record struct Hfsts6(uint Raw, int? MeMajor)
{
    /// <summary>Bit 0, Boot Guard is forced (FACB).</summary>
    public bool? ForceBootGuardAcm => Bit(0, IsClassic);

    /// <summary>Bit 1, CPU debugging is disabled; ME 18: see HFSTS5.</summary>
    public bool? CpuDebugDisabled => Bit(1, IsClassic);

    /// <summary>Bit 2, the start of the boot processor is disabled; ME 18: see HFSTS5.</summary>
    public bool? BspInitDisabled => Bit(2, IsClassic);

    /// <summary>Bit 3, the BIOS environment is protected.</summary>
    public bool? ProtectBiosEnvironment => Bit(3, IsClassic);

    /// <summary>Bits 7:6, the enforcement policy, raw: 0 nothing, 1 shutdown in 30 minutes, 2 other, 3 at once.
    /// </summary>
    public int? EnforcementPolicy => Bits(6, 2, IsClassic);

    /// <summary>Bit 8, measured boot.</summary>
    public bool? MeasuredBoot => Bit(8, IsClassic);

    /// <summary>Bit 9, verified boot.</summary>
    public bool? VerifiedBoot => Bit(9, IsClassic);

    /// <summary>Bits 13:10, security version of the code module.</summary>
    public int? AcmSvn => Bits(10, 4, IsClassic);

    /// <summary>Bits 17:14, security version of the key manifest.</summary>
    public int? KeyManifestSvn => Bits(14, 4, IsClassic);

    /// <summary>Bits 21:18, security version of the boot policy manifest; null from ME 16, which took bit 21.</summary>
    public int? BootPolicySvn => Bits(18, 4, IsClassic && MeMajor < 16);

    /// <summary>Bit 21, manufacturing variables are locked; ME 16 and 17 only.</summary>
    public bool? ManufacturingLock => Bit(21, MeMajor is 16 or 17);

    /// <summary>Bits 25:22, number of the key manifest.</summary>
    public int? KeyManifestId => Bits(22, 4, IsClassic);

    /// <summary>Bit 27, an error of the boot policy.</summary>
    public bool? BootPolicyError => Bit(27, IsClassic);

    /// <summary>Bit 28, Boot Guard is disabled.</summary>
    public bool? BootGuardDisabled => Bit(28, IsClassic);

    /// <summary>Bit 29, the field programmable fuses are disabled.</summary>
    public bool? FpfDisabled => Bit(29, IsClassic);

    /// <summary>Bit 30, the field programmable fuses are locked.</summary>
    public bool? FpfSocLock => Bit(30, IsClassic);

    /// <summary>Bit 31, TXT is supported.</summary>
    public bool? TxtSupport => Bit(31, IsClassic);

    private bool IsClassic => MeMajor is >= 10 and <= 17;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X8}";

    private bool? Bit(int number, bool isKnown) => isKnown ? (Raw >> number & 1) != 0 : null;

    private int? Bits(int low, int count, bool isKnown) => isKnown ? (int)(Raw >> low & (1u << count) - 1) : null;
}
