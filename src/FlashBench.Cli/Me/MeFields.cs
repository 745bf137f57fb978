using FlashBench.Firmware;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Cli.Me;

/// <summary>The fields of a sample's registers in words; an unknown one is "unknown".</summary>
internal static class MeFields
{
    /// <summary>One entry a register: its name and its fields.</summary>
    public static IEnumerable<(string Register, string Fields)> Of(MeSample sample, MeTextReport report)
    {
        MeRegisters registers = sample.Registers;
        if (registers.Status1 is { } status)
            yield return ("HFSTS1", First(status, report));
        else if (registers.Hfsts1 is { } raw)
            yield return ("HFSTS1", $"0x{raw:X8}: shows no device");
        if (registers.Status2(report.Generation) is { } second)
        {
            yield return ("HFSTS2", $"0x{second.Raw:X8}: phase {Phase(second)}, state 0x{second.State:X2}, " +
                $"event {second.PowerEventName}");
        }

        if (registers.Status3(report.Major) is { } third)
            yield return ("HFSTS3", $"0x{third.Raw:X8}: edition {third.SkuName}");
        if (registers.Status4(report.Major) is { } fourth)
            yield return ("HFSTS4", $"0x{fourth.Raw:X8}: enforcement flow {Text(fourth.EnforcementFlow)}");
        if (registers.Status5(report.Major) is { } fifth)
        {
            yield return ("HFSTS5", $"0x{fifth.Raw:X8}: ACM active {Text(fifth.AcmActive)}, done " +
                $"{Text(fifth.AcmDone)}, start enforcement {Text(fifth.StartEnforcement)}");
        }

        if (registers.Status6(report.Major) is { } sixth)
            yield return ("HFSTS6", Fuses(sixth));
        if (sample.BootGuard is { } guard)
        {
            yield return ("MSR 0x13A", $"{guard}: FACB {Text(guard.ForceBootGuardAcm)}, measured " +
                $"{Text(guard.MeasuredBoot)}, verified {Text(guard.VerifiedBoot)}, TPM {guard.TpmTypeName}");
        }
    }

    private static string First(Hfsts1 status, MeTextReport report)
    {
        const int LastOfGeneration2 = 10;
        int? major = report.Generation is MeGeneration.One or MeGeneration.Two ? LastOfGeneration2 : report.Major;
        return $"{status}, operation state {status.OperationState}, init complete {Text(status.InitComplete)}, " +
            status.ManufacturingText(major);
    }

    private static string Phase(Hfsts2 second) => second.Phase switch
    {
        MePhase.Unlisted => $"{second.Raw >> 28} (unknown)",
        MePhase.Bringup => "bring-up",
        MePhase.HostCommunication => "host communication",
        MePhase.ModuleLoading => "module loading",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string Fuses(Hfsts6 fuses) => $"0x{fuses.Raw:X8}: FACB {Text(fuses.ForceBootGuardAcm)}, measured " +
        $"{Text(fuses.MeasuredBoot)}, verified {Text(fuses.VerifiedBoot)}, enforcement policy " +
        $"{fuses.EnforcementPolicy?.ToString() ?? "unknown"}, fuses locked {Text(fuses.FpfSocLock)}";

    private static string Text(bool? value) => value switch
    {
        true => "yes",
        false => "no",
        null => "unknown",
    };
}
