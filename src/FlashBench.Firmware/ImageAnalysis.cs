using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware;

/// <summary>Everything that FlashBench knows about one firmware image.</summary>
/// <remarks>Immutable; keeps the image bytes that it was read from, which the caller must not change.</remarks>
public sealed class ImageAnalysis
{
    /// <summary>The bytes that were analysed.</summary>
    public ReadOnlyMemory<byte> Image { get; private init; }

    /// <summary>What the file is.</summary>
    public ImageKind Kind { get; private init; }

    /// <summary>The flash descriptor, or null for a bare ME region.</summary>
    public FlashDescriptor? Descriptor { get; private init; }

    /// <summary>The platform controller hub that the descriptor is for, or null without a descriptor.</summary>
    public PchClass? Pch => Descriptor?.Pch;

    /// <summary>The ME firmware, or null when the image holds none that can be read (the findings say why).</summary>
    public MeFirmware? Me { get; private init; }

    /// <summary>Where the disable bit is by the descriptor's content, or null where that is not pinned.</summary>
    public DisableBit? DisableBit { get; private init; }

    /// <summary>What was noticed, in the order of the reading.</summary>
    public ImmutableArray<Finding> Findings { get; private init; } = [];

    /// <summary>True when no finding is an error: descriptor, table, extents, manifest and key are sound.</summary>
    public bool IsSound => Findings.All(f => f.Severity != FindingSeverity.Error);

    /// <summary>Reads a full flash dump, a descriptor or a bare ME region.</summary>
    /// <param name="image">The image; kept, so it must not be changed afterwards.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <exception cref="ImageFormatException">The bytes are none of the three, or their leading structure is
    /// broken.</exception>
    public static ImageAnalysis Read(ReadOnlyMemory<byte> image, KeyRing keys) => throw new NotImplementedException();
}
