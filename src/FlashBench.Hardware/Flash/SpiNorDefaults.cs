namespace FlashBench.Hardware.Flash;

/// <summary>Times for chips whose own are not known: no part of the table is slower.</summary>
/// <remarks>
/// Reasoning: the typical times are those of slow current parts (polls begin at 0.8 of them), the maximum times the
/// largest of the table's datasheets, so that a good chip is never given up.
/// </remarks>
internal static class SpiNorDefaults
{
    public static readonly TimeSpan PageProgramTypical = TimeSpan.FromMilliseconds(0.7);
    public static readonly TimeSpan PageProgramMax = TimeSpan.FromMilliseconds(5);
    public static readonly TimeSpan RegisterWriteMax = TimeSpan.FromSeconds(1);

    private const uint Sector = 4096, HalfBlock = 32 * 1024, Block = 64 * 1024;

    /// <summary>Typical and maximum time of an erase of this size.</summary>
    public static (TimeSpan Typical, TimeSpan Max) Erase(uint sizeBytes) => sizeBytes switch
    {
        <= Sector => (TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(1000)),
        <= HalfBlock => (TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(3000)),
        <= Block => (TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(4000)),
        _ => (TimeSpan.FromMilliseconds(1000), TimeSpan.FromMilliseconds(16_000)),
    };
}
