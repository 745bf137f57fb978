using System.Diagnostics;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Tests.Firmware.States;

public class MeTextTests
{
    public static TheoryData<string> Names => [.. MeTexts.Names];

    [Theory, MemberData(nameof(Names))]
    public void Every_text_is_read_as_its_name_promises(string name) => Assert.Equal(
        MeTexts.Promised(name), MeText.Decode(MeTexts.Read(name), MeTexts.Context(name)).Overall.Kind);

    [Theory, MemberData(nameof(Names))]
    public void Without_the_generation_a_text_says_the_same_or_less(string name)
    {
        MeStateKind kind = MeText.Decode(MeTexts.Read(name), MeTextContext.None).Overall.Kind;

        bool isLess = kind is MeStateKind.NoEvidence or MeStateKind.Unlisted;
        Assert.True(isLess || kind == MeTexts.Promised(name), $"{kind}");
    }

    // Register pairs of me-firmware, section 3.5.
    [Theory]
    [InlineData("1E000255 66002306", 2, MeStateKind.Running)]
    [InlineData("1E003052 1632017A", 2, MeStateKind.NeutralizedByRemoval)]
    [InlineData("1E020191 160A0100", 2, MeStateKind.DisabledByBit)]
    [InlineData("80022004 304D0116", 3, MeStateKind.DisabledByBit)]
    [InlineData("80022054 32284110", 3, MeStateKind.DisabledByBit)]
    [InlineData("00003006 80040000", 2, MeStateKind.WatchdogArmed)]
    [InlineData("000F0382 90409008", 2, MeStateKind.ServerFirmware)]
    [InlineData("80022004 304D0116", 2, MeStateKind.NoEvidence)] // a row of the other generation
    [InlineData("1E020191 160A0100", 3, MeStateKind.NoEvidence)]
    [InlineData("00003052 36320116", 3, MeStateKind.NoEvidence)] // from ME 12 on a broken image, for 11 not reported
    [InlineData("1E003052 1632017A", 1, MeStateKind.NoEvidence)]
    [InlineData("1E020191 160A0100", 1, MeStateKind.NoEvidence)]
    [InlineData("1E020191 660A0100", 2, MeStateKind.NoEvidence)] // host communication while disabled
    [InlineData("1E020211 160A0100", 2, MeStateKind.Unlisted)] // complete while disabled
    [InlineData("FFFFFFFF FFFFFFFF", 3, MeStateKind.NoEvidence)]
    [InlineData("00000000 00000000", 3, MeStateKind.NoEvidence)]
    public void Reported_registers_are_decided_by_the_whole_row(string words, int generation, MeStateKind expected)
    {
        var context = new MeTextContext((MeGeneration)generation, null, true);

        MeTextReport report = MeText.Decode(words.Replace(' ', '\n'), context);

        Assert.Equal(expected, report.Overall.Kind);
        Assert.True(report.Overall.Strength < EvidenceStrength.Strong || !MeTexts.IsGood(report));
    }

    [Theory]
    [InlineData("80022004")] // a lone register has no witness
    [InlineData("ME: HFSTS1                      : 0x80022004")]
    [InlineData("40.L=80022004")]
    [InlineData("a word\n80022004\n304D0116")] // words without context
    [InlineData("fw_status\n80022004\n304D0116\n00000020")] // three: a line is lost
    [InlineData("ME: Current Working State : 4\nME: Current Operation Mode : 2\nME: Error Code : 2")]
    [InlineData("ME: ME is reporting as disabled, so not waiting for a response.")]
    [InlineData("ME is HAP disabled")]
    [InlineData("")]
    public void One_statement_alone_never_proves_that_an_ME_is_disabled(string text) => Assert.True(
        MeText.Decode(text, new(MeGeneration.Three, 11, true)).Overall.Kind is MeStateKind.NoEvidence or
            MeStateKind.Unlisted);

    [Fact]
    public void A_running_sample_is_not_hidden_by_a_neutralized_one_whichever_comes_first()
    {
        string running = MeTexts.Read("running-intelmetool-gen2"), clean = MeTexts.Read("cleaned-intelmetool-gen2");
        var context = new MeTextContext(MeGeneration.Two, null, null);

        Assert.Equal(MeStateKind.Running, MeText.Decode(running + clean, context).Overall.Kind);
        Assert.Equal(MeStateKind.Running, MeText.Decode(clean + running, context).Overall.Kind);
        Assert.Equal(MeStateKind.NeutralizedByRemoval, MeText.Decode(clean + clean, context).Overall.Kind);
    }

    [Fact]
    public void Samples_that_differ_in_a_good_state_claim_none()
    {
        string text = MeTexts.Read("disabled-intelmetool-gen2") + MeTexts.Read("cleaned-intelmetool-gen2");

        Assert.Equal(MeStateKind.NoEvidence, MeText.Decode(text, new(MeGeneration.Two, null, true)).Overall.Kind);
    }

    [Fact]
    public void A_line_that_denies_the_register_leaves_no_claim()
    {
        string text = MeTexts.Read("disabled-skylake-gen3")
            .Replace("Operation Mode  : Debug", "Operation Mode  : Normal", StringComparison.Ordinal);

        MeReading reading = Assert.Single(MeText.Decode(text, new(MeGeneration.Three, null, true)).Readings);

        Assert.True(reading.IsContradictory);
        Assert.Equal(MeStateKind.NoEvidence, reading.State.Kind);
    }

    [Theory]
    [InlineData(true, MeStateKind.DisabledByBit)]
    [InlineData(null, MeStateKind.DisabledByBit)]
    [InlineData(false, MeStateKind.DebugMode)]
    public void The_bit_in_flash_tells_disabled_from_debug(bool? bit, MeStateKind expected) => Assert.Equal(expected,
        MeText.Decode(MeTexts.Read("disabled-skylake-gen3"), new(null, null, bit)).Overall.Kind);

    [Fact]
    public void The_version_in_a_text_tells_the_generation()
    {
        MeTextReport report = MeText.Decode(MeTexts.Read("running-meinfo-gen3"), MeTextContext.None);

        Assert.Equal((11, MeGeneration.Three), (report.Major, report.Generation));
    }

    [Theory]
    [InlineData("\tVersion: 1.2.3.4\n")] // dmidecode
    [InlineData("Version: 12.3.4.5\n")]
    [InlineData("Firmware Version 9.0.1.2\n")]
    public void Versions_of_other_things_tell_nothing_about_the_ME(string line)
    {
        MeTextReport report = MeText.Decode(line + MeTexts.Read("running-fwstatus-gen2"), MeTextContext.None);

        Assert.Equal((null, null), (report.Major, report.Generation));
    }

    [Theory]
    [InlineData("ME: Version: 11.8.50.3425\n", 11)]
    [InlineData("ME: Firmware Version 8.1.40.1416 (code) 8.1.40.1416 (recovery) 8.1.40.1416 (fitc)\n", 8)]
    [InlineData("FW Version:                             11.8.50.3425 H\n", 11)]
    public void Versions_of_the_ME_are_read(string line, int major) =>
        Assert.Equal(major, MeText.Decode(line, MeTextContext.None).Major);

    [Fact]
    public void Boot_Guard_is_read_from_intelmetool() => Assert.True(
        MeText.Decode("Boot Guard MSR Output : 0x100000040\n", MeTextContext.None)
            .Readings.Single().Sample.BootGuard!.Value.VerifiedBoot);

    [Theory] // MEInfo under an EFI shell or PowerShell; the file is read one character a byte
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public void Other_encodings_with_their_marks_say_the_same(string encoding)
    {
        string text = MeTexts.Encoded(MeTexts.Read("running-fwstatus-gen3"), encoding);

        Assert.Equal(MeStateKind.Running, MeText.Decode(text, MeTextContext.None).Overall.Kind);
    }

    [Theory] // a log copied from a web page
    [InlineData("\u00A0")]
    [InlineData("\u00C2\u00A0")]
    public void No_break_spaces_are_blanks(string blank)
    {
        string text = MeTexts.Read("armed-coreboot-gen2").Replace(" ", blank, StringComparison.Ordinal);

        Assert.Equal(MeStateKind.WatchdogArmed, MeText.Decode(text, MeTextContext.None).Overall.Kind);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_running_sample_in_UTF_16_is_not_hidden_by_a_disabled_one_in_ASCII(string encoding)
    {
        string text = MeTexts.Encoded(MeTexts.Read("running-meinfo-gen3"), encoding);
        string disabled = MeTexts.Read("disabled-meinfo-gen3");

        Assert.Equal(MeStateKind.Running, MeText.Decode(text + disabled, MeTextContext.None).Overall.Kind);
        Assert.Equal(MeStateKind.Running, MeText.Decode(disabled + text, MeTextContext.None).Overall.Kind);
    }

    [Fact]
    public void A_line_too_long_to_be_read_is_not_hidden_by_a_disabled_sample()
    {
        string line = "{\"MESSAGE\":\"" + new string('x', MeText.LineMax) +
            "fw status = 90000245 02F60506 00000020 00004000 00000000 00000000\"}\n";
        string disabled = MeTexts.Read("disabled-meinfo-gen3");

        Assert.Equal(MeStateKind.NoEvidence, MeText.Decode(line + disabled, MeTextContext.None).Overall.Kind);
        Assert.Equal(MeStateKind.NoEvidence, MeText.Decode(disabled + line, MeTextContext.None).Overall.Kind);
    }

    [Theory]
    [InlineData("# setpci -s 00:16.0 0x40.l 0x48.l\n1e000255\n66002306\n")]
    [InlineData("# setpci -s 0:16 40.L 48.L\n1e000255\n66002306\n")]
    [InlineData("$ paste -sd' ' /sys/class/mei/mei0/fw_status\n90000245 02F60506\n")]
    [InlineData("$ cat fw_status\n90000245 02F60506 00000020 00004000 00000000 00000000\n")]
    [InlineData("# setpci -vs 16.0 40.L\n1e000255\n")]
    [InlineData("# setpci -s0000:00:16.0 40.L 44.L\n1e000255\n00000000\n")]
    [InlineData("# setpci -s 16.0 40.L && setpci -s 16.0 48.L\n1e000255\n66002306\n")]
    [InlineData("0000:00:16.0 @40 = 1e000255\n0000:00:16.0 @48 = 66002306\n")]
    [InlineData("0000:00:16.0 Communication controller: Intel\n40: 55 02 00 1e 00 00 00 00 06 23 00 66 00 00 00 00\n")]
    [InlineData("00:16.0 Communication controller: Intel\n40: 55 02 00 1e 00 00 00 00 06 23 00 66 00 00 00 00\n")]
    public void Every_form_of_fw_status_setpci_and_lspci_shows_a_running_ME(string text)
    {
        string disabled = MeTexts.Read("disabled-meinfo-gen3");

        Assert.Equal(MeStateKind.Running, MeText.Decode(text, MeTextContext.None).Overall.Kind);
        Assert.Equal(MeStateKind.Running, MeText.Decode(disabled + text + disabled, MeTextContext.None).Overall.Kind);
    }

    [Theory] // what may be HFSTS1 of a running ME, and cannot be read
    [InlineData("/sys/class/mei/mei0/fw_status:90000245\n/sys/class/mei/mei0/fw_status:02F60506\n")]
    [InlineData("90000245\n02F60506\n00000020\n00004000\n00001F01\n00000000\n")] // fw_status before another file
    [InlineData("00003006\n80040000\n")]
    [InlineData("Nov 26 01:55:22 bench # setpci -s 16.0 40.L\nNov 26 01:55:22 bench 1e000255\n")]
    [InlineData("boot.log:$ cat fw_status\nboot.log:90000245\nboot.log:02F60506\n")]
    [InlineData("Nov 26 01:55:22 bench 40.L=00003006\n")]
    [InlineData("# setpci -d 8086:1e3a 40.L 48.L\n1e000255\n66002306\n")]
    [InlineData("# setpci -s 16.0 40.L 48.L 60.L\n1e000255\n66002306\n")]
    [InlineData("0000:00:16.0 @40 = 1e00025\n")]
    [InlineData("00:16.0 Communication controller: Intel\n40: 55 02 00 1e 00 00 00 00 06 23 00 66 00 00 00\n")]
    public void Words_that_may_be_those_of_a_running_ME_leave_no_claim(string text) => Assert.Equal(
        MeStateKind.NoEvidence,
        MeText.Decode(MeTexts.Read("disabled-meinfo-gen3") + text, MeTextContext.None).Overall.Kind);

    [Theory]
    [InlineData("# setpci -s 02:16.0 40.L 48.L\n80022004\n304d0116\n")]
    [InlineData("# setpci -s 16.3 40.L 48.L\n80022004\n304d0116\n")]
    [InlineData("# setpci -d 1022:1480 40.L 48.L\n80022004\n304d0116\n")]
    [InlineData("0000:02:16.0 @40 = 80022004\n0000:02:16.0 @48 = 304d0116\n")]
    [InlineData("10000:00:16.0 Bridge\n40: 04 20 02 80 00 00 00 00 16 01 4d 30 00 00 00 00\n")]
    [InlineData("00:16.0 Communication controller\n\n40: 04 20 02 80 00 00 00 00 16 01 4d 30 00 00 00 00\n")]
    public void Words_of_another_device_are_none_of_an_ME(string text) =>
        Assert.Empty(MeText.Decode(text, new(MeGeneration.Three, 11, true)).Readings);

    [Theory] // 16 MiB of what could cost most
    [InlineData("\x1B[")]
    [InlineData("ME: HFSTS1 : 0x80022004\n")]
    [InlineData("80022004\n")]
    [InlineData(": : : ")]
    [InlineData("\n")]
    [InlineData("[1.1] ")]
    [InlineData("fw status = 1 2\nsetpci -s 16.0 40.L 40.L\n")]
    public void Sixteen_MiB_of_hostile_text_take_seconds_at_most(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, (16 << 20) / unit.Length));
        var watch = Stopwatch.StartNew();

        Assert.NotEqual(MeStateKind.DisabledByBit, MeText.Decode(text, new(MeGeneration.Three, 11, true)).Overall.Kind);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
