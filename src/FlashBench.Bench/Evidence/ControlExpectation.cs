using FlashBench.Bench.Watch;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>What a negative control must end in, on a bench that can tell such a board apart.</summary>
/// <param name="Verdict">The verdict of its job.</param>
/// <param name="Class">The class of its watched boot.</param>
/// <param name="State">The state of the ME by its registers; null where the control says nothing of it.</param>
/// <remarks>Source: me-firmware 7, NC1 to NC9.</remarks>
public sealed record ControlExpectation(Verdict Verdict, BootClass Class, MeStateKind? State)
{
    /// <summary>The row of a control.</summary>
    /// <param name="name">The control's name.</param>
    /// <param name="generation">Generation of the board's ME.</param>
    /// <returns>Null for a name that is none.</returns>
    public static ControlExpectation? For(string name, int generation) => name switch
    {
        "stock" or "wrong-strap" => new(Verdict.Fail, BootClass.Alive, MeStateKind.Running),
        "damaged-manifest" when generation >= (int)MeGeneration.Three =>
            new(Verdict.Fail, BootClass.NeverBooted, null),
        "damaged-manifest" => new(Verdict.Fail, BootClass.WatchdogConsistent, MeStateKind.WatchdogArmed),
        "soft-disable" => new(Verdict.Fail, BootClass.Alive, MeStateKind.SoftDisabled),
        "console-unplugged" => new(Verdict.Inconclusive, BootClass.SignsOfLifeLost, null),
        "power-off" => new(Verdict.Inconclusive, BootClass.DeliberateShutdown, null),
        "ac-cut" => new(Verdict.Inconclusive, BootClass.LabPower, null),
        "panic" or "hang" => new(Verdict.Inconclusive, BootClass.Hang, null),
        _ => null,
    };

    /// <summary>What must be seen, as one short text.</summary>
    public string Text => Words(Verdict, Class, State);

    /// <summary>What a job showed, in the same words and as far as this expectation asks.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="verdict">Its verdict.</param>
    public string Seen(JobFacts facts, Verdict verdict)
    {
        var boots = facts.Boots
            .Where(boot => boot.Kind != BootKind.Baseline && !facts.CutOff.Contains(boot.Number)).ToList();
        if (boots.Count == 0)
            return $"{CertificateText.Name(verdict)}, no watched boot";
        BootClass worst = boots.MaxBy(boot => WatchChecks.OutcomeOf(boot.Class))!.Class;
        return Words(verdict, worst, State is null ? null : MeObserved.WatchedState(facts) ?? MeStateKind.NoEvidence);
    }

    private static string Words(Verdict verdict, BootClass kind, MeStateKind? state) =>
        $"{CertificateText.Name(verdict)}, {kind}{(state is { } known ? $", ME {known}" : "")}";
}
