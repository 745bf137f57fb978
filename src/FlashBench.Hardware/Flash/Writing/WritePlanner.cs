namespace FlashBench.Hardware.Flash.Writing;

/// <summary>Plans how a block gets its new content in the least time.</summary>
/// <param name="chip">Its erases nest: each size divides the next.</param>
/// <param name="costs">What the steps cost.</param>
/// <remarks>
/// Flash rules: erasing sets a whole unit to 0xFF, programming clears bits only. For every erase unit the cheaper of
/// two ways is taken, from the smallest units up: erase it whole and program all its pages that are not blank, or do
/// what is best for each of its parts. A part that only loses bits is programmed without an erase, equal pages are
/// skipped. Sectors that the job must not touch keep the units around them from being erased. Source: spi-flash 2.4.
/// </remarks>
public sealed class WritePlanner(SpiNorChip chip, WriteCosts costs)
{
    private const int BlockBytesMin = 64 * 1024;

    /// <summary>Bytes of a sector: the smallest erase unit.</summary>
    public int SectorBytes { get; } = (int)chip.Erases[0].SizeBytes;

    /// <summary>Bytes of a block: what is planned, written and verified together; the whole chip if it is less.
    /// </summary>
    public int BlockBytes { get; } =
        (int)Math.Min(chip.SizeBytes, Math.Max(BlockBytesMin, chip.Erases[0].SizeBytes));

    /// <summary>Plans one block.</summary>
    /// <param name="address">First byte of the block; a multiple of <see cref="BlockBytes"/>.</param>
    /// <param name="current">What the block holds, where <paramref name="sectors"/> says that it is known.</param>
    /// <param name="target">What it shall hold; not looked at in untouchable sectors.</param>
    /// <param name="sectors">One state a sector.</param>
    public BlockPlan Plan(
        uint address, ReadOnlySpan<byte> current, ReadOnlyMemory<byte> target, ReadOnlySpan<SectorState> sectors)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(address % (uint)BlockBytes, 0u, nameof(address));
        ArgumentOutOfRangeException.ThrowIfNotEqual(current.Length, BlockBytes, nameof(current));
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, BlockBytes, nameof(target));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sectors.Length, BlockBytes / SectorBytes, nameof(sectors));
        var block = new Block(address, current, target, sectors);
        List<Way> ways = [];
        for (int start = 0; start < BlockBytes; start += SectorBytes)
            ways.Add(PlanSector(block, start));
        foreach (EraseCommand erase in chip.Erases.Skip(1).Where(erase => erase.SizeBytes <= BlockBytes))
            ways = Merge(block, ways, erase);
        return new BlockPlan(
            address, BlockBytes, [.. ways.SelectMany(way => way.Erases)], [.. ways.SelectMany(way => way.Pages)],
            ways.Aggregate(TimeSpan.Zero, (sum, way) => sum + way.Cost));
    }

    private Way PlanSector(in Block block, int start)
    {
        SectorState state = block.Sectors[start / SectorBytes];
        ReadOnlySpan<byte> old = block.Current.Slice(start, SectorBytes);
        ReadOnlySpan<byte> wanted = block.Target.Span.Slice(start, SectorBytes);
        bool equal = state == SectorState.Equal || (state == SectorState.Known && old.SequenceEqual(wanted));
        if (equal || state == SectorState.Untouchable)
            return new Way(start, SectorBytes, [], [], TimeSpan.Zero, Erasable: equal);
        if (state == SectorState.Known && OnlyClearsBits(old, wanted))
            return WayOf(start, [], ChangedPages(block, start));
        return ErasedWay(block, start, chip.Erases[0]);
    }

    private List<Way> Merge(in Block block, List<Way> parts, EraseCommand erase)
    {
        List<Way> merged = [];
        for (int i = 0; i < parts.Count;)
        {
            int start = parts[i].Start, end = start + (int)erase.SizeBytes;
            List<Way> inside = [.. parts.Skip(i).TakeWhile(part => part.Start < end)];
            i += inside.Count;
            if (inside[^1].Start + inside[^1].Length != end)
            {
                merged.AddRange(inside); // this size does not nest here
                continue;
            }

            Way apart = new(
                start, (int)erase.SizeBytes, [.. inside.SelectMany(way => way.Erases)],
                [.. inside.SelectMany(way => way.Pages)],
                inside.Aggregate(TimeSpan.Zero, (sum, way) => sum + way.Cost), inside.All(way => way.Erasable));
            bool worthIt = apart.Erasable && apart.Cost > costs.Of(erase);
            Way whole = worthIt ? ErasedWay(block, start, erase) : apart;
            merged.Add(whole.Cost < apart.Cost ? whole : apart);
        }

        return merged;
    }

    private Way ErasedWay(in Block block, int start, EraseCommand erase) => WayOf(
        start, [new EraseStep(erase, block.Address + (uint)start)], NonBlankPages(block, start, (int)erase.SizeBytes),
        (int)erase.SizeBytes);

    private Way WayOf(int start, List<EraseStep> erases, List<PageStep> pages, int length = 0)
    {
        TimeSpan cost = erases.Aggregate(TimeSpan.Zero, (sum, step) => sum + costs.Of(step.Command));
        cost = pages.Aggregate(cost, (sum, step) => sum + costs.Of(step));
        return new Way(start, length == 0 ? SectorBytes : length, erases, pages, cost, Erasable: true);
    }

    private List<PageStep> NonBlankPages(in Block block, int start, int length)
    {
        List<PageStep> pages = [];
        for (int at = start; at < start + length; at += chip.PageBytes)
        {
            ReadOnlyMemory<byte> page = block.Target.Slice(at, chip.PageBytes);
            int first = page.Span.IndexOfAnyExcept((byte)0xFF);
            if (first < 0)
                continue;
            int last = page.Span.LastIndexOfAnyExcept((byte)0xFF);
            pages.Add(new PageStep(block.Address + (uint)(at + first), page[first..(last + 1)]));
        }

        return pages;
    }

    private List<PageStep> ChangedPages(in Block block, int start)
    {
        List<PageStep> pages = [];
        for (int at = start; at < start + SectorBytes; at += chip.PageBytes)
        {
            ReadOnlySpan<byte> old = block.Current.Slice(at, chip.PageBytes);
            ReadOnlyMemory<byte> page = block.Target.Slice(at, chip.PageBytes);
            int first = old.CommonPrefixLength(page.Span);
            if (first == page.Length)
                continue;
            int last = page.Length - 1;
            while (old[last] == page.Span[last])
                last--;
            pages.Add(new PageStep(block.Address + (uint)(at + first), page[first..(last + 1)]));
        }

        return pages;
    }

    private static bool OnlyClearsBits(ReadOnlySpan<byte> old, ReadOnlySpan<byte> wanted)
    {
        for (int i = 0; i < old.Length; i++)
        {
            if ((old[i] & wanted[i]) != wanted[i])
                return false;
        }

        return true;
    }

    private readonly ref struct Block(
        uint address, ReadOnlySpan<byte> current, ReadOnlyMemory<byte> target, ReadOnlySpan<SectorState> sectors)
    {
        public readonly uint Address = address;
        public readonly ReadOnlySpan<byte> Current = current;
        public readonly ReadOnlyMemory<byte> Target = target;
        public readonly ReadOnlySpan<SectorState> Sectors = sectors;
    }

    // How one unit gets its content. Erasable: no sector in it is untouchable.
    private sealed record Way(
        int Start, int Length, List<EraseStep> Erases, List<PageStep> Pages, TimeSpan Cost, bool Erasable);
}
