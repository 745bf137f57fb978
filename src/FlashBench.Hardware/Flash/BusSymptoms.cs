namespace FlashBench.Hardware.Flash;

/// <summary>What a wrong answer on the SPI bus most likely means, in words for the person at the bench.</summary>
internal static class BusSymptoms
{
    public const string AllOnes = "no chip, no supply, or MISO open (is the clip turned?)";
    public const string AllZeros = "MISO is shorted, or the board holds the bus";
    public const string Shifted = "the bits come one clock edge late or early: shorten the leads, slow the clock";
    public const string Changing = "bad clip contact, or a second master on the bus";
    public const string LatchDoesNotFollow = "WP# or HOLD# is low, wrong supply, or two bus masters";
    public const string StaysBusy = "the chip works on something nobody here started, or there are two masters";
    public const string WrongSupply = "the voltage at the chip is not the chip's";
    public const string AnotherChip = "another chip than the one that was identified";

    /// <summary>The cause of an id that is none; null if nothing is wrong with its form.</summary>
    /// <param name="jedecId">The answer to 9Fh.</param>
    /// <param name="expected">Ids that the chip could have.</param>
    public static string? OfJedecId(uint jedecId, IReadOnlyCollection<uint> expected) => jedecId switch
    {
        0xFFFFFF => AllOnes,
        0 => AllZeros,
        _ when expected.Contains(jedecId) => null,
        _ when expected.Any(id => IsShifted(jedecId, id)) => Shifted,
        _ => null,
    };

    // The bit that was shifted in can be anything.
    private static bool IsShifted(uint seen, uint sent) =>
        (seen & 0x7FFFFF) == sent >> 1 || (seen & 0xFFFFFE) == (sent << 1 & 0xFFFFFE);
}
