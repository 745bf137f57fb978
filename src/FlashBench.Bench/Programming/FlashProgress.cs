namespace FlashBench.Bench.Programming;

/// <summary>What a flash job does just now.</summary>
public enum FlashPhase
{
    /// <summary>Comparing a few sectors with what is remembered of the chip.</summary>
    SpotCheck,

    /// <summary>Reading.</summary>
    Read,

    /// <summary>Erasing, programming and reading back, block by block.</summary>
    Write,

    /// <summary>Reading everything again.</summary>
    Verify,
}

/// <summary>How far a flash job is.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Done">Finished bytes of this phase.</param>
/// <param name="Total">All bytes of this phase.</param>
public readonly record struct FlashProgress(FlashPhase Phase, long Done, long Total);
