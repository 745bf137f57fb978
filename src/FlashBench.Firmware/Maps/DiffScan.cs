using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Maps;

/// <summary>Walks once over two images and gathers what differs, field by field.</summary>
/// <param name="map">Map of the first image.</param>
/// <param name="plan">The plan that explains differences, or null.</param>
internal sealed class DiffScan(ImageMap map, ImagePlan? plan)
{
    private const int MergeGap = 64; // Equal bytes between two differences that are still told as one.
    private const int RangesPerFieldMax = 16; // The later differences of a field are told as one.
    private const int BitsMax = 3, OwnersMax = 3; // What is more is not listed one by one.

    private static readonly ChangeRule CutRule =
        new("cut-region", "cut the region behind the last byte that it needs");

    private readonly ReadOnlyMemory<byte> _first = map.Image.Image;
    private readonly ImmutableArray<NamedField> _fields = ImageFields.Of(map);
    private readonly ImmutableArray<ImageChange> _changes = plan?.Changes ?? [];
    private readonly List<Found> _found = [];
    private readonly List<Found> _inField = [];

    private int _field;
    private int _change;

    /// <summary>Compares with <paramref name="second"/>.</summary>
    public ImageDiff Compare(ReadOnlySpan<byte> second)
    {
        ReadOnlySpan<byte> first = _first.Span;
        int common = Math.Min(first.Length, second.Length);
        for (int i = 0; (i += first[i..common].CommonPrefixLength(second[i..common])) < common; i++)
            Add(FlashRange.At(i, 1), RuleAt(i, second[i]));
        CloseField();
        AddTail(first.Length, second.Length);

        var differences = ImmutableArray.CreateBuilder<ImageDifference>(_found.Count);
        foreach (Found found in _found.OrderBy(f => f.Range))
            differences.Add(new(found.Range, NameOf(found, second), found.Bytes, found.Rule));
        long explained = _found.Where(f => f.Rule is not null).Sum(f => f.Bytes);
        return new ImageDiff(differences.MoveToImmutable(), plan?.Policy, _found.Sum(f => f.Bytes), explained)
        {
            MissingBytes = Missing(second),
        };
    }

    private ChangeRule? RuleAt(int offset, byte now)
    {
        while (_change < _changes.Length && _changes[_change].Range.End <= offset)
            _change++;
        if (_change == _changes.Length || _changes[_change].Range.Start > offset)
            return null;
        ImageChange change = _changes[_change];
        byte wanted = change.Content is { } content ? content.Span[(int)(offset - change.Range.Start)] : (byte)0xFF;
        return now == wanted ? change.Rule : null;
    }

    private long Missing(ReadOnlySpan<byte> second)
    {
        long count = 0;
        foreach (ImageChange change in _changes)
        {
            FlashRange there = new FlashRange(0, second.Length).Intersect(change.Range);
            ReadOnlySpan<byte> old = there.Of(_first.Span), now = there.Of(second), wanted = change.New.Span;
            for (int i = 0; i < now.Length; i++)
                count += now[i] == old[i] && now[i] != wanted[i] ? 1 : 0;
        }

        return count;
    }

    // Continues the last difference of the same rule when it is near, or when the field has too many.
    private void Add(FlashRange range, ChangeRule? rule)
    {
        if (_fields[_field].Range.End <= range.Start)
            CloseField();
        while (_fields[_field].Range.End <= range.Start)
            _field++;

        int last = _inField.Count - 1;
        while (last >= 0 && !ReferenceEquals(_inField[last].Rule, rule))
            last--;
        bool isJoined = last >= 0 &&
            (range.Start - _inField[last].Range.End <= MergeGap || _inField.Count >= RangesPerFieldMax);
        if (isJoined)
            _inField[last].Extend(range);
        else
            _inField.Add(new Found(_fields[_field], range, rule));
    }

    private void CloseField()
    {
        _found.AddRange(_inField);
        _inField.Clear();
    }

    private void AddTail(int first, int second)
    {
        if (second > first)
        {
            _found.Add(new(
                new(default, "behind the end of the first image"), new FlashRange(first, second), null));
            return;
        }

        ChangeRule? rule = plan?.ResultLength == second ? CutRule : null;
        foreach (NamedField field in _fields.Where(f => f.Range.End > second && second < first))
        {
            FlashRange lost = new FlashRange(second, first).Intersect(field.Range);
            _found.Add(new(new(field.Range, $"{field.Name} (cut off)"), lost, rule));
        }
    }

    private string NameOf(Found found, ReadOnlySpan<byte> second)
    {
        if (found.Field.IsWord && found.Field.Range.End <= second.Length)
            return found.Field.Name + Bits(found.Field.Range, second);
        return found.Field.Kind == SegmentKind.Chunks
            ? found.Field.Name + Owners(map.Image.Me!.Code, found.Range)
            : found.Field.Name;
    }

    private string Bits(FlashRange word, ReadOnlySpan<byte> second)
    {
        if (word.Length != sizeof(uint))
            return "";
        uint changed = BinaryPrimitives.ReadUInt32LittleEndian(word.Of(_first.Span)) ^
            BinaryPrimitives.ReadUInt32LittleEndian(word.Of(second));
        int count = BitOperations.PopCount(changed);
        if (count is 0 or > BitsMax)
            return "";
        var bits = Enumerable.Range(0, 32).Where(bit => (changed >> bit & 1) != 0)
            .Select(bit => bit.ToString(CultureInfo.InvariantCulture));
        return $" {(count == 1 ? "bit" : "bits")} {string.Join(", ", bits)}";
    }

    private static string Owners(CodePartition code, FlashRange range)
    {
        string[] owners = [.. code.Modules.Where(m => m.Ranges.Any(r => r.Overlaps(range))).Select(m => m.Name)];
        return owners.Length switch
        {
            0 => " (no module's)",
            <= OwnersMax => $" of {string.Join(", ", owners)}",
            _ => $" of {owners.Length} modules",
        };
    }

    /// <summary>A difference that may still grow.</summary>
    private sealed class Found(NamedField place, FlashRange range, ChangeRule? rule)
    {
        public NamedField Field => place;

        public ChangeRule? Rule => rule;

        public FlashRange Range { get; private set; } = range;

        public long Bytes { get; private set; } = range.Length;

        public void Extend(FlashRange more)
        {
            Range = new FlashRange(Range.Start, more.End);
            Bytes += more.Length;
        }
    }
}
