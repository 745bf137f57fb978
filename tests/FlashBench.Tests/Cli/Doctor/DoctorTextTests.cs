using System.Text.Json;
using FlashBench.Bench.Doctor;
using FlashBench.Cli.Doctor;
using FlashBench.Cli.Progress;
using FlashBench.Tests.Doctor;

namespace FlashBench.Tests.Cli.Doctor;

public sealed class DoctorTextTests
{
    private const string Expected = """
        This host, for 2 benches, user anna:
        ok       usb               devices beside hubs: 6.
        ok       groups            the groups are there: plugdev, dialout, gpio, i2c.
        ok       programmer        bench b01: CH341A at USB 1-4.2: there, and this user
                                   may use it.
        ok       gpio              bench b01: line 0 of relays (gpiochip0): there, and
                                   this user may use it.
        ok       serial-port       bench b01: the serial port of USB 1-4.3, interface 0
                                   is /dev/ttyUSB1: there, and this user may use it.
        ok       programmer        bench b02: FT2232H at USB 1-3: there, and this user
                                   may use it.
        ok       serial-port       bench b02: the serial port with serial number FT4XYZ,
                                   interface 1 is /dev/ttyUSB0: there, and this user may
                                   use it.
        ok       libusb            libusb-1.0 is installed and starts.
        ok       ch341-mode        no CH341 is in serial mode.
        ok       ftdi-channel      nobody else holds the channel of a programmer.
        ok       autosuspend       no programmer is suspended.
        ok       duplicate-serials no two devices of a kind have the same serial number.
        ok       virtual-devices   no USB device is virtual.
        ok       disk-space        vault /data/vault: 102,400 MiB free.
        ok       disk-space        evidence /data/evidence: 102,400 MiB free.
        ok       evidence-disk     /data/evidence: a file and its folder are on disk in
                                   4.2 ms.
        ok       station-key       /data/keys/station.pem is for its owner alone.
        ok       trusted-stations  2 stations are trusted.
        ok       relay-holder      the relay holder answers at
                                   /run/user/1000/flashbench/relayd.sock.
        warning  usb-speed         3 CH341A at USB 1-5.1, 1-5.2, 1-5.3 share the 12
                                   Mbit/s of hub USB 1-5; two get full speed.
                 - spread them over other hubs, or take a hub with a translator for each
                   port (multi-TT)
        warning  clock             nothing synchronises the clock: dates in records may
                                   be wrong.
                 $ sudo timedatectl set-ntp true
        warning  host-sleep        a desktop or a person may put this host to sleep in
                                   the middle of a watch.
                 $ sudo systemctl mask sleep.target suspend.target hibernate.target hybrid-sleep.target
        problem  udev-rules        59-flashbench.rules is not installed: only root may
                                   use programmers and relays.
                 $ flashbench doctor --rules | sudo tee /etc/udev/rules.d/59-flashbench.rules >/dev/null && \
                   sudo udevadm control --reload && \
                   sudo udevadm trigger
        problem  i2c               bench b01: there is no I2C adapter i2c-7.
                 $ flashbench suggest
        problem  brltty            brltty runs: it takes CH340, FTDI and CP210x adapters
                                   for Braille displays.
                 $ sudo systemctl mask --now brltty.path brltty.service brltty-udev.service
        problem  modemmanager      ModemManager runs, and no rule keeps it from writing
                                   to serial ports.
                 $ flashbench doctor --rules | sudo tee /etc/udev/rules.d/59-flashbench.rules >/dev/null && \
                   sudo udevadm control --reload && \
                   sudo udevadm trigger
        4 problems, 3 warnings, 0 unknown, 19 ok.
        """;

    [Fact]
    public void The_text_of_a_host_with_faults_is_the_golden_one()
    {
        using DoctorHost host = WithFaults();

        Assert.Equal(Expected.ReplaceLineEndings("\n"), Written(host.Examine()).Text.TrimEnd('\n'));
    }

    [Fact]
    public void Eighty_columns_are_enough_for_everything_but_words_that_must_stay_whole()
    {
        using DoctorHost host = WithFaults();

        string[] wide = [.. Written(host.Examine()).Text.Split('\n').Where(line => line.Length > 80)];

        Assert.All(wide, line => Assert.StartsWith("         ", line, StringComparison.Ordinal)); // lines that mend
    }

    [Fact]
    public void Colours_are_for_terminals()
    {
        HostFinding[] findings = [new("clock", Soundness.Warning, "it is late", "sleep 1")];

        Assert.DoesNotContain('\e', Written(findings, color: true).Text);
        Assert.DoesNotContain('\e', Written(findings, terminal: true).Text);
        Assert.Contains("\e[33mwarning  \e[0mclock", Written(findings, terminal: true, color: true).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_devices_call_themselves_never_steers_the_terminal()
    {
        HostFinding[] findings = [new("gpio", Soundness.Problem, "chip \e[2J\u202e is gone", "echo \e]0;x\a && echo 2")];

        string text = Written(findings).Text;

        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
    }

    [Theory]
    [InlineData(Soundness.Ok, 0)]
    [InlineData(Soundness.Unknown, 0)]
    [InlineData(Soundness.Warning, 0)]
    [InlineData(Soundness.Problem, 50)]
    public void Only_a_problem_ends_with_50(Soundness soundness, int code)
    {
        HostFinding[] findings = [new("a", Soundness.Ok, "x"), new("b", soundness, "y", "z")];
        using var output = new StringWriter();

        Assert.Equal(code, Written(findings).Code);
        Assert.Equal(code, DoctorJson.Write(output, findings));
    }

    [Fact]
    public void Quiet_says_what_is_not_sound_and_the_counts()
    {
        HostFinding[] findings = [new("a", Soundness.Ok, "fine"), new("b", Soundness.Unknown, "dark", "look")];

        Assert.Equal(
            "unknown  b                 dark.\n         $ look\n0 problems, 0 warnings, 1 unknown, 1 ok.\n",
            Written(findings, quiet: true).Text);
    }

    [Fact]
    public void Machines_get_an_event_a_line()
    {
        using DoctorHost host = WithFaults();
        IReadOnlyList<HostFinding> findings = host.Examine();
        using var output = new StringWriter();

        DoctorJson.Write(output, findings);

        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(findings.Count + 1, lines.Length);
        foreach ((string line, HostFinding finding) in lines.Zip(findings))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.Equal("check", json.RootElement.GetProperty("event").GetString());
            Assert.Equal(finding.Sentence, json.RootElement.GetProperty("sentence").GetString());
            string key = finding.ByHand ? "mendByHand" : "mend";
            Assert.Equal(finding.Mend is not null, json.RootElement.TryGetProperty(key, out _));
        }

        Assert.Contains("\"exitCode\":50", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_prints_the_rules_and_examines_this_host()
    {
        CommandLineRun rules = await CommandLineRun.OfAsync("doctor", "--rules");
        CommandLineRun doctor = await CommandLineRun.OfAsync("doctor", "--bench", "me8");
        CommandLineRun unknown = await CommandLineRun.OfAsync("doctor", "--bench", "nope");

        Assert.Equal((0, FlashBench.Hardware.Host.UdevRules.Text), (rules.ExitCode, rules.Output));
        Assert.Contains("This host, for bench me8, user ", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(64, unknown.ExitCode);
    }

    private static DoctorHost WithFaults()
    {
        var host = new DoctorHost();
        host.Files.Without("/etc/udev/rules.d").Program(77, "brltty").Program(88, "ModemManager").Hub("1-5")
            .Ch341a("1-5.1").Ch341a("1-5.2").Ch341a("1-5.3").Without("/sys/bus/i2c/devices/i2c-7")
            .Without("/etc/systemd/system/sleep.target");
        host.Files.ClockSynchronised = null;
        return host;
    }

    private static (int Code, string Text) Written(
        IReadOnlyList<HostFinding> findings, bool terminal = false, bool color = false, bool quiet = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var settings = new DisplaySettings(output, TextWriter.Null, TimeProvider.System)
        {
            Terminal = terminal,
            Color = color,
            Quiet = quiet,
        };
        return (DoctorText.Write(settings, "2 benches, user anna", findings), output.ToString());
    }
}
