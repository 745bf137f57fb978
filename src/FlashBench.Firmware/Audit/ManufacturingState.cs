using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>Whether the manufacturing of a board was closed.</summary>
/// <param name="IsOpen">HFSTS1 bit 4; null when it was not read.</param>
/// <param name="Sentence">What that means for this version of the firmware.</param>
/// <remarks>Source: me-firmware 3.1: until ME 15 the bit is the manufacturing mode, from CSME 16 on it says that the
/// host may write the descriptor.</remarks>
public sealed record ManufacturingState(bool? IsOpen, string Sentence)
{
    private const int FirstProtectionVersion = 16;

    /// <summary>Reads the state.</summary>
    /// <param name="me">The firmware in the image, whose version gives the bit its meaning; null when unknown.
    /// </param>
    /// <param name="registers">The status registers.</param>
    public static ManufacturingState Of(MeFirmware? me, MeRegisters registers)
    {
        ArgumentNullException.ThrowIfNull(registers);
        if (registers.Status1 is not { } status)
            return new(null, "HFSTS1 was not read, so whether manufacturing was closed is unknown");
        bool open = status.ManufacturingMode;
        if (me is null)
        {
            return new(open, $"HFSTS1 bit 4 is {(open ? "set" : "clear")}; what that means depends on the ME's " +
                "version, which is not known");
        }

        bool isProtection = me.Family == FirmwareFamily.Me && me.Version.Major >= FirstProtectionVersion;
        return new(open, (isProtection, open) switch
        {
            (false, true) => "manufacturing was never closed: the ME is in manufacturing mode",
            (false, false) => "manufacturing was closed",
            (true, true) => "the host may write the descriptor (SPI protection is off)",
            (true, false) => "SPI protection is on: the host may not write the descriptor",
        });
    }
}
