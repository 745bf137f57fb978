using System.Buffers.Binary;
using System.Security.Cryptography;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Measures bytes that were read back against the original image.</summary>
/// <param name="original">The analysed backup.</param>
/// <param name="actual">The bytes read back.</param>
/// <param name="keys">Signing keys to trust.</param>
internal sealed class ReadBack(ImageAnalysis original, ReadOnlyMemory<byte> actual, KeyRing keys)
{
    private readonly ImagePlan _plan = NeutralizationPlan.Create(original);
    private readonly MeFirmware _me = original.Me!; // Create refuses images without one.
    private readonly List<string> _problems = [];

    /// <summary>Everything that can be measured.</summary>
    public NeutralizationCheck Measure()
    {
        if (actual.Length != original.Image.Length)
            _problems.Add($"0x{actual.Length:X} bytes were read back, the original has 0x{original.Image.Length:X}");

        ImageAnalysis? read = Analyse();
        var (before, after) = (Strap(original.Image), Strap(actual));
        var check = new NeutralizationCheck
        {
            Kept = [.. _plan.Kept.Select(Compare)],
            ProgrammedBytes = CountProgrammed(actual.Span),
            ProgrammedBytesMax = LimitFor(_me.Version),
            OriginalProgrammedBytes = CountProgrammed(original.Image.Span),
            Partitions = [.. read?.Me?.Table.Partitions.Select(p => p.Name) ?? []],
            Modules = [.. read?.Me?.PresentModules(actual.Span).Select(m => m.Name) ?? []],
            Signature = read?.Me?.Code.Manifest.Signature ?? SignatureStatus.NotChecked,
            StrapBefore = before,
            StrapAfter = after,
            DisableBitSet = Bit is null ? null : after is { } word && (word & Bit.Mask) != 0,
            OnlyDisableBitDiffers = Bit is null ? null : after is { } now && ((now ^ before!.Value) & ~Bit.Mask) == 0,
            NotRemoved = [.. NotRemoved()],
            Problems = [],
        };
        Judge(check, read);
        return check with { Problems = [.. _problems] };
    }

    private DisableBit? Bit => original.DisableBit;

    private ImageAnalysis? Analyse()
    {
        try
        {
            return ImageAnalysis.Read(actual, keys);
        }
        catch (ImageFormatException damage)
        {
            _problems.Add($"the read-back cannot be understood: {damage.Message}");
            return null;
        }
    }

    private void Judge(NeutralizationCheck check, ImageAnalysis? read)
    {
        var errors = read?.Findings.Where(f => f.Severity == FindingSeverity.Error) ?? [];
        _problems.AddRange(errors.Select(f => f.ToString()));
        _problems.AddRange(check.Kept.Where(k => !k.IsEqual && !k.IsBoardData)
            .Select(k => $"kept range {k.Name} {k.Range} differs"));
        if (check.Signature != SignatureStatus.Valid)
            _problems.Add("the code partition does not read back with a valid signature");
        if (check.ProgrammedBytesMax is not { } limit)
            _problems.Add($"how much of {_me.Title} may remain is not known");
        else if (check.ProgrammedBytes > limit)
            _problems.Add($"{check.ProgrammedBytes} bytes remain in the ME region, at most {limit} may in {_me.Title}");
        if (read?.Me is { AlreadyNeutralized: false })
            _problems.Add("the ME region still holds what removal takes out");
        _problems.AddRange(check.NotRemoved);
        if (check.DisableBitSet == false)
            _problems.Add($"{Bit!.Name} is not set");
        if (check.OnlyDisableBitDiffers == false)
            _problems.Add($"the strap dword is 0x{check.StrapAfter:X8}, more than {Bit!.Name} differs from before");
    }

    // By the original's own layout: a changed table in the read-back must not hide what it no longer names.
    private IEnumerable<string> NotRemoved()
    {
        var undone = new HashSet<ChangeRule>(); // one sentence a rule: a module can have thousands of pieces
        return from edit in Removal.Of(original.Image.Span, _me).Edits
               where !IsDone(edit) && undone.Add(edit.Rule)
               select $"at {edit.Range} not done: {edit.Rule.Text}";
    }

    private bool IsDone(Edit edit)
    {
        ReadOnlySpan<byte> bytes = new FlashRange(0, actual.Length).Intersect(edit.Range).Of(actual.Span);
        return edit.New is null ? !bytes.ContainsAnyExcept((byte)0xFF) : bytes.SequenceEqual(edit.New);
    }

    private KeptRangeResult Compare(KeptRange kept)
    {
        var whole = new FlashRange(0, actual.Length);
        return new KeptRangeResult(
            kept.Name, kept.Range, kept.IsBoardData, Hash(kept.Range.Of(original.Image.Span)),
            Hash(whole.Intersect(kept.Range).Of(actual.Span)));
    }

    private long CountProgrammed(ReadOnlySpan<byte> image)
    {
        var whole = new FlashRange(0, image.Length);
        var fileSystem = FlashRangeSet.Merge(_plan.Kept.Where(k => k.Name == Removal.FileSystem).Select(k => k.Range));
        long count = 0;
        foreach (FlashRange part in FlashRangeSet.Subtract(whole.Intersect(_me.Region), fileSystem))
        {
            ReadOnlySpan<byte> bytes = part.Of(image);
            count += bytes.Length - bytes.Count((byte)0xFF);
        }

        return count;
    }

    private uint? Strap(ReadOnlyMemory<byte> image) => Bit is not null && Bit.Range.End <= image.Length
        ? BinaryPrimitives.ReadUInt32LittleEndian(Bit.Range.Of(image.Span))
        : null;

    // Observed maximum over stock images of each version and 5 percent (reference section 7, check A5).
    private static long? LimitFor(MeVersion version) => version switch
    {
        { Major: 6 } => 40_000,
        { Major: 7 } => 55_500,
        { Major: 8 } => 67_000,
        { Major: 9, Minor: 0 } => 75_000,
        { Major: 9, Minor: < 5 } => 89_500,
        { Major: 9 } => 101_500,
        { Major: 10 } => 107_000,
        { Major: 11 } => 356_500,
        _ => null,
    };

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
