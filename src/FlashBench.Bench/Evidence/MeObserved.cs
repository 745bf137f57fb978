using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>One ME state as it was observed.</summary>
/// <param name="Boot">Number of the boot.</param>
/// <param name="IsText">True if the firmware's log said it, and no register was read.</param>
/// <param name="Samples">Samples that show a device; 0 for a text.</param>
/// <param name="Agree">True if all of them decode to the same state.</param>
/// <param name="State">The state.</param>
/// <param name="Registers">The registers of the last of them.</param>
internal sealed record ObservedState(
    int Boot, bool IsText, int Samples, bool Agree, MeStateKind State, MeRegisters Registers);

/// <summary>What the boots of a job showed of the ME, with the original image and with the written one.</summary>
public static class MeObserved
{
    /// <summary>Samples of the board as received.</summary>
    internal static IEnumerable<RegisterSample> BaselineSamples(JobFacts facts) =>
        facts.Boots.Where(boot => boot.Kind == BootKind.Baseline).SelectMany(boot => boot.Samples);

    /// <summary>True if the board as received holds a stock image and showed the ME's device.</summary>
    public static bool BaselineShowsDevice(JobFacts facts) => facts.Audit is { Stock: true }
        && (BaselineSamples(facts).Any(sample => sample.Registers.Status1 is not null)
            || facts.Boots.Any(boot => boot.Kind == BootKind.Baseline && ListsDevice(boot)));

    /// <summary>True if the host lists the ME's device.</summary>
    internal static bool ListsDevice(BootObservation boot) =>
        boot.Facts.Find(BoardFacts.Engine)?.Contains("00:16.0/", StringComparison.Ordinal) == true;

    /// <summary>True if no sample of a watched boot shows a device, on a board that has an ME.</summary>
    internal static bool IsHidden(JobFacts facts)
    {
        var samples = facts.Boots.Where(boot => boot.Kind != BootKind.Baseline).SelectMany(boot => boot.Samples)
            .ToList();
        return samples.Count > 0 && !StateChecks.HasNoMe(facts)
            && samples.TrueForAll(sample => sample.Registers.Status1 is null);
    }

    /// <summary>The state that every sample of the watched boots shows; null if they differ or show none.</summary>
    internal static MeStateKind? WatchedState(JobFacts facts)
    {
        var states = facts.Boots.Where(boot => boot.Kind != BootKind.Baseline)
            .Select(boot => Of(facts, boot, after: true)).OfType<ObservedState>().ToList();
        return states.Count > 0 && states.TrueForAll(state => state.Agree && state.State == states[0].State)
            ? states[0].State
            : null;
    }

    /// <summary>The state on the image as received; null if nothing was seen.</summary>
    internal static ObservedState? Before(JobFacts facts) =>
        facts.Boots.FirstOrDefault(boot => boot.Kind == BootKind.Baseline) is { } boot
            ? Of(facts, boot, after: false)
            : null;

    /// <summary>The state on the written image, by the last watched boot; null if nothing was seen.</summary>
    internal static ObservedState? After(JobFacts facts) =>
        facts.Boots.LastOrDefault(boot => boot.Kind != BootKind.Baseline) is { } boot
            ? Of(facts, boot, after: true)
            : null;

    private static ObservedState? Of(JobFacts facts, BootObservation boot, bool after)
    {
        if ((after ? facts.Source : facts.Audit) is not { } audit)
            return null;
        bool bit = after ? StateChecks.BitAfter(facts, audit) : audit.DisableBit.Set;
        var shown = boot.Samples.Select(sample => sample.Registers).Where(words => words.Status1 is not null).ToList();
        if (shown.Count == 0)
        {
            return StateChecks.TextState(boot.FirmwareText, audit, bit) is { } said
                ? new ObservedState(boot.Number, true, 0, true, said, boot.FirmwareText!.Registers)
                : null;
        }

        var states = shown.Select(words => StateChecks.Decide(words, audit, bit).Kind).ToList();
        return new ObservedState(
            boot.Number, false, shown.Count, states.TrueForAll(state => state == states[^1]), states[^1], shown[^1]);
    }

    /// <summary>What registers say, in words.</summary>
    internal static string Reading(MeRegisters registers, MeGeneration? generation)
    {
        if (registers.Status1 is not { } first)
            return "no device answers: no register evidence";
        string second = generation is { } known && registers.Status2(known) is { } status
            ? $"; phase {status.Phase}, state 0x{status.State:X2}"
            : "";
        return $"working state {first.WorkingState} {first.WorkingStateName}; mode {first.OperationMode} "
            + $"{first.OperationModeName}; error {first.ErrorCode} {first.ErrorName}; "
            + $"init {(first.InitComplete ? "complete" : "not complete")}{second}";
    }

    /// <summary>The generation of a job's firmware; null if it is none that is known.</summary>
    internal static MeGeneration? GenerationOf(JournalData.Audit audit) =>
        Enum.IsDefined((MeGeneration)audit.Generation) ? (MeGeneration)audit.Generation : null;
}
