using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Programming;

/// <summary>How far what is remembered of a chip may be believed.</summary>
public enum TrustPolicy
{
    /// <summary>Except in regions that the board writes by itself while it runs: BIOS, ME and GbE.</summary>
    Region,

    /// <summary>Everywhere: the board was not powered since.</summary>
    Journal,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>Decides which sectors of a chip need not be read, because their content is remembered.</summary>
/// <remarks>
/// Before anything is believed, the first sector and some drawn at random are read and compared; one that differs and
/// nothing is believed, now or later: the record forgets the chip. Source: spi-flash 2.4, point 6.
/// </remarks>
public sealed class KnownContent
{
    private const int SpotChecks = 16, SectorBytes = ContentRecord.SectorBytes;
    private static readonly int[] WrittenByBoard = [DescriptorRegion.Bios, DescriptorRegion.Me, DescriptorRegion.Gbe];

    private readonly ContentRecord _record;
    private readonly bool[] _trusted;

    private KnownContent(ContentRecord record, bool[] trusted) => (_record, _trusted) = (record, trusted);

    /// <summary>Number of sectors that are believed.</summary>
    public int Count => _trusted.Count(trusted => trusted);

    /// <summary>True if the chip was found to hold something else than was remembered.</summary>
    public bool WasWrong { get; private init; }

    /// <summary>Looks at the chip and decides.</summary>
    /// <param name="flash">The chip.</param>
    /// <param name="record">What is remembered of it; forgets everything when one sector is found different.</param>
    /// <param name="policy">How far it may be believed.</param>
    /// <param name="random">Draws the sectors; unpredictable on a real bench.</param>
    /// <param name="progress">Told how far it is; may be null.</param>
    /// <param name="cancel">Honoured between sectors.</param>
    public static async Task<KnownContent> CheckAsync(
        SpiNorFlash flash, ContentRecord record, TrustPolicy policy, Random random, Action<FlashProgress>? progress,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(flash);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(random);
        var nothing = new KnownContent(record, new bool[record.Sectors]);
        if (policy == TrustPolicy.None || !record.IsKnown(0))
            return nothing;
        byte[] first = new byte[SectorBytes];
        await flash.ReadAsync(0, first, null, cancel);
        if (!record.Holds(0, first))
            return Wrong(record);
        if (TrustedBy(policy, record, first) is not { } trusted)
            return nothing;
        int[] candidates = [.. Enumerable.Range(1, record.Sectors - 1).Where(sector => trusted[sector])];
        random.Shuffle(candidates);
        int[] drawn = [.. candidates.Take(SpotChecks).Order()];
        for (int i = 0; i < drawn.Length; i++)
        {
            byte[] sector = new byte[SectorBytes];
            await flash.ReadAsync((uint)(drawn[i] * SectorBytes), sector, null, cancel);
            if (!record.Holds(drawn[i], sector))
                return Wrong(record);
            progress?.Invoke(new FlashProgress(
                FlashPhase.SpotCheck, (i + 1L) * SectorBytes, (long)drawn.Length * SectorBytes));
        }

        return new KnownContent(record, trusted);
    }

    /// <summary>True if the content of the sector is remembered and believed.</summary>
    public bool IsTrusted(int sector) => _trusted[sector];

    /// <summary>True if the sector is believed to hold exactly these bytes.</summary>
    public bool Holds(int sector, ReadOnlySpan<byte> content) => _trusted[sector] && _record.Holds(sector, content);

    // Another program has written the chip, or it is another chip: what was not drawn today is as doubtful tomorrow.
    private static KnownContent Wrong(ContentRecord record)
    {
        record.ForgetAll();
        return new KnownContent(record, new bool[record.Sectors]) { WasWrong = true };
    }

    private static bool[]? TrustedBy(TrustPolicy policy, ContentRecord record, byte[] first)
    {
        bool[] trusted = [.. Enumerable.Range(0, record.Sectors).Select(record.IsKnown)];
        if (policy == TrustPolicy.Journal)
            return trusted;
        if (DescriptorGuard.Find(first) is not { } descriptor)
            return null; // without a map nobody knows what the board writes
        foreach (DescriptorRegion region in descriptor.Regions.Where(r => WrittenByBoard.Contains(r.Number)))
            Forget(trusted, region.Range);
        return trusted;
    }

    private static void Forget(bool[] trusted, FlashRange range)
    {
        for (long sector = range.Start / SectorBytes; sector < trusted.Length; sector++)
        {
            if (sector * SectorBytes >= range.End)
                break;
            trusted[sector] = false;
        }
    }
}
