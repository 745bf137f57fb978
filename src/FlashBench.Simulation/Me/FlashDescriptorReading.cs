namespace FlashBench.Simulation.Me;

/// <summary>What a PCH takes from the flash descriptor at power-on: ME region and disable strap.</summary>
/// <param name="MeStart">First byte of the ME region.</param>
/// <param name="MeEnd">First byte behind it.</param>
/// <param name="StrapAddress">Address of the strap dword that holds the disable bit.</param>
/// <param name="StrapBit">Which bit of it.</param>
/// <param name="DisableBit">Whether it is set.</param>
/// <remarks>
/// Source: me-firmware.md 1.1 and 1.3. Not modelled: ICH8-10 (descriptor at offset 0), two chips, access rights, and
/// chipsets after the 200 series.
/// </remarks>
internal sealed record FlashDescriptorReading(
    uint MeStart, uint MeEnd, uint StrapAddress, int StrapBit, bool DisableBit)
{
    private const int SignatureOffset = 0x10;

    /// <summary>Tells the chipset by the number of straps its descriptor has.</summary>
    public static PchFamily FamilyOf(ReadOnlySpan<byte> flash)
    {
        if (!HasSignature(flash))
            return PchFamily.Unknown;
        return (flash.At32(SignatureOffset + 8) >> 24) switch
        {
            0x10 or 0x12 => PchFamily.FiveToSevenSeries, // Ibex Peak, 6/7 series
            0x15 => PchFamily.EightAndNineSeries,
            0x42 or 0x58 => PchFamily.HundredSeries, // LP, H
            _ => PchFamily.Unknown,
        };
    }

    /// <summary>Reads the descriptor as that chipset does.</summary>
    /// <returns>Null if there is no descriptor, or none that names an ME region inside the chip.</returns>
    public static FlashDescriptorReading? Read(ReadOnlySpan<byte> flash, PchFamily family)
    {
        if (!HasSignature(flash) || family == PchFamily.Unknown)
            return null;

        uint regionBase = (flash.At32(SignatureOffset + 4) >> 16 & 0xFF) << 4;
        uint region = flash.At32(regionBase + 8);
        uint start = (region & 0x7FFF) << 12;
        uint end = ((region >> 16 & 0x7FFF) + 1) << 12;
        if (end <= start || end > flash.Length)
            return null;

        uint strapBase = (flash.At32(SignatureOffset + 8) >> 16 & 0xFF) << 4;
        (uint offset, int bit) = family == PchFamily.HundredSeries ? (0u, 16) : (0x28u, 7);
        bool set = (flash.At32(strapBase + offset) >> bit & 1) != 0;
        return new FlashDescriptorReading(start, end, strapBase + offset, bit, set);
    }

    private static bool HasSignature(ReadOnlySpan<byte> flash) => flash.At32(SignatureOffset) == 0x0FF0_A55A;
}
