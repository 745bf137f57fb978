using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.States;

/// <summary>Decides what one sample shows.</summary>
/// <remarks>
/// The decision table decides; a state that a technician would be glad of (neutralized, disabled) needs more: every
/// field of HFSTS1 that the state fixes must be as reports have it, and a second statement must agree: HFSTS2 in the
/// phase of bring-up, or the three lines in words. A register is eight digits without a check: no few damaged digits
/// may turn a running ME into a stopped one. Source: me-firmware, sections 3.5 and 3.6.
/// </remarks>
internal static class MeSampleJudge
{
    private static readonly (MeKey Key, Func<Hfsts1, int> Field)[] Fields =
    [
        (MeKey.WorkingState, status => status.WorkingState), (MeKey.OperationState, status => status.OperationState),
        (MeKey.OperationMode, status => status.OperationMode), (MeKey.ErrorCode, status => status.ErrorCode),
        (MeKey.InitComplete, status => status.InitComplete ? 1 : 0),
    ];

    /// <summary>Reads a sample.</summary>
    public static MeReading Read(MeSample sample, MeGeneration? generation, bool? disableBitSet)
    {
        MeRegisters registers = sample.Registers;
        if (registers.Hfsts1 is null && FromWords(sample) is { } words)
            registers = registers with { Hfsts1 = words };
        bool saysDisabled = sample.Find(MeKey.SaysDisabled) is not null;
        if (saysDisabled && Said(sample, MeKey.OperationMode, registers) is { } and not 2)
            return Contradiction(sample, "one line says disabled, the operation mode does not");

        MeState state = MeStateTable.Decide(registers, generation ?? ByPhase(registers), disableBitSet);
        if (registers.Status1 is { } status && Denied(sample, status) is { } denied)
        {
            return state.Kind is MeStateKind.Running or MeStateKind.WatchdogArmed or MeStateKind.InvalidCpu
                ? new(sample, state with { Strength = EvidenceStrength.Weak }, true)
                : Contradiction(sample, $"line {denied.Line} and HFSTS1 do not agree, so that neither is believed");
        }

        return new(sample, IsGood(state.Kind) ? Confirmed(sample, registers, generation, state) : state, false);
    }

    private static bool IsGood(MeStateKind kind) => kind is MeStateKind.NeutralizedByRemoval
        or MeStateKind.DisabledByBit or MeStateKind.SoftDisabled;

    private static MeState Confirmed(MeSample sample, MeRegisters registers, MeGeneration? generation, MeState state)
    {
        Hfsts1 status = registers.Status1!.Value;
        bool inWords = HasWords(sample, status);
        MeGeneration? rowOf = RowOf(state.Kind, status);
        if (rowOf is null)
            return Nothing($"reads like \"{state.Sentence}\", but not all fields of HFSTS1 fit");
        if (generation is { } known && known != rowOf)
        {
            return Nothing($"reads like \"{state.Sentence}\", but that is known of firmware of generation " +
                $"{(int)rowOf.Value} only, not {(int)known}");
        }

        if (registers.Hfsts2 is { } second)
        {
            MePhase? phase = registers.Status2(generation ?? rowOf)?.Phase;
            bool bringup = second >> 28 is 1 or 3 && phase == MePhase.Bringup;
            if (!bringup)
                return Nothing($"reads like \"{state.Sentence}\", but HFSTS2 does not show the phase of bring-up");
        }
        else if (!inWords)
        {
            return Nothing($"reads like \"{state.Sentence}\", but nothing else in the text confirms HFSTS1");
        }

        if (sample.Find(MeKey.Damaged) is { } damaged)
            return Nothing($"line {damaged.Line} is damaged");
        bool full = sample.Registers.Hfsts1 is not null && inWords && registers.Hfsts2 is not null;
        return full || state.Strength < EvidenceStrength.Strong
            ? state : state with { Strength = EvidenceStrength.Medium };
    }

    // The whole row of HFSTS1 for a good state: whose generation it is, or null when a field does not fit.
    private static MeGeneration? RowOf(MeStateKind kind, Hfsts1 status) =>
        (kind, status.WorkingState, status.OperationState, status.OperationMode, status.ErrorCode) switch
        {
            _ when status.InitComplete || status.UpdateInProgress || status.PartitionTableBad ||
                status.BringupLoadFailure => null,
            (MeStateKind.NeutralizedByRemoval, 2, 1, 0, 3) => MeGeneration.Two,
            (MeStateKind.DisabledByBit, 1, 6, 2, 0) => MeGeneration.Two,
            (MeStateKind.DisabledByBit, 4, 0 or 1, 2, 2) => MeGeneration.Three,
            (MeStateKind.SoftDisabled, 4, 0 or 1, 3, 2) => MeGeneration.Three,
            _ => null,
        };

    // Mode and error in words where the list of words has them; "Unknown (4)" is neither for nor against.
    private static bool HasWords(MeSample sample, Hfsts1 status) =>
        sample.Find(MeKey.WorkingState) is { IsWord: true } working && working.Value == (ulong)status.WorkingState &&
        sample.Find(MeKey.OperationMode) is { IsWord: true } mode && mode.Value == (ulong)status.OperationMode &&
        sample.Find(MeKey.ErrorCode) is { IsWord: true } error && error.Value == (ulong)status.ErrorCode;

    private static MeStatement? Denied(MeSample sample, Hfsts1 status)
    {
        foreach ((MeKey key, Func<Hfsts1, int> field) in Fields)
        {
            if (sample.Find(key) is { Value: { } value } said && value != (ulong)field(status))
                return said;
        }

        return null;
    }

    // HFSTS1 as the lines describe it; all three of working state, mode and error must be there.
    private static uint? FromWords(MeSample sample)
    {
        if (sample.Find(MeKey.WorkingState)?.Value is not { } working ||
            sample.Find(MeKey.OperationMode)?.Value is not { } mode ||
            sample.Find(MeKey.ErrorCode)?.Value is not { } error)
        {
            return null;
        }

        ulong state = sample.Find(MeKey.OperationState)?.Value ?? 0;
        // Without a line about it, a start is taken for complete: that can only make the result worse.
        ulong complete = sample.Find(MeKey.InitComplete)?.Value ?? 1;
        return (uint)(working & 0xF | (state & 7) << 6 | (complete & 1) << 9 | (error & 0xF) << 12 |
            (mode & 0xF) << 16);
    }

    private static int? Said(MeSample sample, MeKey key, MeRegisters registers) =>
        (int?)sample.Find(key)?.Value ?? registers.Status1?.OperationMode;

    // Removal is told by the phase of bring-up; a kernel state in phase 1 is in the old numbering only.
    private static MeGeneration? ByPhase(MeRegisters registers) =>
        registers.Hfsts2 is { } raw && raw >> 28 == 1 ? MeGeneration.Two : null;

    private static MeReading Contradiction(MeSample sample, string sentence) => new(sample, Nothing(sentence), true);

    private static MeState Nothing(string sentence) => new(MeStateKind.NoEvidence, EvidenceStrength.Weak, sentence);
}
