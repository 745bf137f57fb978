using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware;

/// <summary>Everything that FlashBench knows about one firmware image.</summary>
/// <remarks>Immutable; keeps the image bytes that it was read from, which the caller must not change.</remarks>
public sealed class ImageAnalysis
{
    /// <summary>The reason for bytes in which nothing of an image was found, not even a broken one.</summary>
    public const string NothingFound = "neither a flash descriptor nor an ME partition table begins here";

    private ImageAnalysis(ReadOnlyMemory<byte> image, ImageKind kind) => (Image, Kind) = (image, kind);

    /// <summary>The bytes that were analysed.</summary>
    public ReadOnlyMemory<byte> Image { get; }

    /// <summary>What the file is.</summary>
    public ImageKind Kind { get; }

    /// <summary>The flash descriptor, or null for a bare ME region.</summary>
    public FlashDescriptor? Descriptor { get; private init; }

    /// <summary>The platform controller hub that the descriptor is for, or null without a descriptor.</summary>
    public PchClass? Pch => Descriptor?.Pch;

    /// <summary>The ME firmware, or null when the image holds none that can be read (the findings say why).</summary>
    public MeFirmware? Me { get; private init; }

    /// <summary>Where the disable bit is by the descriptor's content or the platform that was named, or null where
    /// that is not pinned.</summary>
    public DisableBit? DisableBit { get; private init; }

    /// <summary>The platforms that the descriptor can be for, with the state of their bit; nothing is pinned by
    /// this.</summary>
    public ImmutableArray<DisableCandidate> DisableCandidates { get; private init; } = [];

    /// <summary>What was noticed, in the order of the reading.</summary>
    public ImmutableArray<Finding> Findings { get; private init; } = [];

    /// <summary>True when no finding is an error: descriptor, table, extents, manifest and key are sound.</summary>
    public bool IsSound => Findings.All(f => f.Severity != FindingSeverity.Error);

    /// <summary>Reads a full flash dump, a descriptor or a bare ME region.</summary>
    /// <param name="image">The image; kept, so it must not be changed afterwards.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <exception cref="ImageFormatException">The bytes are none of the three, or their leading structure is
    /// broken.</exception>
    public static ImageAnalysis Read(ReadOnlyMemory<byte> image, KeyRing keys) => Read(image, keys, null);

    /// <summary>Reads a full flash dump, a descriptor or a bare ME region of a board whose platform is known.
    /// </summary>
    /// <param name="image">The image; kept, so it must not be changed afterwards.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <param name="platform">Pins the disable bit when the descriptor confirms it, and is an error when it does
    /// not; null leaves that to the descriptor alone.</param>
    /// <exception cref="ImageFormatException">The bytes are none of the three, or their leading structure is
    /// broken.</exception>
    public static ImageAnalysis Read(ReadOnlyMemory<byte> image, KeyRing keys, DisablePlatform? platform)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var whole = new FlashRange(0, image.Length);
        // A region's table is looked for first: the tag is unambiguous and stands where a descriptor has none.
        if (PartitionTable.Find(image.Span, whole) is not null)
            return ReadRegion(image, whole, keys);
        if (FlashDescriptor.Find(image.Span) is { } descriptor)
            return ReadDump(image, descriptor, keys, platform);
        if (IfwiLayout.Find(image.Span, whole) is not null) // It has no tag of its own, so it comes last.
            return ReadRegion(image, whole, keys);
        throw new ImageFormatException(0, NothingFound);
    }

    private static ImageAnalysis ReadRegion(ReadOnlyMemory<byte> image, FlashRange whole, KeyRing keys)
    {
        var findings = new List<Finding>();
        MeFirmware me = new MeRegionReader(image, whole, keys, findings).Read();
        return new ImageAnalysis(image, ImageKind.MeRegion) { Me = me, Findings = [.. findings] };
    }

    private static ImageAnalysis ReadDump(
        ReadOnlyMemory<byte> image, FlashDescriptor descriptor, KeyRing keys, DisablePlatform? platform)
    {
        var findings = new List<Finding>();
        long own = descriptor.Region(DescriptorRegion.Descriptor)?.Range.End ?? 0x1000;
        bool isAlone = image.Length <= Math.Min(own, DescriptorRules.OwnLengthMax);
        MeFirmware? me = null;
        DescriptorRules.CheckItself(descriptor, findings);
        if (!isAlone)
        {
            DescriptorRules.Check(descriptor, image.Length, findings);
            me = ReadMe(image, descriptor, keys, findings);
        }

        var bits = new DisableBitSearch(descriptor, me?.Version, findings);
        return new ImageAnalysis(image, isAlone ? ImageKind.DescriptorOnly : ImageKind.FullDump)
        {
            Descriptor = descriptor,
            DisableBit = platform is null ? bits.FindAutomatic() : bits.Find(platform),
            DisableCandidates = bits.Candidates(),
            Me = me,
            Findings = [.. findings],
        };
    }

    private static MeFirmware? ReadMe(
        ReadOnlyMemory<byte> image, FlashDescriptor descriptor, KeyRing keys, List<Finding> findings)
    {
        if (descriptor.Region(DescriptorRegion.Me) is not { Range: var region })
        {
            findings.Add(new(0, FindingSeverity.Note, "the descriptor has no ME region"));
            return null;
        }

        FlashRange there = new FlashRange(0, image.Length).Intersect(region);
        try
        {
            return new MeRegionReader(image, there, keys, findings).Read();
        }
        catch (ImageFormatException damage)
        {
            findings.Add(new(damage.Offset, FindingSeverity.Error, damage.Reason));
            return null;
        }
    }
}
