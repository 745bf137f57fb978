using System.Text.Json;
using FlashBench.Bench.Doctor;
using FlashBench.Cli.Doctor;
using FlashBench.Cli.Progress;
using FlashBench.Tests.Doctor;

namespace FlashBench.Tests.Cli.Doctor;

public sealed class DoctorTextTests
{
    private const string Expected = """
        GOLDEN
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
            "unknown  b                 dark.\n         > look\n0 problems, 0 warnings, 1 unknown, 1 ok.\n",
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
            Assert.Equal(finding.Mend is not null, json.RootElement.TryGetProperty("mend", out _));
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
