using System.Globalization;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Tests.Hardware.Power.Lines;

/// <summary>Hooks are real programs here.</summary>
public sealed class HookLineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IOutputLine Line(TimeSpan limit, params string[] command) =>
        new OutputLines(TimeProvider.System, _ => "", new AbsentOperator("this is a test")).Open(
            new OutputLineSpec.Hook(command, ["/bin/false"], limit));

    private static async Task<string> FailureAsync(TimeSpan limit, params string[] command) =>
        (await Assert.ThrowsAsync<PowerException>(() => Line(limit, command).DriveAsync(true, Cancel).AsTask()))
            .Message;

    [Fact]
    public async Task It_runs_the_program_of_the_level_without_a_shell()
    {
        using var folder = new TemporaryFolder();
        string odd = "$(touch no) `x` \"quoted\" *";

        await Line(TimeSpan.FromSeconds(20), "/bin/sh", "-c", "printf %s \"$2\" > \"$1\"", "sh", folder.At("out"), odd)
            .DriveAsync(true, Cancel);

        Assert.Equal(odd, await File.ReadAllTextAsync(folder.At("out"), Cancel));
    }

    [Fact]
    public async Task Its_exit_code_and_the_first_line_of_its_complaint_are_told() =>
        Assert.Equal(
            "/bin/sh ended with 3: no such socket?[31m",
            await FailureAsync(
                TimeSpan.FromSeconds(20), "/bin/sh", "-c", "printf 'no such socket\\033[31m\\nmore' >&2; exit 3"));

    [Fact]
    public async Task A_silent_failure_is_told_by_its_code() =>
        Assert.Equal("/bin/false ended with 1", await FailureAsync(TimeSpan.FromSeconds(20), "/bin/false"));

    [Fact]
    public async Task A_program_that_is_not_there_is_told() =>
        Assert.Contains(
            "/no/such/program cannot be started", await FailureAsync(TimeSpan.FromSeconds(20), "/no/such/program"),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_program_that_hangs_is_ended_with_its_children()
    {
        using var folder = new TemporaryFolder();
        string script = $"sleep 300 & echo $! > '{folder.At("child")}'; wait";

        string message = await FailureAsync(TimeSpan.FromMilliseconds(1500), "/bin/sh", "-c", script);

        Assert.Contains("within 1.5 s", message, StringComparison.Ordinal);
        string child = (await File.ReadAllTextAsync(folder.At("child"), Cancel)).Trim();
        Assert.True(await IsGoneAsync(int.Parse(child, CultureInfo.InvariantCulture)), $"{child} lives on");
    }

    [Fact]
    public async Task A_child_that_outlives_it_and_keeps_its_output_open_is_not_waited_for()
    {
        long began = TimeProvider.System.GetTimestamp();

        await Line(TimeSpan.FromSeconds(60), "/bin/sh", "-c", "sleep 15 & exit 0").DriveAsync(true, Cancel);

        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 12);
    }

    [Fact]
    public async Task A_cancellation_does_not_stop_it_half_way()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Line(TimeSpan.FromSeconds(20), "/bin/sh", "-c", $"sleep 0.5; echo done > '{folder.At("out")}'")
            .DriveAsync(true, stop.Token);

        Assert.True(File.Exists(folder.At("out")));
    }

    [Fact]
    public async Task Its_level_is_not_known() =>
        Assert.Null(await Line(TimeSpan.FromSeconds(1), "/bin/true").ReadAsync(Cancel));

    [Fact]
    public void What_cannot_be_a_command_is_refused()
    {
        Assert.Throws<PowerException>(() => Line(TimeSpan.FromSeconds(1)));
        Assert.Throws<PowerException>(() => Line(TimeSpan.FromSeconds(1), ""));
        Assert.Throws<PowerException>(() => Line(TimeSpan.FromSeconds(1), "/bin/true", "a\0b"));
        Assert.Throws<PowerException>(() => Line(TimeSpan.Zero, "/bin/true"));
        Assert.Throws<PowerException>(() => Line(TimeSpan.FromDays(1), "/bin/true"));
    }

    private static async Task<bool> IsGoneAsync(int pid)
    {
        for (int i = 0; i < 100; i++)
        {
            string stat = $"/proc/{pid}/stat";
            if (!File.Exists(stat))
                return true;
            if ((await File.ReadAllTextAsync(stat, Cancel)).Contains(") Z", StringComparison.Ordinal))
                return true; // a zombie is ended; who should reap it is not our affair
            await Task.Delay(50, Cancel);
        }

        return false;
    }
}
