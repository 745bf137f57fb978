using System.Text;
using FlashBench.Bench.Live;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Live;

/// <summary>Draws frames over each other at the end of what a terminal shows; what went wrong stays above.</summary>
/// <remarks>
/// The cursor is never hidden and no mode of the terminal is changed, so that nothing has to be put right after a kill.
/// A size that changed begins on a clear screen, since terminals break lines anew by rules of their own.
/// </remarks>
/// <param name="settings">Where and how.</param>
/// <param name="zone">Of the clock times.</param>
internal sealed class LiveScreen(DisplaySettings settings, TimeZoneInfo zone)
{
    private readonly StringBuilder _shown = new();
    private (int Columns, int Lines) _size;
    private int _drawn;
    private long _known;

    /// <summary>Draws the board.</summary>
    /// <param name="ask">Asks it; <see cref="EventFeed.Ask{T}"/> is one.</param>
    public void Draw(Func<Func<LiveBoard, LiveFrame>, LiveFrame> ask)
    {
        (int Columns, int Lines) size = settings.Size();
        LiveFrame frame = ask(board => LiveFrame.Of(board, size, _known, zone));
        _known = frame.TroubleCount;
        _shown.Clear();
        if (_drawn > 0)
            _shown.Append(size == _size ? $"\r\x1B[{_drawn}A" : "\x1B[2J\x1B[H");
        _size = size;
        foreach (string trouble in frame.Troubles)
            _shown.Append(PlainText.Of(trouble)).Append("\x1B[K\n");
        foreach (FrameLine line in frame.Lines)
        {
            line.Write(_shown, settings.Color, Math.Max(1, size.Columns - 1));
            _shown.Append("\x1B[K\n");
        }

        _shown.Append("\x1B[J");
        _drawn = frame.Lines.Count;
        settings.Output.Write(_shown.ToString());
        settings.Output.Flush();
    }
}
