using System.Collections.Immutable;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.States;

/// <summary>What belongs together in a text: the statements of one look at the ME.</summary>
/// <param name="Statements">In the order of the text.</param>
public sealed record MeSample(ImmutableArray<MeStatement> Statements)
{
    /// <summary>The registers that were printed as numbers.</summary>
    public MeRegisters Registers => new(
        Raw(MeKey.Hfsts1), Raw(MeKey.Hfsts2), Raw(MeKey.Hfsts3), Raw(MeKey.Hfsts4), Raw(MeKey.Hfsts5),
        Raw(MeKey.Hfsts6));

    /// <summary>MSR 0x13A, or null.</summary>
    public BootGuardMsr? BootGuard => Find(MeKey.BootGuard)?.Value is { } raw ? new BootGuardMsr(raw) : null;

    /// <summary>True when something in it speaks of HFSTS1, whole or damaged.</summary>
    public bool SpeaksOfState => Statements.Any(said => said.Key is MeKey.Hfsts1 or MeKey.WorkingState
        or MeKey.OperationMode or MeKey.Damaged);

    /// <summary>The statement of a kind, or null.</summary>
    /// <param name="key">The kind.</param>
    public MeStatement? Find(MeKey key)
    {
        foreach (MeStatement said in Statements)
        {
            if (said.Key == key)
                return said;
        }

        return null;
    }

    private uint? Raw(MeKey key) => (uint?)Find(key)?.Value;
}

/// <summary>A sample with what it means.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="State">What it shows.</param>
/// <param name="IsContradictory">Two of its statements do not agree.</param>
public sealed record MeReading(MeSample Sample, MeState State, bool IsContradictory);

/// <summary>What is known besides the text.</summary>
/// <param name="Generation">Generation of the firmware, or null to use what the text states.</param>
/// <param name="Major">Major version of the firmware, or null to use what the text states.</param>
/// <param name="DisableBitSet">Whether HAP or AltMeDisable is set in the flash; null when unknown.</param>
public sealed record MeTextContext(MeGeneration? Generation, int? Major, bool? DisableBitSet)
{
    /// <summary>Nothing is known.</summary>
    public static MeTextContext None { get; } = new(null, null, null);

    /// <summary>The generation that a major version belongs to.</summary>
    /// <param name="major">2 or more.</param>
    public static MeGeneration Of(int major) => major switch
    {
        <= 5 => MeGeneration.One,
        <= 10 => MeGeneration.Two,
        _ => MeGeneration.Three,
    };
}

/// <summary>What a whole text says.</summary>
/// <param name="Readings">Its samples, in the order of the text.</param>
/// <param name="Overall">The worst of them; never better than the text as a whole allows.</param>
/// <param name="Generation">The generation that was used, or null.</param>
/// <param name="Major">The major version that was used, or null.</param>
/// <param name="Remarks">Lines that prove no state but explain why one may be missing.</param>
public sealed record MeTextReport(
    ImmutableArray<MeReading> Readings, MeState Overall, MeGeneration? Generation, int? Major,
    ImmutableArray<MeStatement> Remarks);
