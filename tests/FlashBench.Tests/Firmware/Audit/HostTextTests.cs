using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Audit;

public class HostTextTests
{
    [Theory]
    [InlineData(HostTexts.Core, "Intel(R) Core(TM) i5-3320M CPU @ 2.60GHz")]
    [InlineData(HostTexts.Pentium, "Intel(R) Pentium(R) CPU 2020M @ 2.40GHz")]
    [InlineData("\tVersion: Intel(R) Core(TM) i7 CPU       M 620  @ 2.67GHz\n",
        "Intel(R) Core(TM) i7 CPU M 620 @ 2.67GHz")]
    [InlineData("model name\t: 13th Gen Intel(R) Core(TM) i7-1370P\n", "13th Gen Intel(R) Core(TM) i7-1370P")]
    [InlineData("model name\t: AMD Ryzen 7 PRO 4750U with Radeon Graphics\n",
        "AMD Ryzen 7 PRO 4750U with Radeon Graphics")]
    [InlineData("\tVersion: 1.27\n", null)] // a BIOS version
    [InlineData("odel name\t: Intel(R) Core(TM) i5-3320M CPU @ 2.60GHz\n", null)]
    [InlineData("model name\t: Intel(R) Core\u0007(TM) i5-3320M CPU @ 2.60GHz\n", null)]
    public void The_processor_is_read_from_whole_lines(string text, string? expected) =>
        Assert.Equal(expected, HostText.Read(text).Processor);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public void Other_encodings_with_their_marks_are_read(string encoding)
    {
        var form = System.Text.Encoding.GetEncoding(encoding);
        byte[] bytes = [.. form.GetPreamble(), .. form.GetBytes(HostTexts.Core)];

        Assert.NotNull(HostText.Read(System.Text.Encoding.Latin1.GetString(bytes)).Processor);
    }

    [Fact]
    public void Two_processors_in_one_text_are_none()
    {
        HostFacts facts = HostTexts.Read(HostTexts.Core, HostTexts.Core, HostTexts.Celeron);

        Assert.Null(facts.Processor);
        Assert.Contains("the processor is stated in two ways", Assert.Single(facts.Doubts), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HostTexts.Flags, true)]
    [InlineData("Flags:                           fpu vme de smx vmx\n", true)]
    [InlineData("flags\t\t: fpu vme de vmx\n", false)]
    [InlineData("flags\t\t: fpu vme de smxvmx\n", false)]
    [InlineData("flags\t\t: fpu vme de smx vmx \u0001\n", false)]
    public void SMX_and_VMX_are_seen_together(string text, bool expected) =>
        Assert.Equal(expected, HostText.Read(text).HasSmxAndVmx);

    [Fact]
    public void PCI_functions_are_read_with_class_and_ids()
    {
        HostFacts facts = HostTexts.Read(HostTexts.LmNic, HostTexts.Wifi, HostTexts.Realtek, HostTexts.Qm77);

        Assert.Equal(
            [(0x0200, 0x8086, 0x1502), (0x0280, 0x8086, 0x0085), (0x0200, 0x10EC, 0x8168), (0x0601, 0x8086, 0x1E55)],
            facts.Pci.Select(f => (f.ClassCode, f.Vendor, f.Device)));
    }

    [Theory]
    [InlineData("[8086:", "[8087:")] // the words still say Intel
    [InlineData("[0200]", "[0280]")] // the words still say Ethernet
    [InlineData("Intel Corporation", "Inte1 Corporation")]
    [InlineData("[8086:1502]", "[8086:150]")]
    [InlineData("(rev 04)", "(rev 0")]
    [InlineData("00:19.0", "0:19.0")]
    public void A_damaged_PCI_line_says_nothing(string whole, string damaged) =>
        Assert.Empty(HostText.Read(HostTexts.LmNic.Replace(whole, damaged, StringComparison.Ordinal)).Pci);

    [Theory]
    [InlineData(HostTexts.Deep, true)]
    [InlineData("[s2idle] deep\n", true)]
    [InlineData(HostTexts.OnlyS2Idle, false)]
    [InlineData("[    0.312345] ACPI: PM: (supports S0 S3 S4 S5)\n", true)]
    [InlineData("ACPI: (supports S0 S4 S5)\n", false)]
    [InlineData("[s2idle", null)]
    [InlineData("[s2idle] dee\n", null)]
    [InlineData("\n", null)]
    public void Sleep_states_are_read(string text, bool? expected) =>
        Assert.Equal(expected, HostText.Read(text).SupportsS3);

    [Fact]
    public void The_board_is_named_by_the_system_block_of_dmidecode_only()
    {
        HostFacts facts = HostText.Read(
            "Chassis Information\n\tManufacturer: Nobody\nSystem Information\n\tManufacturer: LENOVO\n" +
            "\tProduct Name: 2325AP7\n\nBase Board Information\n\tManufacturer: Somebody\n\tProduct Name: Other\n");

        Assert.Equal("LENOVO 2325AP7", facts.Board);
    }

    [Theory]
    [InlineData(HostTexts.FwStatus)]
    [InlineData("FW Status Register1: 0x1E000255\nFW Status Register2: 0x66002306\nFW Status Register3: 0x00000200\n" +
        "FW Status Register4: 0x00004005\nFW Status Register5: 0x00000101\nFW Status Register6: 0x03C00EC9\n")]
    [InlineData("ME: HFSTS1                      : 0x1E000255\nME: HFSTS2                      : 0x66002306\n" +
        "ME: HFSTS3                      : 0x00000200\nME: HFSTS4                      : 0x00004005\n" +
        "ME: HFSTS5                      : 0x00000101\nME: HFSTS6                      : 0x03C00EC9\n")]
    public void All_six_registers_are_read_from_each_source(string text) => Assert.Equal(
        new MeRegisters(0x1E000255, 0x66002306, 0x200, 0x4005, 0x101, 0x03C00EC9), HostText.Read(text).Registers);

    [Fact]
    public void The_two_registers_of_intelmetool_are_read() => Assert.Equal(
        new MeRegisters(0x1E000255, 0x61002306),
        HostText.Read("ME Status   : 0x1e000255\nME Status 2 : 0x61002306\n").Registers);

    [Fact]
    public void Five_bare_numbers_in_a_row_are_no_fw_status() => Assert.Equal(
        new MeRegisters(null),
        HostText.Read(HostTexts.FwStatus.Replace("00000200\n", "", StringComparison.Ordinal)).Registers);

    [Fact]
    public void Registers_that_lines_state_differently_are_unknown_and_named()
    {
        HostFacts facts = HostTexts.Read(HostTexts.FwStatus, "FW Status Register6: 0x03C00EC8\n");

        Assert.Null(facts.Registers.Hfsts6);
        Assert.Equal(0x1E000255u, facts.Registers.Hfsts1);
        Assert.Contains("HFSTS6", Assert.Single(facts.Doubts), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_contradict_the_number_take_HFSTS1_back()
    {
        HostFacts facts = HostText.Read("ME Status   : 0x1e000255\nME: Current Working State   : Recovery\n");

        Assert.Null(facts.Registers.Hfsts1);
        Assert.Contains("contradict", Assert.Single(facts.Doubts), StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_line_without_an_end_may_be_cut_and_says_nothing()
    {
        HostFacts facts = HostText.Read(HostTexts.Core.TrimEnd('\n'));

        Assert.Null(facts.Processor);
        Assert.Contains("no line end", Assert.Single(facts.Doubts), StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ends_of_Windows_and_colours_do_not_matter()
    {
        string windows = HostTexts.MeInfo.Replace("\n", "\r\n", StringComparison.Ordinal);

        Assert.Equal(HostTexts.Read(HostTexts.MeInfo).Fuses, HostText.Read(windows).Fuses);
        Assert.Contains(new FuseReading(FuseItem.VerifiedBoot, 1, FuseSource.IntelMeTool),
            HostText.Read(HostTexts.IntelMeTool).Fuses);
    }

    [Fact]
    public void More_than_a_mebibyte_is_refused()
    {
        Assert.Throws<ImageFormatException>(() => HostText.Read(new string('\n', HostText.LengthMax + 1)));
        Assert.Empty(HostText.Read(new string('\n', HostText.LengthMax)).Doubts);
    }

    // The bound is loose: quadratic work over a mebibyte would take minutes.
    [Theory]
    [InlineData("model name\t: Intel(R) aaaaaaaaaaaaaaaaaaaaaaaa ")]
    [InlineData("Force Boot Guard ACM                         ")]
    [InlineData("00:19.0 Ethernet controller [0200]: Intel [8086:1502] ")]
    [InlineData("flags\t\t: fpu vme a ")]
    [InlineData("ME: Current Working State             ")]
    [InlineData("\e[0;0;0;0;0;")]
    public void Hostile_lines_cost_no_more_than_their_length(string piece)
    {
        string line = string.Concat(Enumerable.Repeat(piece, HostText.LengthMax / piece.Length));
        string many = string.Concat(Enumerable.Repeat(piece.PadRight(200, ' ') + "\n", 5000));
        long start = TimeProvider.System.GetTimestamp();

        HostText.Read(line[..^1] + "\n");
        HostText.Read(many);

        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }
}
