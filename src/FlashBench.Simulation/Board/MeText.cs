using System.Globalization;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>The words that coreboot prints about the ME, made from the register values.</summary>
/// <remarks>
/// Source: me-firmware.md 3.3. Modelled: the worded block of bd82x6x and lynxpoint, the register lines and the block
/// of Skylake, and what is printed when the device is hidden. A value without a word prints "(null)", as it does
/// there. Not modelled: firmware capabilities, Extend SHA, MBP.
/// </remarks>
internal static class MeText
{
    private static readonly string?[] WorkingStates =
        ["Reset", "Initializing", "Recovery", null, null, "Normal", "Platform Disable Wait", "OP State Transition",
            "Invalid CPU Plugged In"];

    private static readonly string?[] OperationStates =
        ["Preboot", "M0 with UMA", null, null, "M3 without UMA", "M0 without UMA", "Bring up",
            "M0 without UMA but with error"];

    private static readonly string?[] Errors =
        ["No Error", "Uncategorized Failure", null, "Image Failure", "Debug Failure"];

    private static readonly string?[] PhasesTwo =
        ["ROM Phase", "BUP Phase", "uKernel Phase", "Policy Module", "Module Loading", null, "Host Communication"];

    private static readonly string?[] PhasesThree = ["ROM Phase", null, "uKernel Phase", "BUP Phase", null, null,
        "Host Communication"];

    /// <summary>What romstage says on a 5 to 7 series board.</summary>
    public static IEnumerable<string> Romstage(MeOutcome me)
    {
        uint first = me.Registers[0];
        if ((first >> 16 & 0xF) != 0)
            yield return $"ME: Wrong mode : {first >> 16 & 0xF}";
        if ((first >> 12 & 0xF) != 0)
            yield return $"ME: HFS error : {first >> 12 & 0xF}";
        yield return $"ME: FWS2: 0x{me.Registers[1]:x}";
        yield return $"ME:  Bist in progress: 0x{me.Registers[1] & 1:x}";
        yield return $"ME:  Current state: 0x{me.Registers[1] >> 16 & 0xFF:x}";
        yield return $"ME:  Progress code: 0x{me.Registers[1] >> 28:x}";
        if (me.State == MeState.Disabled)
        {
            yield return "ME: ME is reporting as disabled, so not waiting for a response.";
            yield break;
        }

        yield return "PASSED! Tell ME that DRAM is ready";
        yield return me.State == MeState.WatchdogArmed
            ? "ME: Requested BIOS Action: No DID Ack received"
            : "ME: Requested BIOS Action: Continue to boot";
    }

    /// <summary>What ramstage says; <paramref name="pch"/> chooses the block.</summary>
    public static IEnumerable<string> Ramstage(MeOutcome me, PchFamily pch)
    {
        if (pch == PchFamily.HundredSeries)
        {
            for (int i = 0; i < 6; i++)
                yield return $"ME: Host Firmware Status Register {i + 1} : 0x{me.Registers[i]:X8}";
        }

        foreach (string line in Block(me, pch))
            yield return line;
        if (pch == PchFamily.HundredSeries)
        {
            yield return "ME: Firmware SKU            : Consumer";
            yield return "ME: FPF status              : unfused";
            yield return me.State == MeState.Normal
                ? $"ME: Version: {me.Version}"
                : "ME: Version: Unavailable";
        }
        else
        {
            yield return me.State == MeState.Normal ? "ME: BIOS path: Normal" : "ME: BIOS path: Disable";
            if (me.State == MeState.Normal)
                yield return $"ME: Firmware Version {me.Version} (code) {me.Version} (recovery)";
        }
    }

    /// <summary>What is printed instead when HAP hides the device.</summary>
    public static IEnumerable<string> Hidden() =>
    [
        "HECI: CSE device 16.0 is hidden",
        "HECI: CSE device 16.0 is disabled",
        "CSE is disabled, cannot send End-of-Post (EOP) message",
    ];

    private static IEnumerable<string> Block(MeOutcome me, PchFamily pch)
    {
        (uint first, uint second) = (me.Registers[0], me.Registers[1]);
        yield return Row("FW Partition Table", (first >> 5 & 1) != 0 ? "BAD" : "OK");
        yield return Row("Bringup Loader Failure", YesNo(first >> 10));
        yield return Row("Firmware Init Complete", YesNo(first >> 9));
        yield return Row("Manufacturing Mode", YesNo(first >> 4));
        yield return Row("Boot Options Present", YesNo(first >> 24));
        yield return Row("Update In Progress", YesNo(first >> 11));
        if (pch == PchFamily.HundredSeries)
        {
            yield return Row("D3 Support", YesNo(first >> 30));
            yield return Row("D0i3 Support", YesNo(first >> 31));
            yield return Row("Low Power State Enabled", YesNo(second >> 9));
            yield return Row("CPU Replaced", YesNo(second >> 4));
            yield return Row("CPU Replacement Valid", YesNo(second >> 8));
        }

        yield return Row("Current Working State", Word(WorkingStates, first & 0xF));
        yield return Row("Current Operation State", Word(OperationStates, first >> 6 & 7));
        yield return Row("Current Operation Mode", Mode(first >> 16 & 0xF, pch));
        yield return Row("Error Code", Word(Errors, first >> 12 & 0xF));
        string?[] phases = pch == PchFamily.HundredSeries ? PhasesThree : PhasesTwo;
        yield return Row("Progress Phase", Word(phases, second >> 28));
        yield return Row("Power Management Event", PowerEvent(second >> 24 & 0xF));
        yield return Row("Progress Phase State", PhaseState(second));
    }

    private static string Row(string label, string value) => $"ME: {label,-24}: {value}";

    private static string YesNo(uint shifted) => (shifted & 1) != 0 ? "YES" : "NO";

    private static string Word(string?[] words, uint value) =>
        (value < words.Length ? words[value] : null) ?? "(null)";

    private static string Mode(uint mode, PchFamily pch) => mode switch
    {
        0 => "Normal",
        2 when pch == PchFamily.FiveToSevenSeries => "Debug or Disabled by AltDisableBit",
        2 => "Debug",
        3 => "Soft Temporary Disable",
        4 => "Security Override via Jumper",
        5 => "Security Override via MEI Message",
        _ => "(null)",
    };

    private static string PowerEvent(uint value) => value switch
    {
        0 => "Clean Moff->Mx wake",
        2 => "Clean global reset",
        3 => "Global reset after an error",
        5 => "Global reset by exception",
        6 => "Pseudo-global reset",
        9 => "Non-power cycle reset",
        0xA or 0xB => "Power cycle reset",
        _ => "(null)",
    };

    // The states of bring-up that a report names; every other prints as a number.
    private static string PhaseState(uint second) => (second >> 16 & 0xFF) switch
    {
        0x0A when second >> 28 == 1 => "Check to see if straps say ME DISABLED",
        0x32 when second >> 28 == 1 => "M0 kernel load",
        var state => string.Create(CultureInfo.InvariantCulture, $"Unknown 0x{state:x2}"),
    };
}
