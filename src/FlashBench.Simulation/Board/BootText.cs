using System.Globalization;

namespace FlashBench.Simulation.Board;

/// <summary>The constant parts of a boot log: milliseconds, level, text.</summary>
/// <remarks>
/// Firmware parts count milliseconds from the line before, the kernel's from its start. The wording follows the form
/// of such logs; the text is our own.
/// </remarks>
internal static class BootText
{
    public const string Bootblock = """
        4|DEBUG|FMAP: Found "FLASH" version 1.1 at 0x0.
        1|DEBUG|FMAP: area COREBOOT found
        6|INFO |CBFS: Found 'fallback/romstage' in the boot media
        5|INFO |VB2: no verification in this build
        3|DEBUG|BS: bootblock times (exec / console): total (unknown) / 38 ms
        """;

    public const string Romstage = """
        8|DEBUG|SMBus controller enabled
        12|DEBUG|PM1_STS: 0000 PM1_EN: 0000 PM1_CNT: 00001c00
        3|DEBUG|GEN_PMCON: 00000000
        2|DEBUG|prev_sleep_state 5
        30|INFO |SPD: module part number FBSIM-8G-1600
        4|INFO |SPD: banks 16, ranks 2, rows 16, columns 11, density 4096 Mb
        210|DEBUG|RAM training: channel 0 done
        190|DEBUG|RAM training: channel 1 done
        20|INFO |memory: 8192 MiB at 1600 MT/s, dual channel
        """;

    public const string RomstageEnd = """
        6|DEBUG|CBMEM:
        1|DEBUG|IMD: root @ 0x7afff000 254 entries.
        1|DEBUG|IMD: root @ 0x7affec00 62 entries.
        3|DEBUG|MRC: cached training data is current
        4|INFO |CBFS: Found 'fallback/postcar' in the boot media
        3|DEBUG|BS: romstage times (exec / console): total (unknown) / 61 ms
        """;

    public const string Postcar = """
        6|INFO |CBFS: Found 'fallback/ramstage' in the boot media
        9|DEBUG|Loading module at 0x7aeb4000 with entry 0x7aeb4000
        3|DEBUG|BS: postcar times (exec / console): total (unknown) / 12 ms
        """;

    public const string Ramstage = """
        3|DEBUG|Normal boot
        15|INFO |CPU: 4 cores, microcode updated early
        7|INFO |BS: BS_DEV_INIT_CHIPS run times (exec / console): 12 / 2 ms
        4|DEBUG|Enumerating buses...
        2|DEBUG|PCI: 00:00:00.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:02.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:14.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:19.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:1b.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:1d.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:1f.0 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:1f.2 [8086/0000] enabled
        1|DEBUG|PCI: 00:00:1f.3 [8086/0000] enabled
        9|DEBUG|scan_bus: bus Root Device finished in 22 msecs
        3|DEBUG|Allocating resources...
        6|DEBUG|Done setting resources.
        3|DEBUG|Initializing devices...
        18|DEBUG|PCI: 00:00:00.0 init
        6|DEBUG|PCI: 00:00:02.0 init
        140|DEBUG|GFX: panel power sequence done
        8|DEBUG|PCI: 00:00:1f.0 init
        3|DEBUG|RTC Init
        5|DEBUG|PCI: 00:00:16.0 init
        """;

    public const string RamstageEnd = """
        9|DEBUG|PCI: 00:00:1f.2 init
        5|DEBUG|SATA: controller in AHCI mode.
        4|INFO |Devices initialized
        6|INFO |Finalize devices...
        11|INFO |ACPI: * FADT
        1|INFO |ACPI: * SSDT
        1|INFO |ACPI: * MADT
        2|INFO |ACPI: done.
        4|DEBUG|SMBIOS tables: 712 bytes.
        2|INFO |Writing coreboot table at 0x7ae5b000
        8|INFO |CBFS: Found 'fallback/payload' in the boot media
        9|DEBUG|Loading segment from ROM address 0xfff3a0f8
        12|DEBUG|Jumping to boot code at 0x000ff06e(0x7ae5b000)
        """;

    public const string Payload = """
        60||SeaBIOS (version rel-1.16.3-flashbench)
        5||BUILD: gcc: (coreboot toolchain) 14.2.0 binutils: (GNU Binutils) 2.43.1
        20||Found coreboot cbmem console @ 7afde000
        5||Found mainboard FlashBench virtual board
        30||Relocating init from 0x000dbf40 to 0x7adf2a40 (size 54528)
        250||XHCI init: regs @ 0xf7d20000, 12 ports, 32 slots
        110||AHCI controller at 00:1f.2, port 0
        40||Press ESC for boot menu.
        900||Booting from Hard Disk...
        30||Booting from 0000:7c00
        """;

    public const string Kernel = """
        0||Linux version 6.1.0-flashbench (build@flashbench) #1 SMP PREEMPT_DYNAMIC
        0||Command line: console=ttyS0,115200n8 root=/dev/sda1 ro
        1||BIOS-provided physical RAM map:
        1||BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable
        1||BIOS-e820: [mem 0x0000000000100000-0x000000007ae5afff] usable
        2||SMBIOS 3.0 present.
        3||DMI: FlashBench virtual board, BIOS coreboot
        20||tsc: Fast TSC calibration using PIT
        90||ACPI: Core revision 20220331
        180||smpboot: Allowing 4 CPUs, 0 hotplug CPUs
        310||printk: console [ttyS0] enabled
        420||smp: Brought up 1 node, 4 CPUs
        560||PCI: Using configuration type 1 for base access
        640||pci 0000:00:1f.0: [8086:0000] type 00 class 0x060100
        900||clocksource: Switched to clocksource tsc-early
        1250||serial8250: ttyS0 at I/O 0x3f8 (irq = 4, base_baud = 115200) is a 16550A
        1500||ahci 0000:00:1f.2: AHCI 0001.0300 32 slots 6 ports 6 Gbps
        1900||ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)
        2300||EXT4-fs (sda1): mounted filesystem with ordered data mode
        2900||Run /sbin/init as init process
        3600||rtc_cmos 00:04: setting system clock
        4700||e1000e 0000:00:19.0 eth0: NIC Link is Up 1000 Mbps Full Duplex
        """;

    /// <summary>Splits a script into its lines.</summary>
    public static IEnumerable<(int Milliseconds, string Level, string Text)> Parse(string script)
    {
        foreach (string line in script.Split('\n'))
        {
            string[] fields = line.TrimEnd('\r').Split('|', 3);
            yield return (int.Parse(fields[0], CultureInfo.InvariantCulture), fields[1].Trim(), fields[2]);
        }
    }
}
