using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>The refusals that the board decides: its processor, its registers, its boot with the stock image.</summary>
/// <remarks>Source: me-firmware 5.4; 3.1 for HFSTS1; the device ids of the LPC bridges are Intel's.</remarks>
internal static class BoardRules
{
    private const int IsaBridge = 0x0601, Hm70 = 0x1E5E;

    /// <summary>All of them.</summary>
    public static IEnumerable<PreflightRule> Examine(ImageAnalysis image, HostFacts host) =>
    [
        RuleAnswer.NotExamined("two whole reads that agree are made by the bench").As(
            "double-read", RuleSeverity.Refuse),
        RuleAnswer.NotExamined("a boot of at least 35 minutes with the stock image is made by the bench").As(
            "stock-baseline", RuleSeverity.Refuse),
        RuleAnswer.NotExamined("whether BIOS, EC or a second chip restores the flash is said by the board's profile" +
            (host.Board is { } board ? $" ({board})" : "")).As("flash-restored-by-board", RuleSeverity.Refuse),
        Update(host).As("update-in-progress", RuleSeverity.Refuse),
        StockMode(image, host).As("operation-mode", RuleSeverity.Refuse),
        StockState(host).As("working-state", RuleSeverity.Refuse),
        Hm70Rule(image, host).As("hm70-processor", RuleSeverity.Refuse),
    ];

    private static RuleAnswer NoRegister => RuleAnswer.Unknown("HFSTS1 was not read on the stock board");

    private static RuleAnswer Update(HostFacts host) => host.Registers.Status1 switch
    {
        null => NoRegister,
        { UpdateInProgress: true } => RuleAnswer.Triggered("the ME is in an update or a transition", "HFSTS1 bit 11"),
        _ => RuleAnswer.Clear("no update is in progress", "HFSTS1 bit 11"),
    };

    private static RuleAnswer StockMode(ImageAnalysis image, HostFacts host)
    {
        const string evidence = "HFSTS1 bits 19:16";
        if (host.Registers.Status1 is not { } status)
            return ShownMode(image, host);
        if (status.OperationMode == 0)
            return RuleAnswer.Clear("the ME runs in normal mode", evidence);
        return status.OperationMode == 2 && image.DisableBit is { IsSet: true } bit
            ? RuleAnswer.Clear($"the ME is halted because {bit.Name} is set already", evidence + ", straps")
            : RuleAnswer.Triggered($"the board was altered already: mode {status.OperationModeName}", evidence);
    }

    // Registers that were not read, or that samples differ about: words and single samples still count against it.
    private static RuleAnswer ShownMode(ImageAnalysis image, HostFacts host)
    {
        MeState? shown = host.Shown(MeStateKind.FlashOverride, MeStateKind.SoftDisabled, MeStateKind.DebugMode) ??
            (image.DisableBit is { IsSet: true } ? null : host.Shown(MeStateKind.DisabledByBit));
        return shown is null
            ? NoRegister
            : RuleAnswer.Triggered($"the board was altered already: {shown.Sentence}", "host text");
    }

    private static RuleAnswer StockState(HostFacts host) => host.Registers.Status1 switch
    {
        _ when host.Shown(MeStateKind.WatchdogArmed, MeStateKind.InvalidCpu) is { } shown =>
            RuleAnswer.Triggered($"before any change: {shown.Sentence}", "host text"),
        null => NoRegister,
        { WorkingState: 6 } => RuleAnswer.Triggered(
            "the ME waits to switch the platform off: its image failed before any change", "HFSTS1 bits 3:0"),
        { WorkingState: 8 } => RuleAnswer.Triggered(
            "processor and PCH do not go together: the board switches itself off", "HFSTS1 bits 3:0"),
        { } status => RuleAnswer.Clear($"working state: {status.WorkingStateName}", "HFSTS1 bits 3:0"),
    };

    // HM70 switches the board off after 30 minutes with any processor but a Pentium or Celeron.
    private static RuleAnswer Hm70Rule(ImageAnalysis image, HostFacts host)
    {
        if (image.Pch is { } pch and not (PchClass.Series6And7 or PchClass.Unknown))
            return RuleAnswer.Clear($"a {pch.Title()} PCH is not an HM70", "descriptor");
        PciFunction[] bridges = [.. host.Pci.Where(f => f is { ClassCode: IsaBridge, Vendor: PciFunction.Intel })];
        if (bridges is not [var bridge])
            return RuleAnswer.Unknown("the PCH's own PCI line (ISA bridge) was not read");

        bool named = bridge.Name.Contains("HM70", StringComparison.Ordinal);
        if (named != (bridge.Device == Hm70))
            return RuleAnswer.Unknown($"number and name of PCI {bridge} do not go together", "lspci");
        if (!named)
            return RuleAnswer.Clear($"the PCH is not an HM70 (PCI {bridge})", "lspci");
        if (host.Processor is not { } brand)
            return RuleAnswer.Unknown("the PCH is an HM70, and the processor was not read", "lspci");
        bool isAllowed = brand.Contains("Pentium", StringComparison.Ordinal) ||
            brand.Contains("Celeron", StringComparison.Ordinal);
        return isAllowed
            ? RuleAnswer.Clear("an HM70 with a processor that it allows", "lspci, processor")
            : RuleAnswer.Triggered(
                "an HM70 with this processor switches the board off after 30 minutes, whatever the ME does",
                "lspci, processor");
    }
}
