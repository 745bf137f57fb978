namespace FlashBench.Simulation.Faults;

/// <summary>One number of a fault.</summary>
/// <param name="Name">Key in the plan's JSON.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value.</param>
/// <param name="DrawMax">Largest value that a seed draws; 0 for <paramref name="Max"/>.</param>
/// <param name="Spread">How a seed draws it.</param>
public sealed record FaultField(
    string Name, long Min, long Max, long DrawMax = 0, FaultSpread Spread = FaultSpread.Even)
{
    /// <summary>Draws a value.</summary>
    /// <param name="random">Seeded.</param>
    /// <param name="chipBytes">Size of the chip, which bounds addresses.</param>
    public long Draw(Random random, uint chipBytes)
    {
        ArgumentNullException.ThrowIfNull(random);
        long max = DrawMax == 0 ? Max : DrawMax;
        return Spread switch
        {
            FaultSpread.Address => random.NextInt64(chipBytes),
            FaultSpread.Magnitude => Math.Clamp((long)Math.Pow(max, random.NextDouble()), Min, max),
            _ => random.NextInt64(Min, max + 1),
        };
    }
}

/// <summary>How a seed draws a number.</summary>
public enum FaultSpread
{
    /// <summary>Every value is as likely as the others.</summary>
    Even,

    /// <summary>Every order of magnitude is as likely as the others: faults come early as often as late.</summary>
    Magnitude,

    /// <summary>An address on the chip.</summary>
    Address,
}
