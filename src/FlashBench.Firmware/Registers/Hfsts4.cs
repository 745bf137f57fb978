namespace FlashBench.Firmware.Registers;

/// <summary>Fields of HFSTS4, PCI 0:16.0 configuration offset 0x64; known for ME 11 only.</summary>
/// <param name="Raw">The register as read.</param>
/// <param name="MeMajor">Major version of the firmware, or null when it is unknown; a field whose meaning is not known
/// for that version is null.</param>
/// <remarks>Source: me-firmware, section 3.2; S-15.</remarks>
public readonly record struct Hfsts4(uint Raw, int? MeMajor)
{
    /// <summary>Bit 9, the error enforcement flow is active.</summary>
    public bool? EnforcementFlow => Bit(9, IsKnown);

    /// <summary>Bit 12, the TPM is disconnected.</summary>
    public bool? TpmDisconnected => Bit(12, IsKnown);

    /// <summary>Bit 14, the firmware status is valid.</summary>
    public bool? StatusValid => Bit(14, IsKnown);

    /// <summary>Bit 15, the Boot Guard self test.</summary>
    public bool? BootGuardSelfTest => Bit(15, IsKnown);

    private bool IsKnown => MeMajor == 11;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X8}";

    private bool? Bit(int number, bool isKnown) => isKnown ? (Raw >> number & 1) != 0 : null;
}
