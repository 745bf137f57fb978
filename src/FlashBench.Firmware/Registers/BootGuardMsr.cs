namespace FlashBench.Firmware.Registers;

/// <summary>Fields of MSR 0x13A, BOOTGUARD_SACM_INFO: what Boot Guard did at this boot, seen by the CPU.</summary>
/// <param name="Raw">The register as read.</param>
/// <remarks>Source: me-firmware, section 5.2; S-15. Enforcement policy and key manifest number are not in it.</remarks>
public readonly record struct BootGuardMsr(ulong Raw)
{
    /// <summary>Bit 0, no-evict mode (cache as memory) is on: the BIOS environment is protected.</summary>
    public bool NoEvictMode => Bit(0);

    /// <summary>Bits 2:1, the TPM: 0 none, 1 TPM 1.2, 2 TPM 2.0, 3 PTT.</summary>
    public int TpmType => (int)(Raw >> 1 & 0x3);

    /// <summary>Bit 3, the TPM was used with success.</summary>
    public bool TpmSuccess => Bit(3);

    /// <summary>Bit 4, Boot Guard is forced (FACB).</summary>
    public bool ForceBootGuardAcm => Bit(4);

    /// <summary>Bit 5, measured boot.</summary>
    public bool MeasuredBoot => Bit(5);

    /// <summary>Bit 6, verified boot.</summary>
    public bool VerifiedBoot => Bit(6);

    /// <summary>Bit 7, the code module is revoked.</summary>
    public bool Revoked => Bit(7);

    /// <summary>Bit 32, the CPU is capable of Boot Guard.</summary>
    public bool IsCapable => Bit(32);

    /// <summary>Kind of TPM in words.</summary>
    public string TpmTypeName => TpmType switch
    {
        0 => "none",
        1 => "TPM 1.2",
        2 => "TPM 2.0",
        _ => "PTT",
    };

    /// <inheritdoc/>
    public override string ToString() => $"0x{Raw:X16}";

    private bool Bit(int number) => (Raw >> number & 1) != 0;
}
