using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <summary>Looks for the disable bit of one descriptor.</summary>
/// <param name="descriptor">The descriptor.</param>
/// <param name="firmware">Version of the ME in the same image, or null when unknown.</param>
/// <param name="findings">Receives why nothing is pinned, where that needs saying.</param>
internal sealed class DisableBitSearch(FlashDescriptor descriptor, MeVersion? firmware, List<Finding> findings)
{
    /// <summary>The bit that the content alone pins, or null.</summary>
    public DisableBit? FindAutomatic()
    {
        DisablePlatform? platform = AutomaticPlatform();
        if (platform is not null && platform.StrapIndex >= descriptor.Straps.Length)
        {
            Add(FindingSeverity.Error, $"the descriptor states {descriptor.Straps.Length} straps, but " +
                $"{platform.BitName} is in strap {platform.StrapIndex}");
            return null;
        }

        if (!IsStrapCountUsual() || platform is null)
            return null;
        // Which firmware goes with the hub is judged where a plan is made, with a sentence of its own.
        DisableBit bit = platform.Locate(descriptor);
        if (bit.Evidence == StrapEvidence.OneSource)
        {
            Add(FindingSeverity.Note,
                $"only one project says that {bit.Name} of {platform.Title} is in strap +0x{bit.StrapOffset:X2}");
        }

        return bit;
    }

    /// <summary>The bit of a platform that somebody named, or null (and an error) when it is not confirmed.</summary>
    /// <param name="platform">The platform.</param>
    public DisableBit? Find(DisablePlatform platform)
    {
        if (platform.WhyNot(descriptor, firmware) is not { } reason)
            return platform.Locate(descriptor, firmware);
        Add(FindingSeverity.Error, $"the platform {platform.Name} is not confirmed: {reason}");
        return null;
    }

    /// <summary>The platforms that the descriptor can be for.</summary>
    public ImmutableArray<DisableCandidate> Candidates()
    {
        var candidates = ImmutableArray.CreateBuilder<DisableCandidate>();
        foreach (DisablePlatform platform in DisablePlatform.CandidatesFor(descriptor, firmware))
            candidates.Add(new(platform, platform.Refusal is null ? platform.Locate(descriptor) : null));
        return candidates.ToImmutable();
    }

    private DisablePlatform? AutomaticPlatform()
    {
        foreach (DisablePlatform platform in DisablePlatform.All)
        {
            if (platform.IsAutomatic && platform.Classes.Contains(descriptor.Pch))
                return platform;
        }

        return null;
    }

    private bool IsStrapCountUsual()
    {
        if (descriptor.Pch == PchClass.Unknown)
            Add(FindingSeverity.Warning, "no rule tells the PCH of this descriptor: its disable bit is not pinned");
        ReadOnlySpan<byte> seen = descriptor.Pch.SeenStrapCounts();
        if (seen.IsEmpty || seen.Contains((byte)descriptor.Straps.Length))
            return true;
        Add(FindingSeverity.Warning,
            $"the descriptor states {descriptor.Straps.Length} straps, which no known descriptor for " +
            $"{descriptor.Pch.Title()} does: its disable bit is not pinned");
        return false;
    }

    private void Add(FindingSeverity severity, string text) =>
        findings.Add(new(descriptor.StrapsOffset, severity, text));
}
