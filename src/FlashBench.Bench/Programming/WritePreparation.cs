using FlashBench.Firmware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Flash.Writing;

namespace FlashBench.Bench.Programming;

/// <summary>Finds out what a write has to change: reads what is not known, and plans every block.</summary>
/// <param name="flash">The chip.</param>
/// <param name="planner">Plans the blocks.</param>
/// <param name="known">What need not be read.</param>
/// <param name="progress">Told how far it is; may be null.</param>
internal sealed class WritePreparation(
    SpiNorFlash flash, WritePlanner planner, KnownContent known, Action<FlashProgress>? progress)
{
    private const int RecordBytes = ContentRecord.SectorBytes;
    private static readonly byte[] Blank = [.. Enumerable.Repeat((byte)0xFF, RecordBytes)];

    private readonly int _sector = planner.SectorBytes;
    private readonly byte[] _current = new byte[flash.Chip.SizeBytes];

    /// <summary>One state a sector of the chip, after <see cref="PlanAsync"/>.</summary>
    public SectorState[] Sectors { get; } = new SectorState[flash.Chip.SizeBytes / planner.SectorBytes];

    /// <summary>What the touched sectors shall hold, after <see cref="PlanAsync"/>; as long as the chip.</summary>
    public byte[] Target { get; } = new byte[flash.Chip.SizeBytes];

    /// <summary>What was read, after <see cref="PlanAsync"/>.</summary>
    public IReadOnlyList<FlashRange> WasRead { get; private set; } = [];

    /// <summary>What the chip holds where it was read; as long as the chip.</summary>
    public ReadOnlySpan<byte> Current => _current;

    /// <summary>Plans the blocks that have to change, in ascending order.</summary>
    public async Task<List<BlockPlan>> PlanAsync(WriteOrder order, CancellationToken cancel)
    {
        order.Target.CopyTo(Target);
        (List<FlashRange> whole, List<FlashRange> cut) = Classify(order);
        var reader = new ChipReader(flash, progress);
        await reader.ReadAsync(whole, _current, cancel);
        await reader.ReadTwiceAsync(cut, _current, cancel); // what is not selected of it is written back as it was read
        WasRead = [.. whole, .. cut];
        KeepWhatIsNotSelected(order.Selection);
        List<BlockPlan> plans = [];
        for (int start = 0; start < Target.Length; start += planner.BlockBytes)
        {
            SectorState[] states = StatesOf(start);
            if (states.All(state => state is SectorState.Untouchable or SectorState.Equal))
                continue;
            BlockPlan plan = planner.Plan(
                (uint)start, _current.AsSpan(start, planner.BlockBytes), Target.AsMemory(start, planner.BlockBytes),
                states);
            if (!plan.IsEmpty)
                plans.Add(plan);
        }

        return plans;
    }

    /// <summary>The states of the sectors of one block.</summary>
    public SectorState[] StatesOf(int blockStart) =>
        Sectors.AsSpan(blockStart / _sector, planner.BlockBytes / _sector).ToArray();

    // Sets the states; returns what has to be read: sectors that are selected whole, and those that are in part.
    private (List<FlashRange> Whole, List<FlashRange> Cut) Classify(WriteOrder order)
    {
        List<FlashRange> read = [], cut = [];
        for (int i = 0; i < Sectors.Length; i++)
        {
            FlashRange sector = FlashRange.At((long)i * _sector, _sector);
            if (!order.Selection.Touches(sector))
                continue;
            bool whole = order.Selection.Contains(sector);
            SectorState? remembered = whole ? Remembered(sector) : null;
            Sectors[i] = remembered ?? SectorState.Known;
            if (remembered is not null)
                continue;
            List<FlashRange> ranges = whole ? read : cut;
            if (ranges.Count > 0 && ranges[^1].End == sector.Start)
                ranges[^1] = new FlashRange(ranges[^1].Start, sector.End);
            else
                ranges.Add(sector);
        }

        return (read, cut);
    }

    // Null: it has to be read. An erase unit may hold several sectors of the record.
    private SectorState? Remembered(FlashRange sector)
    {
        bool trusted = true, equal = true, blank = true;
        for (long at = sector.Start; at < sector.End; at += RecordBytes)
        {
            int index = (int)(at / RecordBytes);
            trusted &= known.IsTrusted(index);
            equal = equal && known.Holds(index, Target.AsSpan((int)at, RecordBytes));
            blank = blank && known.Holds(index, Blank);
        }

        if (!trusted)
            return null;
        if (equal || !blank)
            return equal ? SectorState.Equal : SectorState.Unknown;
        _current.AsSpan((int)sector.Start, _sector).Fill(0xFF); // as good as read: it needs no erase
        return SectorState.Known;
    }

    private void KeepWhatIsNotSelected(FlashSelection selection)
    {
        for (int i = 0; i < Sectors.Length; i++)
        {
            FlashRange sector = FlashRange.At((long)i * _sector, _sector);
            if (Sectors[i] == SectorState.Untouchable || selection.Contains(sector))
                continue;
            byte[] kept = sector.Of(_current).ToArray();
            foreach (FlashRange range in selection.Ranges.Where(range => range.Overlaps(sector)))
            {
                FlashRange part = range.Intersect(sector);
                part.Of(Target).CopyTo(kept.AsSpan((int)(part.Start - sector.Start)));
            }

            kept.CopyTo(Target, sector.Start);
        }
    }
}
