using System.Collections.Immutable;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Firmware.Formats;

/// <summary>How well it is known where a platform keeps its disable bit.</summary>
public enum StrapEvidence
{
    /// <summary>One project names it, and no image shows it.</summary>
    OneSource,

    /// <summary>More than one project names it, or owners report that it works.</summary>
    SeveralSources,

    /// <summary>It is seen set in descriptors that vendors ship, and clear in the same boards' other ones.</summary>
    Shipped,
}

/// <summary>A line of ME versions.</summary>
/// <param name="Major">Major version.</param>
/// <param name="MinorFrom">First minor version.</param>
/// <param name="MinorTo">Last minor version.</param>
public readonly record struct MeLine(int Major, int MinorFrom = 0, int MinorTo = int.MaxValue)
{
    /// <summary>True when <paramref name="version"/> is of this line.</summary>
    public bool Holds(MeVersion version) =>
        version.Major == Major && version.Minor >= MinorFrom && version.Minor <= MinorTo;
}

/// <summary>A strap dword whose value tells two platforms apart.</summary>
/// <param name="Offset">Offset of the dword from FPSBA, in bytes.</param>
/// <param name="Value">Value that it must have.</param>
public readonly record struct StrapCondition(uint Offset, uint Value);

/// <summary>A platform, what its descriptors look like, and where they keep the bit that halts the ME.</summary>
/// <remarks>Source: me-firmware 1.3 (me_cleaner and its forks, coreboot, Dasharo, shipped descriptors). A wrong strap
/// is written without complaint and the ME keeps running, so a platform counts only when the descriptor confirms
/// class, number of straps and every condition.</remarks>
public sealed partial record DisablePlatform
{
    /// <summary>Short name by which it is asked for, for example "cnp-lp".</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>The classes that its descriptors are told as.</summary>
    public required ImmutableArray<PchClass> Classes { get; init; }

    /// <summary>The numbers of PCH straps that its descriptors state; empty when not known.</summary>
    public ImmutableArray<int> StrapCounts { get; init; } = [];

    /// <summary>The numbers of PCH straps that rule it out: they belong to a sibling.</summary>
    public ImmutableArray<int> ForeignStrapCounts { get; init; } = [];

    /// <summary>The ME versions that it runs.</summary>
    public required ImmutableArray<MeLine> MeLines { get; init; }

    /// <summary>Offset of the strap dword from FPSBA, in bytes; without meaning when <see cref="Refusal"/> is set.
    /// </summary>
    public uint StrapOffset { get; init; }

    /// <summary>Bit number inside the dword, 0 to 31.</summary>
    public int Bit { get; init; } = 16;

    /// <summary>"HAP", or "AltMeDisable" through the 9-series.</summary>
    public string BitName { get; init; } = "HAP";

    /// <summary>A strap that must have a certain value, or null.</summary>
    public StrapCondition? Condition { get; init; }

    /// <summary>How well the place is known.</summary>
    public StrapEvidence Evidence { get; init; }

    /// <summary>True when the descriptor's content alone pins the bit; false when the name must be given.</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>Why no bit is ever set on this platform, or null.</summary>
    public string? Refusal { get; init; }

    /// <summary>The platform of that name, or null.</summary>
    /// <param name="name">Short name, lower-case.</param>
    public static DisablePlatform? Find(string name)
    {
        foreach (DisablePlatform platform in All)
        {
            if (platform.Name == name)
                return platform;
        }

        return null;
    }

    /// <summary>The platforms that <paramref name="descriptor"/> can be for, in the order of <see cref="All"/>.
    /// </summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="firmware">Version of the ME in the same image, or null when unknown.</param>
    public static ImmutableArray<DisablePlatform> CandidatesFor(FlashDescriptor descriptor, MeVersion? firmware = null)
    {
        var candidates = ImmutableArray.CreateBuilder<DisablePlatform>();
        foreach (DisablePlatform platform in All)
        {
            if (platform.Mismatch(descriptor, firmware) is null)
                candidates.Add(platform);
        }

        return candidates.ToImmutable();
    }

    /// <summary>Why the bit cannot be located in <paramref name="descriptor"/>, or null when it can.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="firmware">Version of the ME in the same image, or null when unknown.</param>
    public string? WhyNot(FlashDescriptor descriptor, MeVersion? firmware = null) =>
        Refusal is { } refusal ? $"{Title}: {refusal}" : Mismatch(descriptor, firmware);

    /// <summary>The disable bit as this platform places it in <paramref name="descriptor"/>.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="firmware">Version of the ME in the same image, or null when unknown.</param>
    /// <exception cref="PlanRefusedException">The content does not confirm the platform, or its place is not known.
    /// </exception>
    public DisableBit Locate(FlashDescriptor descriptor, MeVersion? firmware = null)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (WhyNot(descriptor, firmware) is { } reason)
            throw new PlanRefusedException(reason, descriptor.StrapsOffset);

        uint strap = descriptor.Straps[StrapIndex];
        return new DisableBit(
            descriptor.StrapsOffset + StrapOffset, StrapOffset, Bit, BitName, (strap >> Bit & 1) != 0)
        {
            Evidence = Evidence,
        };
    }

    /// <summary>Number of the strap dword.</summary>
    internal int StrapIndex => (int)(StrapOffset / sizeof(uint));

    private string? Mismatch(FlashDescriptor descriptor, MeVersion? firmware)
    {
        if (!Classes.Contains(descriptor.Pch))
            return $"the descriptor is for {descriptor.Pch.Title()}, not for {Title}";
        if (!FitsCount(descriptor))
            return $"the descriptor states {descriptor.Straps.Length} straps, which is not {Title}";
        if (Refusal is null && StrapIndex >= descriptor.Straps.Length)
        {
            return $"the descriptor states {descriptor.Straps.Length} straps, but {BitName} of {Title} is in strap " +
                $"{StrapIndex}";
        }

        if (Condition is { } condition && !Holds(descriptor, condition))
            return $"strap +0x{condition.Offset:X2} is not 0x{condition.Value:X8}, as {Title} needs it";
        return firmware is { } version && !RunsOn(version)
            ? $"ME {version} does not run on {Title}"
            : null;
    }

    private bool FitsCount(FlashDescriptor descriptor)
    {
        int count = descriptor.Straps.Length;
        return (StrapCounts.IsEmpty || StrapCounts.Contains(count)) && !ForeignStrapCounts.Contains(count);
    }

    private bool RunsOn(MeVersion version)
    {
        foreach (MeLine line in MeLines)
        {
            if (line.Holds(version))
                return true;
        }

        return false;
    }

    private static bool Holds(FlashDescriptor descriptor, StrapCondition condition)
    {
        int index = (int)(condition.Offset / sizeof(uint));
        return index < descriptor.Straps.Length && descriptor.Straps[index] == condition.Value;
    }
}

/// <summary>A platform that a descriptor can be for, with its disable bit there.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Bit">Place and state of the bit; null when <see cref="DisablePlatform.Refusal"/> says why.</param>
public sealed record DisableCandidate(DisablePlatform Platform, DisableBit? Bit);
