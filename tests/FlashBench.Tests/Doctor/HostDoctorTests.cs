using FlashBench.Bench.Doctor;
using FlashBench.Hardware.Host;
using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Doctor;

public sealed class HostDoctorTests : IDisposable
{
    private static readonly string RulesFile = $"/etc/udev/rules.d/{UdevRules.FileName}";

    private readonly DoctorHost _host = new();

    [Fact]
    public void A_sound_host_has_no_fault_and_every_check_speaks()
    {
        IReadOnlyList<HostFinding> findings = _host.Examine();

        Assert.All(findings, finding => Assert.True(finding.Soundness == Soundness.Ok, finding.ToString()));
        Assert.All(findings, finding => Assert.Null(finding.Mend));
        Assert.Equal(
            [
                "autosuspend", "brltty", "ch341-mode", "clock", "disk-space", "duplicate-serials", "evidence-disk",
                "ftdi-channel", "gpio", "groups", "host-sleep", "i2c", "libusb", "modemmanager", "programmer",
                "relay-holder", "serial-port", "station-key", "trusted-stations", "udev-rules", "usb",
                "usb-speed", "virtual-devices",
            ],
            findings.Select(finding => finding.Check).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whatever_is_not_sound_says_how_to_mend_it()
    {
        _host.Files.Without("/sys").Without("/proc").Without("/etc").Without("/run").Without("/dev");
        _host.Files.LibUsbFault = "not there";
        _host.Files.ClockSynchronised = null;
        _host.Station = new StationReading();

        IReadOnlyList<HostFinding> findings = _host.Examine();

        Assert.Contains(findings, finding => finding is { Check: "usb", Soundness: Soundness.Problem });
        Assert.Contains(findings, finding => finding.Soundness == Soundness.Unknown);
        Assert.All(
            findings.Where(finding => finding.Soundness != Soundness.Ok),
            finding => Assert.False(string.IsNullOrWhiteSpace(finding.Mend), finding.ToString()));
    }

    [Fact]
    public void Without_rules_a_real_bench_has_a_problem_and_a_virtual_one_has_none()
    {
        _host.Files.Without(RulesFile);
        Assert.Equal(Soundness.Problem, Assert.Single(_host.Faults("udev-rules")).Soundness);

        _host.Config = DoctorHost.VirtualOnly;
        Assert.Equal(Soundness.Warning, Assert.Single(_host.Faults("udev-rules")).Soundness); // a programmer is there

        _host.Files.Without("/sys/bus/usb/devices/1-3").Without("/sys/bus/usb/devices/1-4.2");
        Assert.Empty(_host.Faults("udev-rules"));
    }

    [Fact]
    public void Rules_that_differ_or_are_switched_off_are_told()
    {
        _host.Files.Rules(UdevRules.Text + "# mine\n");
        Assert.Equal(
            (Soundness.Warning, $"{RulesFile} differs from the rules of this version"),
            Told(_host.OnlyFault("udev-rules")));

        _host.Files.Link(RulesFile, "/dev/null");
        Assert.Equal(Soundness.Problem, _host.OnlyFault("udev-rules").Soundness);
    }

    [Fact]
    public void The_line_that_installs_the_rules_is_one_that_works_without_the_source_tree()
    {
        _host.Files.Without(RulesFile);

        Assert.Equal(
            "flashbench doctor --rules | sudo tee /etc/udev/rules.d/59-flashbench.rules >/dev/null "
            + "&& sudo udevadm control --reload && sudo udevadm trigger",
            _host.OnlyFault("udev-rules").Mend);
    }

    [Fact]
    public void A_group_that_the_rules_name_and_the_host_lacks_is_made()
    {
        _host.Files.With("/etc/group", "dialout:x:20:anna\nplugdev:x:46:anna\ni2c:x:901:anna\n");

        HostFinding fault = _host.OnlyFault("groups");

        Assert.StartsWith("sudo groupadd --system --force gpio && ", fault.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_plugged_in_is_named_with_where_one_is()
    {
        _host.Files.Without("/sys/bus/usb/devices/1-4.2").Ch341a("1-1");

        HostFinding fault = _host.OnlyFault("programmer");

        Assert.Equal("b01", fault.Bench);
        Assert.Equal("there is no CH341A at USB 1-4.2; there is one at USB 1-1", fault.Sentence);
    }

    [Theory]
    [InlineData("/sys/class/tty/ttyUSB1", "serial-port", "the serial port of USB 1-4.3, interface 0 is not there")]
    [InlineData("/sys/bus/gpio/devices/gpiochip0", "gpio", "there is no GPIO chip relays")]
    [InlineData("/sys/bus/i2c/devices/i2c-7", "i2c", "there is no I2C adapter i2c-7")]
    [InlineData("/dev/i2c-7", "i2c", "i2c-7 has no device node: the module i2c-dev is not loaded")]
    public void Other_parts_that_are_missing_are_named(string gone, string check, string sentence)
    {
        _host.Files.Without(gone);

        Assert.Equal((Soundness.Problem, sentence), Told(_host.OnlyFault(check)));
    }

    [Fact]
    public void Two_ports_that_match_one_name_are_a_problem()
    {
        _host.Config = DoctorHost.TwoBenches.Replace(
            "\"1-4.3\", \"interface\": 0", "\"1-4.3\"", StringComparison.Ordinal);
        _host.Files.Interface("1-4.3", 1, "cp210x").Tty("ttyUSB2", "1-4.3", 1);

        Assert.StartsWith(
            "2 ports match the serial port of USB 1-4.3: ttyUSB1", _host.OnlyFault("serial-port").Sentence,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_the_chip_does_not_have_is_a_problem()
    {
        _host.Config = DoctorHost.TwoBenches.Replace(
            "\"line\": \"0\"", "\"line\": \"8\"", StringComparison.Ordinal);

        Assert.Equal("relays has lines 0 to 7, and none 8", _host.OnlyFault("gpio").Sentence);
    }

    [Theory]
    [InlineData("plugdev:x:0:anna\n", "46", "plugdev", "newgrp plugdev   # for this shell; log in again for all")]
    [InlineData("plugdev:x:0:\n", "", "plugdev", "sudo usermod --append --groups plugdev anna   # then log in again")]
    [InlineData("root:x:0:\n", "", "root", "sudo udevadm control --reload && sudo udevadm trigger")]
    public void Missing_rights_are_mended_by_what_is_missing(string groups, string held, string group, string mend)
    {
        string node = _host.Files.NodeAt("1-4.2");
        File.SetUnixFileMode(
            _host.Files.Tree.PathOf(node),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        uint owner = FileRights.Of(_host.Files.Tree.PathOf(node))!.Value.Group;
        _host.Files.With("/etc/group", groups.Replace(":0:", $":{owner}:", StringComparison.Ordinal)
                + "dialout:x:20:anna\ngpio:x:900:anna\ni2c:x:901:anna\n" + (group == "root" ? "plugdev:x:46:\n" : ""))
            .With("/proc/self/status", $"Uid:\t1000\t1000\nGid:\t1000\nGroups:\t20 900 901 {held}\n");
        _host.Files.Forbidden.Add(node);

        HostFinding fault = _host.OnlyFault("programmer");

        Assert.Equal((Soundness.Problem, $"CH341A at USB 1-4.2: user anna may not use {node}"), Told(fault));
        Assert.Equal(mend, fault.Mend);
    }

    [Fact]
    public void Chips_that_may_not_be_asked_are_a_matter_of_rights()
    {
        _host.Files.GpioAnswers = false;
        _host.Files.Forbidden.Add("/dev/gpiochip0");

        HostFinding fault = _host.OnlyFault("gpio");

        Assert.Equal(
            (Soundness.Problem, "user anna may not use GPIO chips, so whether relays is there is not known"),
            Told(fault));
    }

    [Fact]
    public void A_bench_is_examined_alone()
    {
        _host.Files.Without("/sys/bus/usb/devices/1-4.2");

        Assert.DoesNotContain(_host.Examine("b02"), finding => finding.Soundness != Soundness.Ok);
        Assert.Contains(_host.Examine("b01"), finding => finding.Soundness == Soundness.Problem);
        Assert.DoesNotContain(_host.Examine("b02"), finding => finding.Check is "gpio" or "i2c" or "relay-holder");
    }

    public void Dispose() => _host.Dispose();

    private static (Soundness, string) Told(HostFinding finding) => (finding.Soundness, finding.Sentence);
}
