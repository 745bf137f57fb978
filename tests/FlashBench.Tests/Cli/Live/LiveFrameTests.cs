using System.Text;
using FlashBench.Bench.Live;
using FlashBench.Cli.Live;
using FlashBench.Tests.Live;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Cli.Live;

/// <summary>What a live view shows, at every size.</summary>
public sealed class LiveFrameTests
{
    [Theory]
    [InlineData(1, 80, 24)]
    [InlineData(32, 80, 24)]
    [InlineData(128, 80, 24)]
    [InlineData(1, 120, 40)]
    [InlineData(32, 120, 40)]
    [InlineData(128, 120, 40)]
    [InlineData(32, 200, 50)]
    public void The_view_looks_as_it_was_looked_at(int benches, int columns, int lines)
    {
        string[] shown = Lines(LiveScript.Night(benches), columns, lines);

        string file = ProjectTree.PathOf("tests", "FlashBench.Tests", "Cli", "Live", "Golden",
            $"{columns}x{lines}-{benches}.txt");
        string text = string.Join('\n', shown) + "\n";
        if (Environment.GetEnvironmentVariable("FLASHBENCH_ACCEPT") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    public void A_regression_looks_as_it_was_looked_at(int columns)
    {
        string text = string.Join('\n', Lines(LiveScript.Cells(), columns, 24)) + "\n";

        string file = ProjectTree.PathOf(
            "tests", "FlashBench.Tests", "Cli", "Live", "Golden", $"{columns}-regress.txt");
        if (Environment.GetEnvironmentVariable("FLASHBENCH_ACCEPT") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    [Fact]
    public void No_line_is_wider_and_no_frame_higher_than_the_terminal()
    {
        foreach (LiveBoard board in (LiveBoard[])
            [.. ((int[])[0, 1, 3, 32, 128]).Select(LiveScript.Night), LiveScript.Cells()])
        {
            for (int columns = 1; columns < 260; columns += 7)
            {
                for (int height = 5; height < 60; height += 6)
                {
                    string[] lines = Lines(board, columns, height);
                    Assert.InRange(lines.Length, 1, height - 1);
                    Assert.All(lines, line => Assert.InRange(line.Length, 0, Math.Max(columns - 1, 20)));
                }
            }
        }
    }

    [Fact]
    public void Who_needs_hands_is_shown_even_if_little_is()
    {
        LiveBoard board = LiveScript.Night(128);
        string[] hands = [.. board.Rows.Where(row => row.State == RowState.NeedsHands).Select(row => row.Id)];

        string[] lines = Lines(board, 80, 24);

        Assert.Equal(hands.Length, lines.Count(line => line.StartsWith('!')));
        Assert.StartsWith("!", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_red_but_what_needs_hands()
    {
        LiveBoard board = LiveScript.Night(128);
        foreach (FrameLine line in LiveFrame.Of(board, (120, 140), 0, TimeZoneInfo.Utc).Lines)
        {
            var drawn = new StringBuilder();
            line.Write(drawn, color: true, 119);
            Assert.Equal(
                line.Text.StartsWith('!') || line.Text.Contains("NEED HANDS", StringComparison.Ordinal),
                drawn.ToString().Contains("31m", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Foreign_text_reaches_the_terminal_as_printable_ascii_only()
    {
        var board = new LiveBoard();
        string hostile = LiveScript.HostileText;
        board.Take(new LiveEvent.RunLine(RunScript.Start(benches: [hostile, "b"]) with { Run = hostile })
        {
            At = RunScript.Evening,
        });
        board.Take(new LiveEvent.RowOpened(hostile, hostile, null, null) { At = RunScript.Evening, Row = hostile });
        board.Take(new LiveEvent.RowEnded(hostile, true) { At = RunScript.Evening, Row = hostile });
        board.Take(new LiveEvent.Waiting(hostile, hostile) { At = RunScript.Evening, Row = "b" });
        board.Take(new LiveEvent.PhaseBegun(7, 9, hostile) { At = RunScript.Evening, Row = "c" });
        board.Take(LiveScript.Watched("c", 60) with { Phase = hostile, Console = hostile, At = RunScript.Evening });
        board.Take(new LiveEvent.RunStopping(hostile) { At = RunScript.Evening });
        board.Take(new LiveEvent.Warning(hostile) { At = RunScript.Evening });
        using var output = new StringWriter();
        var screen = new LiveScreen(
            new FlashBench.Cli.Progress.DisplaySettings(output, output, TimeProvider.System) { Size = () => (250, 40) },
            TimeZoneInfo.Utc);

        screen.Draw(ask => ask(board));

        string shown = output.ToString().Replace("\u001B[K", "", StringComparison.Ordinal)
            .Replace("\u001B[J", "", StringComparison.Ordinal);
        string[] lines = shown.Split('\n');
        // What stands above the frame are lines of their own and may have letters, but nothing that steers.
        Assert.DoesNotContain(shown, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain('\u202E', shown);
        Assert.All(lines.SkipWhile(line => !line.Contains("BENCH", StringComparison.Ordinal)),
            line => Assert.All(line, c => Assert.InRange(c, ' ', '~')));
    }

    [Theory]
    [InlineData("plain", 10, "plain")]
    [InlineData("[\u001B[0;32m  OK  \u001B[0m] Started", 30, "[  OK  ] Started")]
    [InlineData("\u001B[", 10, "?[")]
    [InlineData("\u001B]0;x\u0007", 10, "?]0;x?")]
    [InlineData("e\u0301 \u6F22\U0001F480!", 10, "e? ??!")]
    [InlineData("0123456789", 10, "0123456789")]
    [InlineData("0123456789a", 10, "012345678~")]
    public void A_cell_has_one_character_for_each_column(string text, int width, string shown) =>
        Assert.Equal(shown, CellText.Of(text, width));

    [Fact]
    public void Frames_are_drawn_over_each_other_and_troubles_stay_above()
    {
        using var output = new StringWriter();
        (int, int) size = (80, 24);
        var settings = new FlashBench.Cli.Progress.DisplaySettings(output, output, TimeProvider.System)
        {
            Size = () => size,
        };
        var screen = new LiveScreen(settings, TimeZoneInfo.Utc);
        LiveBoard board = LiveScript.Night(3);
        screen.Draw(ask => ask(board));
        output.GetStringBuilder().Clear();
        board.Take(new LiveEvent.Warning("late") { At = RunScript.Evening });

        screen.Draw(ask => ask(board));

        Assert.StartsWith("\r\u001B[6Alate\u001B[K\n", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001B[?25l", output.ToString(), StringComparison.Ordinal);
        output.GetStringBuilder().Clear();
        size = (100, 24);
        screen.Draw(ask => ask(board));
        Assert.StartsWith("\u001B[2J\u001B[H", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("late", output.ToString(), StringComparison.Ordinal);
    }

    private static string[] Lines(LiveBoard board, int columns, int lines) =>
        [.. LiveFrame.Of(board, (columns, lines), 0, TimeZoneInfo.Utc).Lines.Select(line => line.Text)];
}
