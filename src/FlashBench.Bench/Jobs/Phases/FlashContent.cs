using System.Buffers.Binary;
using System.Security.Cryptography;
using FlashBench.Bench.Journal;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Jobs.Phases;

/// <summary>What the content of a chip says, in the journal's words.</summary>
internal static class FlashContent
{
    /// <summary>The disable bit of an analysed image; all zero where it is not located.</summary>
    public static JournalData.DisableBitState BitOf(ImageAnalysis image) => image.DisableBit is { } bit
        ? new JournalData.DisableBitState(
            bit.Name, (uint)bit.DwordOffset, bit.Bit, bit.IsSet, ReadDword(image.Image.Span, bit.DwordOffset))
        : new JournalData.DisableBitState("none", 0, 0, false, 0);

    /// <summary>Measures the neutralization by content.</summary>
    public static JournalData.FlashCheck Measure(JobContext job, string purpose, byte[] content)
    {
        NeutralizationCheck check = NeutralizationCheck.Measure(
            job.Original!, NeutralizationPolicy.Resolve(job.Options.Policy, job.Original!), content, job.Options.Keys);
        JournalData.DisableBitState before = BitOf(job.Original!);
        var after = before with { Set = check.DisableBitSet ?? false, Dword = check.StrapAfter ?? 0 };
        return new JournalData.FlashCheck(
            purpose,
            [.. check.Kept.Select(k =>
                new JournalData.KeptState(k.Name, (uint)k.Range.Start, (uint)k.Range.End, k.IsEqual, k.IsBoardData))],
            check.ProgrammedBytes, check.ProgrammedBytesMax, [.. check.NotRemoved],
                check.Signature == SignatureStatus.Valid, after,
            check.OnlyDisableBitDiffers ?? false, [.. check.Problems]);
    }

    /// <summary>Compares a whole read with what the chip shall hold, and journals it.</summary>
    public static ByteDifference Record(
        JobContext job, string purpose, byte[] actual, byte[] expected, List<FlashRange> mayDiffer)
    {
        ByteDifference difference = ByteDifference.Between(actual, expected, mayDiffer);
        string sha256 = HashOf(actual);
        string expectedSha256 = actual.AsSpan().SequenceEqual(expected) ? sha256 : HashOf(expected);
        job.Journal.Append(new JournalData.ReadBack(
            purpose, sha256, expectedSha256, difference.Count, difference.First, Reopened: true,
            DriftOf(actual, expected, mayDiffer)));
        return difference;
    }

    /// <summary>Ranges that the board's own firmware may write while it runs: BIOS, and what the plan keeps as
    /// data.</summary>
    /// <remarks>Where the planned content has them; before the write see <see cref="WrittenSinceBackup"/>.</remarks>
    public static List<FlashRange> WrittenByFirmware(JobContext job) =>
        [.. BiosOf(job.Original!), .. job.Plan!.Kept.Where(kept => kept.IsBoardData).Select(kept => kept.Range)];

    /// <summary>The same ranges where the board as it was found has them.</summary>
    public static List<FlashRange> WrittenSinceBackup(JobContext job) => job.Composition is { } image
        ? [.. BiosOf(job.Board!), .. image.Own.Select(own => own.From)]
        : WrittenByFirmware(job);

    /// <summary>What the chip shall keep as it is when it is written, not as the backup has it: where that is now, and
    /// where it shall be.</summary>
    public static IEnumerable<(FlashRange From, FlashRange To)> KeptAsItIs(JobContext job)
    {
        if (job.Composition is not { } image)
            return WrittenByFirmware(job).Select(range => (range, range));
        var written = WrittenByFirmware(job);
        IEnumerable<(FlashRange, FlashRange)> untouched = written
            .Where(range => !image.Brought.Any(part => part.Range.Overlaps(range))).Select(range => (range, range));
        return untouched.Concat(image.Own.Where(own => written.Exists(range => range.Contains(own.To)))
            .Select(own => (own.From, own.To)));
    }

    /// <summary>What may change before the write: what the board's firmware may write, and what will be erased anyway.
    /// </summary>
    public static List<FlashRange> MayDriftBeforeWrite(JobContext job) =>
        [.. WrittenSinceBackup(job), .. ErasedAnyway(job)];

    /// <summary>Partitions of the ME as it was found that do not survive the write.</summary>
    public static IEnumerable<FlashRange> ErasedAnyway(JobContext job)
    {
        MeFirmware me = job.Board!.Me!;
        return from partition in me.Table.Partitions
               where partition.Range is { IsEmpty: false } range && !range.Overlaps(me.Code.Range)
               select partition.Range!.Value;
    }

    /// <summary>Which of the ranges that may differ do differ.</summary>
    public static JournalData.NamedRange[] DriftOf(byte[] actual, byte[] expected, List<FlashRange> mayDiffer) =>
        [.. from range in mayDiffer
            where !range.Of(actual).SequenceEqual(range.Of(expected))
            select new JournalData.NamedRange("the board's own data", (uint)range.Start, (uint)range.End)];

    /// <summary>SHA-256 of a range in lower-case hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> image, FlashRange range) => HashOf(range.Of(image));

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static IEnumerable<FlashRange> BiosOf(ImageAnalysis image) =>
        image.Descriptor!.Region(DescriptorRegion.Bios) is { } bios ? Outside(bios.Range, image) : [];

    // Some boards describe a BIOS region that covers descriptor and ME too: those stay protected.
    private static IEnumerable<FlashRange> Outside(FlashRange bios, ImageAnalysis image)
    {
        long start = image.Descriptor!.Regions.Where(r => r.Number != DescriptorRegion.Bios && r.Range.Overlaps(bios))
            .Select(r => r.Range.End).Append(bios.Start).Max();
        if (start < bios.End)
            yield return new FlashRange(start, bios.End);
    }

    private static uint ReadDword(ReadOnlySpan<byte> image, long offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(image[(int)offset..]);
}
