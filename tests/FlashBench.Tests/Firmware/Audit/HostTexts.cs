using FlashBench.Firmware.Audit;

namespace FlashBench.Tests.Firmware.Audit;

/// <summary>Texts as the programs print them on a board.</summary>
internal static class HostTexts
{
    public const string Vpro = "vPro: yes\n", NoVpro = "vPro: no\n";
    public const string Nic = "Intel NIC: yes\n", NoNic = "Intel NIC: no\n";

    public const string Core = "model name\t: Intel(R) Core(TM) i5-3320M CPU @ 2.60GHz\n";
    public const string Celeron = "model name\t: Intel(R) Celeron(R) CPU 1007U @ 1.50GHz\n";
    public const string Pentium = "Model name:                      Intel(R) Pentium(R) CPU 2020M @ 2.40GHz\n";
    public const string Flags = "flags\t\t: fpu vme de pse tsc msr pae mce smx vmx est tm2\n";

    public const string LmNic = "00:19.0 Ethernet controller [0200]: Intel Corporation 82579LM Gigabit Network " +
        "Connection (Lewisville) [8086:1502] (rev 04)\n";

    public const string VNic = "00:19.0 Ethernet controller [0200]: Intel Corporation 82579V Gigabit Network " +
        "Connection [8086:1503] (rev 04)\n";

    public const string Wifi =
        "03:00.0 Network controller [0280]: Intel Corporation Centrino Advanced-N 6205 [Taylor Peak] [8086:0085]\n";

    public const string Realtek = "02:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. " +
        "RTL8111/8168/8411 PCI Express Gigabit Ethernet Controller [10ec:8168] (rev 06)\n";

    public const string Hm70 =
        "00:1f.0 ISA bridge [0601]: Intel Corporation HM70 Express Chipset LPC Controller [8086:1e5e] (rev 04)\n";

    public const string Qm77 =
        "00:1f.0 ISA bridge [0601]: Intel Corporation QM77 Express Chipset LPC Controller [8086:1e55] (rev 04)\n";

    public const string Deep = "s2idle [deep]\n", OnlyS2Idle = "[s2idle]\n";

    // A Broadwell-U laptop; its fuses are burned here.
    public const string MeInfo =
        """
        Intel(R) MEInfo Version: 10.0.60.3000

        FW Status Register1: 0x1E000245
        FW Status Register2: 0x66002306
        FW Status Register3: 0x00000200
        FW Status Register4: 0x00004005
        FW Status Register5: 0x00000101
        FW Status Register6: 0x43C00EC9

        CurrentState: Normal
        FPF and ME Config Status: Committed

        """ + Columns +
        """
        Force Boot Guard ACM:                   Enabled
        Protect BIOS Environment:               Enabled
        CPU Debug Disabled:                     Disabled
        BSP Initialization Disabled:            Disabled
        Measured Boot:                          Disabled
        Verified Boot:                          Enabled
        Key Manifest ID:                        0xf
        Enforcement Policy:                     0x3

        """;

    public const string Columns =
        "                                        FPF                 ME\n" +
        "                                        ---                 --\n";

    public const string IntelMeTool =
        "Boot Guard MSR Output : 0x100000055\nMeasured boot        : OFF\nVerified boot        : \e[31mON\e[0m\n" +
        "FACB in FPFs         : ON\nModule revoked       : OFF\nTPM type             : TPM 2.0\n";

    public const string FwStatus = "$ cat /sys/class/mei/mei0/fw_status\n" +
        "1E000255\n66002306\n00000200\n00004005\n00000101\n03C00EC9\n";

    public static HostFacts Read(params string[] texts) => HostText.Read(string.Concat(texts));
}
