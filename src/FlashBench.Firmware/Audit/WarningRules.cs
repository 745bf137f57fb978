using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Audit;

/// <summary>The warnings: the work can be done, and the technician must know.</summary>
/// <remarks>Source: me-firmware 5.4 and 5.1 (device ids of the "-LM" controllers).</remarks>
internal static class WarningRules
{
    // Controllers of the PCH: those for AMT, and their siblings without it.
    private static readonly int[] Lm =
        [0x1502, 0x153A, 0x155A, 0x15A0, 0x15A2, 0x156F, 0x15B7, 0x15BB, 0x15BD, 0x15D7, 0x15E3];

    private static readonly int[] WithoutAmt =
        [0x1503, 0x153B, 0x1559, 0x15A1, 0x15A3, 0x1570, 0x15B8, 0x15BC, 0x15BE, 0x15D8, 0x15D6];

    /// <summary>All of them.</summary>
    public static IEnumerable<PreflightRule> Examine(ImageAnalysis image, HostFacts host, DescriptorLocks locks) =>
    [
        RuleAnswer.NotExamined("that the backup can be restored is tested by the bench").As(
            "restore-test", RuleSeverity.Warn),
        Manufacturing(image, host).As("manufacturing-mode", RuleSeverity.Warn),
        Locks(locks).As("descriptor-open", RuleSeverity.Warn),
        Slim(image.Me).As("slim-edition", RuleSeverity.Warn),
        Amt(image.Me).As("amt-provisioned", RuleSeverity.Warn),
        Standby(host).As("s0ix-only", RuleSeverity.Warn),
        Network(image, host).As("lm-network", RuleSeverity.Warn),
    ];

    private static RuleAnswer Manufacturing(ImageAnalysis image, HostFacts host)
    {
        var state = ManufacturingState.Of(image.Me, host.Registers);
        return state.IsOpen switch
        {
            true => RuleAnswer.Triggered(state.Sentence, "HFSTS1 bit 4"),
            false => RuleAnswer.Clear(state.Sentence, "HFSTS1 bit 4"),
            null => RuleAnswer.Unknown(state.Sentence),
        };
    }

    private static RuleAnswer Locks(DescriptorLocks locks) => locks.State switch
    {
        LockState.Unknown => RuleAnswer.Unknown(locks.Sentence),
        LockState.Locked => RuleAnswer.Clear(locks.Sentence, "FLMSTR"),
        _ => RuleAnswer.Triggered(locks.Sentence, "FLMSTR"),
    };

    private static RuleAnswer Slim(MeFirmware? me)
    {
        if (me is null || me.Sku == MeSku.Unknown)
            return RuleAnswer.Unknown("the edition is not known");
        return me.Sku.Text.StartsWith("slim", StringComparison.Ordinal)
            ? RuleAnswer.Triggered("a slim edition: little is known about it", "edition")
            : RuleAnswer.Clear($"edition: {me.Sku.Text}", "edition");
    }

    private static RuleAnswer Amt(MeFirmware? me) => me?.Sku.AmtCapable switch
    {
        true => RuleAnswer.Triggered("the firmware carries AMT: unprovision it first if it was ever set up", "edition"),
        false => RuleAnswer.Clear($"edition without AMT: {me.Sku.Text}", "edition"),
        null => RuleAnswer.Unknown("the edition is not known"),
    };

    private static RuleAnswer Standby(HostFacts host) => host.SupportsS3 switch
    {
        true => RuleAnswer.Clear("the platform can suspend to RAM (S3)", "kernel"),
        false => RuleAnswer.Triggered("S0ix only: with the ME off, standby draws about 3 W instead of 1 W", "kernel"),
        null => RuleAnswer.Unknown("the sleep states were not read; add /sys/power/mem_sleep or the kernel log"),
    };

    private static RuleAnswer Network(ImageAnalysis image, HostFacts host)
    {
        PciFunction[] wired = [.. host.Pci.Where(f => f is { Vendor: PciFunction.Intel, ClassCode: 0x0200 })];
        if (wired.FirstOrDefault(IsLm) is { } lm)
            return RuleAnswer.Triggered($"PCI {lm}, an AMT controller, was seen to fail once the ME is off", "lspci");
        if (image.Descriptor is { } descriptor && descriptor.Region(DescriptorRegion.Gbe) is null)
            return RuleAnswer.Clear("the descriptor has no GbE region, which such a controller needs", "descriptor");
        return wired is [var only] && WithoutAmt.Contains(only.Device)
            ? RuleAnswer.Clear($"PCI {only} is the variant without AMT", "lspci")
            : RuleAnswer.Unknown("which wired controller the board has was not read");
    }

    private static bool IsLm(PciFunction nic) =>
        Lm.Contains(nic.Device) || nic.Name.Contains("-LM", StringComparison.Ordinal) ||
        nic.Name.Contains("82579LM", StringComparison.Ordinal);
}
