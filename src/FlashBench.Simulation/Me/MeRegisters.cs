namespace FlashBench.Simulation.Me;

/// <summary>What a running ME found missing.</summary>
[Flags]
internal enum MeFindings
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>NFTP did not load: HFSTS2 bit 0.</summary>
    LatePartition = 1,

    /// <summary>The MFS partition is gone: HFSTS2 bit 6.</summary>
    FileSystem = 2,
}

/// <summary>The values of HFSTS1 to HFSTS6 for each state.</summary>
/// <remarks>
/// Source: me-firmware.md 3.5 (reported values) and 3.1, 3.2 (bits). Values marked "model value" are put together
/// from the bits because no report names one; HFSTS3 to HFSTS6 are plausible and carry no error.
/// </remarks>
internal static class MeRegisters
{
    private const uint ConsumerSku = 0x20; // HFSTS3 bits 6:4 = 2
    private const uint StatusValid = 0x4000; // HFSTS4 bit 14 of ME 11

    /// <summary>Platform disable wait: watchdog armed (reported for ME 8).</summary>
    public static MeOutcome WatchdogArmed(bool tableBad, bool disableBit, string reason) => new(
        MeState.WatchdogArmed, [0x0000_3006 | (tableBad ? 0x20u : 0), 0x8004_0000, 0, 0, 0, 0], false, disableBit, null,
        reason);

    /// <summary>Alt-disabled: reported for ME 7 to 9, and for ME 11 under HAP.</summary>
    public static MeOutcome Disabled(bool third, string version) => third
        ? new(
            MeState.Disabled, [0x8002_2004, 0x304D_0116, ConsumerSku, StatusValid, 0, 0x0000_0004], true, true, version,
            "HAP")
        : new(MeState.Disabled, [0x1E02_0191, 0x160A_0100, ConsumerSku, 0, 0, 0], false, true, version, "AltMeDisable");

    /// <summary>Later code gone: reported for ME 7 to 9.</summary>
    /// <remarks>For ME 11 no sample exists: CWS 2, error 3 in bring-up is a guess (model value).</remarks>
    public static MeOutcome Removed(bool third, string version, string missing) => new(
        MeState.Removed,
        third
            ? [0x8000_3042, 0x3032_0116, ConsumerSku, StatusValid, 0, 0]
            : [0x1E00_3052, 0x1632_017A, ConsumerSku, 0, 0, 0],
        third, false, version, $"module {missing}");

    /// <summary>Soft temporary disable: CSE as reported (CWS 4, COS 1, COM 3, error 2); for ME 7 to 9 COM 3 in the
    /// bring-up state 0x28 (model value).</summary>
    public static MeOutcome SoftDisabled(bool third, string? version) => new(
        MeState.SoftDisabled,
        third
            ? [0x8003_2044, 0x3028_0116, ConsumerSku, StatusValid, 0, 0]
            : [0x1E03_0191, 0x1628_0100, ConsumerSku, 0, 0, 0],
        third, false, version, "soft temporary disable");

    /// <summary>A processor that the chipset's SKU does not allow: CWS 8 (model value).</summary>
    public static MeOutcome InvalidProcessor(bool third, bool disableBit, string? version) => new(
        MeState.InvalidProcessor,
        third
            ? [0x8000_0048, 0x3032_0116, ConsumerSku, StatusValid, 0, 0]
            : [0x1E00_0058, 0x1632_0100, ConsumerSku, 0, 0, 0],
        third, disableBit, version, "invalid processor");

    /// <summary>Normal: reported for Broadwell; for ME 11 a model value with CWS 5, COS 1, init complete.</summary>
    public static MeOutcome Normal(bool third, string version, MeFindings findings)
    {
        uint second = third ? 0x6000_2306u : 0x6600_2306u;
        if (findings.HasFlag(MeFindings.LatePartition))
            second |= 1;
        if (findings.HasFlag(MeFindings.FileSystem))
            second |= 0x40;
        return new(
            MeState.Normal,
            third
                ? [0x9400_0245, second, ConsumerSku, StatusValid, 0, 0]
                : [0x1E00_0255, second, ConsumerSku, 0, 0, 0],
            third, false, version, findings == MeFindings.None ? "everything valid" : $"valid but for {findings}");
    }
}
