using System.Text.Json;
using FlashBench.Cli.Progress;
using FlashBench.Simulation;

namespace FlashBench.Tests.Cli.Progress;

public sealed class JobDisplayTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly VirtualTime _time = new();

    private DisplaySettings Settings => new(_output, _error, _time);

    [Fact]
    public void Without_a_terminal_a_phase_has_a_line_at_each_end_and_every_ten_percent()
    {
        using var display = new JobDisplay(Settings);

        display.PhaseStarted(2, 9, "back up");
        for (int page = 1; page <= 40_000; page++)
            display.Progress("back up", page * 256, 40_000 * 256, "bytes", TimeSpan.FromMilliseconds(page));
        display.PhaseEnded("back up", "Pass", "two identical passes");

        string[] lines = Lines(_output);
        Assert.Equal(12, lines.Length);
        Assert.Equal("[2/9] back up", lines[0]);
        Assert.Equal("[2/9] back up: 10 %  1000/10000 KiB, 250 KiB/s, ETA 0:36", lines[1]);
        Assert.Equal("[2/9] back up: 100 %  10000/10000 KiB, 250 KiB/s", lines[10]);
        Assert.Equal("[2/9] back up: PASS: two identical passes", lines[11]);
    }

    [Fact]
    public void A_slow_phase_has_a_line_every_ten_seconds()
    {
        using var display = new JobDisplay(Settings);
        display.PhaseStarted(7, 9, "watch");

        _time.Run(async () =>
        {
            for (int second = 1; second <= 60; second++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time);
                display.Progress("watch", second, 1860, "s", TimeSpan.FromSeconds(second));
            }
        });

        Assert.Equal(7, Lines(_output).Length);
        Assert.Equal("[7/9] watch: 0 %  0:10/31:00, ETA 30:50", Lines(_output)[1]);
    }

    [Fact]
    public void Text_of_the_board_cannot_steer_the_terminal()
    {
        using var display = new JobDisplay(Settings);

        display.PhaseStarted(1, 9, "a\u001B[2J");
        display.Note("console says \u001B]0;PASS\a");
        display.PhaseEnded("a", "Fail", "line\r\n[1/9] a: PASS");

        Assert.Equal(
            "[1/9] a\\x1B[2J\n      console says \\x1B]0;PASS\\x07\n"
            + "[1/9] a\\x1B[2J: FAIL: line\\x0D\\x0A[1/9] a: PASS\n",
            _output.ToString());
    }

    [Fact]
    public void Quiet_prints_nothing()
    {
        using var display = new JobDisplay(Settings with { Quiet = true });

        PlayOneJob(display);

        Assert.Equal("", _output.ToString() + _error);
    }

    [Fact]
    public void Json_goes_to_standard_output_and_text_to_standard_error()
    {
        using var display = new JobDisplay(Settings with { Json = true });

        PlayOneJob(display);

        var events = Lines(_output).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["phase.begin", "progress", "note", "phase.end"],
            events.Select(one => one.GetProperty("event").GetString()));
        Assert.Equal(50, events[1].GetProperty("done").GetInt64());
        Assert.Equal("say \u001B[2J", events[2].GetProperty("text").GetString());
        Assert.Equal("[1/1] read", Lines(_error)[0]);
    }

    [Fact]
    public void Json_and_quiet_leave_standard_error_empty()
    {
        using var display = new JobDisplay(Settings with { Json = true, Quiet = true });

        PlayOneJob(display);

        Assert.Equal(4, Lines(_output).Length);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public void On_a_terminal_the_last_frame_shows_every_phase_with_its_verdict()
    {
        using (var display = new JobDisplay(Settings with { Terminal = true }))
            PlayOneJob(display);

        string shown = _output.ToString();
        Assert.Contains("1/1 read", shown, StringComparison.Ordinal);
        Assert.Contains("INCONCLUSIVE", shown, StringComparison.Ordinal);
        Assert.Contains("say \\x1B[2J", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001B[2J", shown, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private static void PlayOneJob(JobDisplay display)
    {
        display.PhaseStarted(1, 1, "read");
        display.Progress("read", 50, 100, "blocks", TimeSpan.FromSeconds(1));
        display.Note("say \u001B[2J");
        display.PhaseEnded("read", "Inconclusive", "");
    }

    private static string[] Lines(StringWriter text) =>
        text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
