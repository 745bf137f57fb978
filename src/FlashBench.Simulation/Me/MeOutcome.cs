namespace FlashBench.Simulation.Me;

/// <summary>What becomes of an ME after power-on.</summary>
public enum MeState
{
    /// <summary>The chipset does not start: the main rails never come up.</summary>
    NoBoot,

    /// <summary>No valid bring-up code: the host runs, and the ROM's watchdog cuts power after 30 minutes.</summary>
    WatchdogArmed,

    /// <summary>Stopped in its bring-up by AltMeDisable or HAP; watchdog disarmed.</summary>
    Disabled,

    /// <summary>Bring-up ran, later code is gone; watchdog disarmed.</summary>
    Removed,

    /// <summary>Everything is valid, but the host has told it to stand still; watchdog disarmed.</summary>
    SoftDisabled,

    /// <summary>The chipset does not allow the processor: the host runs, and power is cut after 30 minutes.</summary>
    InvalidProcessor,

    /// <summary>Everything runs.</summary>
    Normal,
}

/// <summary>The behaviour of the ME for one power-on.</summary>
/// <param name="State">What it does.</param>
/// <param name="Registers">HFSTS1 to HFSTS6; all zero where the board does not start.</param>
/// <param name="ThirdGeneration">True for ME 11.</param>
/// <param name="DisableBit">True if the strap that disables it is set.</param>
/// <param name="Version">Firmware version in the manifest; null if there is none.</param>
/// <param name="Reason">What decided, in words.</param>
public sealed record MeOutcome(
    MeState State, IReadOnlyList<uint> Registers, bool ThirdGeneration, bool DisableBit, string? Version,
    string Reason)
{
    private const uint StartEnforcement = 1u << 31; // HFSTS5

    /// <summary>True if Boot Guard has told the chipset to act against a firmware that it rejects.</summary>
    public bool BootGuardActs => (Registers[4] & StartEnforcement) != 0;

    /// <summary>True if the chipset cuts the main rails 30 minutes after power-good.</summary>
    public bool EndsAfterThirtyMinutes => State is MeState.WatchdogArmed or MeState.InvalidProcessor || BootGuardActs;

    /// <summary>The same ME on a board whose firmware Boot Guard rejects.</summary>
    internal MeOutcome WithBootGuardActing()
    {
        uint[] registers = [.. Registers];
        registers[4] |= StartEnforcement;
        return this with { Registers = registers };
    }
}
