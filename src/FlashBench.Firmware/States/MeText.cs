using System.Collections.Immutable;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.States;

/// <summary>Reads what any text says about the state of an ME.</summary>
/// <remarks>Damage makes it say less, never something better: see <see cref="MeSampleJudge"/> for what a good state
/// rests on. Time is linear in the length of the text.</remarks>
public static class MeText
{
    /// <summary>Characters of a line that are read; a longer one that speaks of HFSTS1 counts as damaged.</summary>
    public const int LineMax = 1024;

    /// <summary>Lines that are read.</summary>
    public const int LineCountMax = 2_000_000;

    /// <summary>Samples that are told apart; what comes after them makes the whole inconclusive.</summary>
    public const int SampleCountMax = 1000;

    /// <summary>Reads a text.</summary>
    /// <param name="text">Any text, also damaged or binary.</param>
    /// <param name="context">What is known besides it.</param>
    public static MeTextReport Decode(string text, MeTextContext context)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(context);
        var samples = new MeSampleBuilder();
        int line = 0;
        foreach (ReadOnlySpan<char> span in AsciiText.Of(text).AsSpan().EnumerateLines())
        {
            if (++line > LineCountMax || samples.IsFull)
                break;
            if (span.Length <= LineMax)
                samples.Add(AsciiText.WithoutMark(span).ToString(), line);
            else
                samples.AddOverlong(span, line);
        }

        return Judge(samples, context, isCut: samples.IsFull || line > LineCountMax);
    }

    private static MeTextReport Judge(MeSampleBuilder samples, MeTextContext context, bool isCut)
    {
        var (found, remarks, versions) = samples.Finish();
        // Two versions in a text are two machines or an update: then neither is used.
        int? major = context.Major ?? (versions.Count == 1 ? versions.Single() : null);
        MeGeneration? generation = context.Generation ??
            (major is { } known ? MeTextContext.Of(known) : samples.ShowsCse ? MeGeneration.Three : null);
        ImmutableArray<MeReading> readings =
            [.. found.Select(sample => MeSampleJudge.Read(sample, generation, context.DisableBitSet))];
        return new(readings, Overall(readings, isCut), generation, major, [.. remarks]);
    }

    private static MeState Overall(ImmutableArray<MeReading> readings, bool isCut)
    {
        MeReading[] speaking = [.. readings.Where(reading => reading.Sample.SpeaksOfState)];
        if (speaking.Length == 0)
            return None("the text says nothing about the ME's state, which proves nothing");

        MeState worst = speaking.MinBy(reading => Rank(reading.State.Kind))!.State;
        if (Rank(worst.Kind) < Rank(MeStateKind.NoEvidence))
            return worst;
        if (isCut)
            return None("the text has more samples or lines than are read");
        if (speaking.FirstOrDefault(reading => reading.IsContradictory) is { } contradictory)
            return contradictory.State;
        if (worst.Kind is MeStateKind.NoEvidence or MeStateKind.Unlisted or MeStateKind.Transient)
            return worst;
        if (speaking.Any(reading => reading.State.Kind != worst.Kind))
            return None("the samples show different states, so that none is claimed");
        return speaking.MinBy(reading => reading.State.Strength)!.State;
    }

    private static MeState None(string sentence) => new(MeStateKind.NoEvidence, EvidenceStrength.Weak, sentence);

    // The worst first.
    private static int Rank(MeStateKind kind) => kind switch
    {
        MeStateKind.WatchdogArmed => 0,
        MeStateKind.InvalidCpu => 1,
        MeStateKind.Running => 2,
        MeStateKind.ImageBroken => 3,
        MeStateKind.ServerFirmware => 4,
        MeStateKind.DebugMode => 5,
        MeStateKind.FlashOverride => 6,
        MeStateKind.NoEvidence => 7,
        MeStateKind.Unlisted => 8,
        MeStateKind.Transient => 9,
        MeStateKind.SoftDisabled => 10,
        _ => 11,
    };
}
