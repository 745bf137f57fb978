namespace FlashBench.Firmware.Registers;

/// <summary>Fields of HFSTS5, PCI 0:16.0 configuration offset 0x68: Boot Guard at this boot, from ME 11.</summary>
/// <param name="Raw">The register as read.</param>
/// <param name="MeMajor">Major version of the firmware, or null when it is unknown; a field whose meaning is not known
/// for that version is null.</param>
/// <remarks>Source: me-firmware, section 3.2; S-15, S-16.</remarks>
public readonly record struct Hfsts5(uint Raw, int? MeMajor)
{
    /// <summary>Bit 0, the authenticated code module is active.</summary>
    public bool? AcmActive => Bit(0, IsKnown);

    /// <summary>Bit 1, the register is valid.</summary>
    public bool? IsValid => Bit(1, IsKnown);

    /// <summary>Bit 2, who gave the result code.</summary>
    public bool? ResultCodeSource => Bit(2, IsKnown);

    /// <summary>Bits 7:3, the error status of the code module.</summary>
    public int? ErrorStatus => Bits(3, 5, IsKnown);

    /// <summary>Bit 8, the code module has finished.</summary>
    public bool? AcmDone => Bit(8, IsKnown);

    /// <summary>Bits 15:9, number of timeouts.</summary>
    public int? TimeoutCount => Bits(9, 7, IsKnown);

    /// <summary>Bit 16, static root of trust for measurement.</summary>
    public bool? ScrtmIndicator => Bit(16, IsKnown);

    /// <summary>Bit 17, TXT is supported; from ME 18.</summary>
    public bool? TxtSupport => Bit(17, IsLate);

    /// <summary>Bits 20:18, the Boot Guard profile, raw; from ME 18.</summary>
    public int? BootGuardProfile => Bits(18, 3, IsLate);

    /// <summary>Bit 21, CPU debugging is disabled; from ME 18 (before: HFSTS6).</summary>
    public bool? CpuDebugDisabled => Bit(21, IsLate);

    /// <summary>Bit 22, the start of the boot processor is disabled; from ME 18 (before: HFSTS6).</summary>
    public bool? BspInitDisabled => Bit(22, IsLate);

    /// <summary>Bits 28:25, status; from ME 18.</summary>
    public int? Status => Bits(25, 4, IsLate);

    /// <summary>Bit 31, the PCH starts the error enforcement action.</summary>
    public bool? StartEnforcement => Bit(31, IsKnown);

    private bool IsKnown => MeMajor >= 11;

    private bool IsLate => MeMajor >= 18;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X8}";

    private bool? Bit(int number, bool isKnown) => isKnown ? (Raw >> number & 1) != 0 : null;

    private int? Bits(int low, int count, bool isKnown) => isKnown ? (int)(Raw >> low & (1u << count) - 1) : null;
}
