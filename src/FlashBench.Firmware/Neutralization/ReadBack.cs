using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Neutralization;

/// <summary>Measures bytes that were read back against the original image.</summary>
/// <param name="original">The analysed backup.</param>
/// <param name="options">What was to be done to it.</param>
/// <param name="actual">The bytes read back.</param>
/// <param name="keys">Signing keys to trust.</param>
internal sealed class ReadBack(
    ImageAnalysis original, NeutralizationOptions options, ReadOnlyMemory<byte> actual, KeyRing keys)
{
    private readonly ImagePlan _plan = NeutralizationPlan.Create(original, options);
    private readonly Removal? _removal = NeutralizationPlan.RemovalOf(original, options);
    private readonly List<string> _problems = [];

    // A region that is erased whole has no firmware left to read.
    private bool IsErased => options.Remove && _removal is null;

    /// <summary>Everything that can be measured.</summary>
    public NeutralizationCheck Measure()
    {
        if (actual.Length != _plan.ResultLength)
            _problems.Add($"0x{actual.Length:X} bytes were read back, and it should be 0x{_plan.ResultLength:X}");

        ImageAnalysis? read = Analyse();
        var (before, after) = (Strap(original.Image), Strap(actual));
        var check = new NeutralizationCheck
        {
            Kept = [.. _plan.Kept.Select(Compare)],
            ProgrammedBytes = CountProgrammed(actual.Span),
            ProgrammedBytesMax = Limit,
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
        if (IsErased && original.Kind == ImageKind.MeRegion)
            return null;
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
        _problems.AddRange(check.Kept.Where(k => !k.IsEqual && !k.IsBoardData)
            .Select(k => $"kept range {k.Name} {k.Range} differs"));
        if (check.ProgrammedBytes > check.ProgrammedBytesMax)
        {
            _problems.Add($"{check.ProgrammedBytes} bytes remain in the ME region, at most " +
                $"{check.ProgrammedBytesMax} may in {original.Me!.Title}");
        }

        if (read is not null)
            JudgeContent(check, read);
        _problems.AddRange(check.NotRemoved);
        if (check.DisableBitSet == false && options.SetDisableBit)
            _problems.Add($"{Bit!.Name} is not set");
        if (check.OnlyDisableBitDiffers == false)
            _problems.Add($"the strap dword is 0x{check.StrapAfter:X8}, more than {Bit!.Name} differs from before");
    }

    private void JudgeContent(NeutralizationCheck check, ImageAnalysis read)
    {
        if (!IsErased)
        {
            _problems.AddRange(
                read.Findings.Where(f => f.Severity == FindingSeverity.Error).Select(f => f.ToString()));
            if (original.Me is { Code.Manifest.Signature: SignatureStatus.Valid } &&
                check.Signature != SignatureStatus.Valid)
            {
                _problems.Add("the code partition does not read back with a valid signature");
            }

            if (read.Me is not null && original.Me is not null)
                _problems.AddRange(ChangedModules(read));
        }

        if (!IsSettled(read))
            _problems.Add("the ME region still holds what removal takes out");
    }

    // Doing it once more must change nothing.
    private bool IsSettled(ImageAnalysis read)
    {
        try
        {
            return NeutralizationPlan.RemovalOf(read, options)?.IsDone(read.Image.Span) ?? IsErased || !options.Remove;
        }
        catch (PlanRefusedException)
        {
            return false;
        }
    }

    // Wherever a module lies now, its stored bytes are the original ones. Names can repeat, places in the table cannot.
    private IEnumerable<string> ChangedModules(ImageAnalysis read)
    {
        ImmutableArray<CodeModule> before = original.Me!.Code.Modules, now = read.Me!.Code.Modules;
        for (int i = 0; i < before.Length; i++)
        {
            bool isSame = i < now.Length && now[i].Name == before[i].Name &&
                Hash(original.Image.Span, before[i].Ranges) == Hash(actual.Span, now[i].Ranges);
            if (before[i].IsKept && !isSame)
                yield return $"module {before[i].Name} does not read back with its own bytes";
        }
    }

    // By the original's own layout: a changed table in the read-back must not hide what it no longer names.
    private IEnumerable<string> NotRemoved()
    {
        var undone = new HashSet<ChangeRule>(); // one sentence a rule: a module can have thousands of pieces
        Edit[] edits =
        [
            .. _removal?.Edits ?? NeutralizationPlan.ErasureOf(original, options),
            .. NeutralizationPlan.DescriptorWordsOf(original, options),
        ];
        return from layer in EditLayers.Flatten(edits)
               where !layer.Edit.IsDone(actual.Span, layer.Part) && undone.Add(layer.Edit.Rule)
               select $"at {layer.Part} not done: {layer.Edit.Rule.Text}";
    }

    private KeptRangeResult Compare(KeptRange kept)
    {
        var whole = new FlashRange(0, actual.Length);
        return new KeptRangeResult(
            kept.Name, kept.Range, kept.IsBoardData, Hash(kept.Range.Of(original.Image.Span)),
            Hash(whole.Intersect(kept.Range).Of(actual.Span)));
    }

    private long CountProgrammed(ReadOnlySpan<byte> image) => PlanRules.MeRegion(original) is { } region
        ? RemovalLimit.Count(
            image, region, _plan.Kept.Where(k => k.Name == Removal.FileSystem).Select(k => k.Range))
        : 0;

    private uint? Strap(ReadOnlyMemory<byte> image) => Bit is not null && Bit.Range.End <= image.Length
        ? BinaryPrimitives.ReadUInt32LittleEndian(Bit.Range.Of(image.Span))
        : null;

    // Known for what the default policy leaves; other options keep more.
    private long? Limit => options is { Remove: true, KeepModules: false, RemovePartitions: null } &&
        options.KeepPartitions.All(p => p == Removal.FileSystem) && original.Me is { } me ? RemovalLimit.For(me) : null;

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Hash(ReadOnlySpan<byte> image, ImmutableArray<FlashRange> ranges)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FlashRange range in ranges)
            hash.AppendData(new FlashRange(0, image.Length).Intersect(range).Of(image));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
