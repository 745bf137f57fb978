using System.Text.RegularExpressions;

namespace FlashBench.Firmware.Audit;

/// <summary>The forms of the lines that count, each from first to last character.</summary>
/// <remarks>Source: Linux 6 /proc/cpuinfo and kernel log, util-linux lscpu, pciutils lspci -nn, dmidecode 3,
/// MEInfo 10 to 12 reports, intelmetool; see docs/audit.md.</remarks>
internal static partial class HostPatterns
{
    /// <summary>Longest line that any form but the processor's flags matches, in characters.</summary>
    public const int LineMax = 320;

    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>A terminal's colour sequence.</summary>
    [GeneratedRegex("\x1B\\[[0-9;]{0,12}m", Plain)]
    public static partial Regex Colour();

    /// <summary>The brand string in cpuinfo, lscpu and dmidecode.</summary>
    [GeneratedRegex(
        @"^(model name\t: |Model name: +|\tVersion: )" +
        @"(?<brand>([0-9]{2}th Gen )?(Intel\(R\)|AMD) [A-Za-z0-9()@. +/_-]{3,60}?) *$",
        Plain)]
    public static partial Regex Processor();

    /// <summary>The processor's flags in cpuinfo and lscpu.</summary>
    [GeneratedRegex(@"^(flags\t\t: |Flags: +)(?<flags>fpu vme [a-z0-9_ ]+)$", Plain)]
    public static partial Regex Flags();

    /// <summary>The technician's own lines.</summary>
    [GeneratedRegex(@"^(?<key>vPro|Intel NIC): (?<answer>yes|no)$", Plain)]
    public static partial Regex Stated();

    /// <summary>The choices of /sys/power/mem_sleep, one of them chosen.</summary>
    [GeneratedRegex(@"^((?<only>\[s2idle\])|s2idle \[deep\]|\[s2idle\] deep)$", Plain)]
    public static partial Regex MemorySleep();

    /// <summary>The sleep states that the kernel found.</summary>
    [GeneratedRegex(@"^(\[ *[0-9]+\.[0-9]{6}\] )?ACPI: (PM: )?\(supports S0( S1)?(?<s3> S3)? S4 S5\)$", Plain)]
    public static partial Regex SleepStates();

    /// <summary>Manufacturer and product in dmidecode.</summary>
    [GeneratedRegex(@"^\t(?<key>Manufacturer|Product Name): (?<value>[ -~]{1,64}?) *$", Plain)]
    public static partial Regex BoardName();

    /// <summary>A function in lspci -nn.</summary>
    [GeneratedRegex(
        @"^(?<slot>([0-9a-f]{4}:)?[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7]) (?<class>[A-Za-z][A-Za-z /,-]+) " +
        @"\[(?<code>[0-9a-f]{4})\]: (?<name>[ -~]{1,160}) \[(?<vendor>[0-9a-f]{4}):(?<device>[0-9a-f]{4})\]" +
        @"( \(rev [0-9a-f]{2}\))?( \(prog-if [0-9a-f]{2}( \[[ -~]{1,40}\])?\))?$", Plain)]
    public static partial Regex PciFunction();

    /// <summary>MSR 0x13A in intelmetool -b, or as the technician writes it.</summary>
    [GeneratedRegex(@"^(Boot ?Guard MSR Output +: |MSR 0x13A: )0x(?<hex>[0-9A-Fa-f]{1,16})$", Plain)]
    public static partial Regex BootGuardMsr();

    /// <summary>A switch in intelmetool -b.</summary>
    [GeneratedRegex(@"^(?<name>Measured boot|Verified boot|FACB in FPFs) +: (?<value>ON|OFF)$", Plain)]
    public static partial Regex IntelMeToolSwitch();

    /// <summary>The TPM in intelmetool -b.</summary>
    [GeneratedRegex("^TPM type +: (?<value>None|TPM 1\\.2|TPM 2\\.0|PTT)$", Plain)]
    public static partial Regex IntelMeToolTpm();

    /// <summary>A switch in coreboot's log.</summary>
    [GeneratedRegex(
        @"^(\[[A-Z]+ *\] +)?ME: (?<name>CPU Debug Disabled|FPFs Committed|FPF status) +: " +
        "(?<value>YES|NO|fused|unfused)$",
        Plain)]
    public static partial Regex CorebootSwitch();

    /// <summary>Whether the fuses are committed, in MEInfo.</summary>
    [GeneratedRegex("^FPF and ME Config Status: +(?<value>Committed|Not committed)$", Plain)]
    public static partial Regex MeInfoCommitted();

    /// <summary>The headings of MEInfo's two columns.</summary>
    [GeneratedRegex("^ {20,}(?<fpf>FPF) +(?<me>ME)$", Plain)]
    public static partial Regex MeInfoHeading();

    /// <summary>One fuse in MEInfo's two columns, either of which may be empty.</summary>
    [GeneratedRegex(
        "^(?<name>Force Boot Guard ACM|Protect BIOS Environment|CPU Debug Disabled|BSP Initialization Disabled|" +
        "Measured Boot|Verified Boot|Key Manifest ID|Enforcement Policy|PTT):?" +
        "( +(?<value>Enabled|Disabled|Not set|0x[0-9a-fA-F]{1,2})){1,2}$", Plain)]
    public static partial Regex MeInfoFuse();

    /// <summary>PTT among MEInfo's list of capabilities.</summary>
    [GeneratedRegex(
        @"^ *Intel\(R\) Platform Trust Technology - PRESENT/(?<value>ENABLED|DISABLED)$", Plain)]
    public static partial Regex MeInfoPtt();
}
