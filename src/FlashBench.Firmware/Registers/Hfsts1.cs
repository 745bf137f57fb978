namespace FlashBench.Firmware.Registers;

/// <summary>Fields of HFSTS1, the ME's first host firmware status register.</summary>
/// <param name="Raw">The register as read.</param>
/// <remarks>Source: coreboot's me_hfs structures and the fwupd intel-me plug-in; decoded against public logs.</remarks>
public readonly record struct Hfsts1(uint Raw)
{
    /// <summary>Bits 3:0, the current working state; 5 normal, 6 platform disable wait.</summary>
    public int WorkingState => (int)(Raw & 0xF);

    /// <summary>Bit 4, manufacturing mode; from ME 16 on it says that the host may write the descriptor.</summary>
    public bool ManufacturingMode => Bit(4);

    /// <summary>Bit 5, the partition table is bad.</summary>
    public bool PartitionTableBad => Bit(5);

    /// <summary>Bits 8:6, the current operation state.</summary>
    public int OperationState => (int)(Raw >> 6 & 0x7);

    /// <summary>Bit 9, the firmware finished its start.</summary>
    public bool InitComplete => Bit(9);

    /// <summary>Bit 10, the bring-up module could not be loaded.</summary>
    public bool BringupLoadFailure => Bit(10);

    /// <summary>Bit 11, an update is in progress.</summary>
    public bool UpdateInProgress => Bit(11);

    /// <summary>Bits 15:12, the error code; 0 none, 2 disabled, 3 image failure.</summary>
    public int ErrorCode => (int)(Raw >> 12 & 0xF);

    /// <summary>Bits 19:16, the operation mode; 2 halted by the disable bit, 3 soft-disabled.</summary>
    public int OperationMode => (int)(Raw >> 16 & 0xF);

    /// <summary>Bits 23:20, number of resets since power came.</summary>
    public int ResetCount => (int)(Raw >> 20 & 0xF);

    /// <summary>What bit 4 says, in words.</summary>
    /// <param name="meMajor">Major version of the firmware; null when unknown: then both meanings are named.</param>
    /// <remarks>Source: me-firmware, section 3.1.</remarks>
    public string ManufacturingText(int? meMajor)
    {
        const int FirstProtectionVersion = 16;
        string answer = ManufacturingMode ? "yes" : "no";
        return meMajor switch
        {
            null => $"manufacturing mode (ME 16 and later: host may write the descriptor) {answer}",
            >= FirstProtectionVersion => $"host may write the descriptor {answer}",
            _ => $"manufacturing mode {answer}",
        };
    }

    /// <summary>Working state in words.</summary>
    public string WorkingStateName => WorkingState switch
    {
        0 => "reset",
        1 => "initializing",
        2 => "recovery",
        3 => "test",
        4 => "disabled",
        5 => "normal",
        6 => "platform disable wait",
        7 => "operation state transition",
        8 => "invalid CPU",
        14 => "halt",
        var other => $"unlisted ({other})",
    };

    /// <summary>Operation mode in words.</summary>
    public string OperationModeName => OperationMode switch
    {
        0 => "normal",
        2 => "disabled by AltMeDisable or HAP (or debug)",
        3 => "soft temporary disable",
        4 => "override by jumper",
        5 => "override by MEI message",
        7 => "enhanced debug",
        15 => "server (SPS)",
        var other => $"unlisted ({other})",
    };

    /// <summary>Error code in words.</summary>
    public string ErrorName => ErrorCode switch
    {
        0 => "none",
        1 => "uncategorised",
        2 => "disabled",
        3 => "image failure",
        4 => "debug failure",
        var other => $"unlisted ({other})",
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"0x{Raw:X8}: {WorkingStateName}, mode {OperationModeName}, error {ErrorName}";

    private bool Bit(int number) => (Raw >> number & 1) != 0;
}
