namespace FlashBench.Simulation.Board;

/// <summary>Numbers that depend on nothing but what they are asked for: noise without a sequence.</summary>
/// <remarks>
/// A sample's noise is a function of seed and time, so that one reader more or less does not change what the others
/// see. The mixer is SplitMix64 (Steele, Lea, Flood 2014).
/// </remarks>
internal static class SeededHash
{
    /// <summary>64 mixed bits.</summary>
    public static ulong Mix(long seed, long what)
    {
        unchecked
        {
            ulong z = (ulong)seed * 0xD1342543DE82EF95 + (ulong)what + 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A number from 0 up to 1.</summary>
    public static double Unit(long seed, long what) => (Mix(seed, what) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from -1 up to 1.</summary>
    public static double Signed(long seed, long what) => 2 * Unit(seed, what) - 1;
}
