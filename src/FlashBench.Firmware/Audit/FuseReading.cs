namespace FlashBench.Firmware.Audit;

/// <summary>What Boot Guard and the field programmable fuses (FPF) of a PCH decide, by item.</summary>
/// <remarks>Source: me-firmware 5.2; the first nine are the items that an audit must answer.</remarks>
public enum FuseItem
{
    /// <summary>Force Boot Guard ACM: without a valid ACM the processor does not start.</summary>
    ForceBootGuardAcm,

    /// <summary>CPU debug is disabled.</summary>
    CpuDebugDisabled,

    /// <summary>Initialization of the bootstrap processor by INIT is disabled.</summary>
    BspInitDisabled,

    /// <summary>Protect BIOS environment: the start-up code runs shielded from direct memory access.</summary>
    ProtectBiosEnvironment,

    /// <summary>Error enforcement policy, 0 to 3: what happens when Boot Guard finds a fault.</summary>
    EnforcementPolicy,

    /// <summary>Measured Boot.</summary>
    MeasuredBoot,

    /// <summary>Verified Boot.</summary>
    VerifiedBoot,

    /// <summary>Key manifest id, 0 to 15.</summary>
    KeyManifestId,

    /// <summary>Platform Trust Technology: the ME's own TPM.</summary>
    Ptt,

    /// <summary>The fuses are locked: the policy can never change again.</summary>
    FpfLock,

    /// <summary>Boot Guard is disabled.</summary>
    BootGuardDisabled,

    /// <summary>The fuses are disabled.</summary>
    FpfDisabled,
}

/// <summary>Where a value of a fuse was seen.</summary>
public enum FuseSource
{
    /// <summary>HFSTS6.</summary>
    Hfsts6,

    /// <summary>HFSTS5, which carries some of the items on ME 18.</summary>
    Hfsts5,

    /// <summary>MSR 0x13A, BOOTGUARD_SACM_INFO.</summary>
    Msr13A,

    /// <summary>MEInfo, column FPF: what is burned.</summary>
    MeInfoFpf,

    /// <summary>MEInfo, column ME: what the image wants to be burned when manufacturing ends.</summary>
    MeInfoMe,

    /// <summary>Any other line of MEInfo.</summary>
    MeInfo,

    /// <summary>intelmetool -b, in words.</summary>
    IntelMeTool,

    /// <summary>coreboot's log, in words.</summary>
    Coreboot,
}

/// <summary>One value of one fuse from one source.</summary>
/// <param name="Item">The fuse.</param>
/// <param name="Value">Its raw value; 0 and 1 for switches.</param>
/// <param name="Source">Where it was seen.</param>
public sealed record FuseReading(FuseItem Item, uint Value, FuseSource Source)
{
    /// <summary>True when the value decides. The ME column of MEInfo is an intention, and no-eviction mode (MSR bit
    /// 0) only goes along with Protect BIOS Environment: both are shown, and decide nothing.</summary>
    public bool Decides => Source != FuseSource.MeInfoMe &&
        (Source, Item) is not (FuseSource.Msr13A, FuseItem.ProtectBiosEnvironment);
}
