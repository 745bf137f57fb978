using System.Collections.Immutable;

namespace FlashBench.Firmware.Audit;

/// <summary>How Verified Boot and a changed image go together, in sentences.</summary>
/// <remarks>Source: me-firmware 5.3; much of it is reported by users of single boards.</remarks>
internal static class BootGuardNotes
{
    /// <summary>The sentences that apply.</summary>
    public static ImmutableArray<string> Of(MeFirmware? me, FuseReport fuses, PlannedWork work)
    {
        if (BootGuardRules.HasNoBootGuard(me))
            return ["firmware from before Boot Guard: nothing is fused that could act"];

        var notes = ImmutableArray.CreateBuilder<string>();
        FuseState verified = fuses[FuseItem.VerifiedBoot], policy = fuses[FuseItem.EnforcementPolicy];
        if (verified.Value == 1 && work.Change == PlannedChange.Removal)
        {
            notes.Add("Verified Boot with code removed from the ME: some boards were reported not to power on, " +
                "others to run; setting the disable bit alone is the safer way");
        }

        if (verified.Value == 1 && work.ReplacesBios)
            notes.Add($"Verified Boot refuses any other BIOS; on an error the policy acts: {policy.Meaning}");
        if (verified.Value is null && work.Change != PlannedChange.None)
            notes.Add("Verified Boot is not known: read HFSTS6, or run MEInfo or intelmetool -b, before any change");
        if (policy.Value == 2)
            notes.Add("enforcement policy 2 is not documented: expect anything from nothing to a shutdown");
        if (verified.Value == 1 && fuses[FuseItem.FpfLock].Value == 0)
            notes.Add("the policy is in force but not burned: it follows the image until manufacturing is closed");
        return notes.ToImmutable();
    }
}
