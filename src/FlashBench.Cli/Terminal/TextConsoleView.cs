using System.Globalization;
using System.Text;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Console;

namespace FlashBench.Cli.Terminal;

/// <summary>A console as text: what the board says on standard output, what the program says on standard error.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="stamps">Times at the beginning of lines; null for none.</param>
/// <param name="quiet">True to say nothing about opening and closing.</param>
internal sealed class TextConsoleView(TextWriter output, TextWriter error, ConsoleClock? stamps, bool quiet)
    : IConsoleView
{
    private readonly ConsoleText _text = new();
    private readonly StringBuilder _shown = new();
    private bool _lineOpen;
    private long _lastAt;

    public void Opened(ConsoleOpening opening)
    {
        if (quiet)
            return;
        string kind = opening.Simulated ? " (simulated)" : "";
        error.WriteLine($"flashbench: bench {opening.Bench}: {PlainText.Of(opening.Port)}{kind}.");
        string held = opening.Shared ? "Another process holds the port. " : "";
        string keys = (opening.Interactive, opening.MayWrite) switch
        {
            (true, true) => "Keys go to the board; Ctrl-] leaves.",
            (true, false) => "Read only; Ctrl-] leaves.",
            _ => "Read only; Ctrl-C ends.",
        };
        error.WriteLine($"flashbench: {held}{keys}");
        error.Flush();
    }

    public void Show(ConsoleEvent happened)
    {
        switch (happened)
        {
            case ConsoleEvent.Bytes bytes:
                _text.Feed(bytes.Data.Span, _shown);
                Write(bytes.Timestamp);
                break;
            case ConsoleEvent.Break:
                Note("break");
                break;
            case ConsoleEvent.HangUp:
                Note("the port is gone; waiting for it");
                break;
            case ConsoleEvent.Back:
                Note("the port is back; what the board said in between is lost");
                break;
            case ConsoleEvent.Lost lost:
                Note($"{lost.Count} bytes are not shown: this was too slow");
                break;
        }
    }

    // Text is shown as it comes, prompts too.
    public void Rest()
    {
    }

    public void Note(string sentence)
    {
        if (_lineOpen)
            output.Write('\n');
        _lineOpen = false;
        output.Flush();
        error.WriteLine($"flashbench: {PlainText.Of(sentence)}.");
        error.Flush();
    }

    public void Closed(string why, ConsoleCounters counters)
    {
        _text.End(_shown);
        Write(_lastAt);
        if (counters.LostBytes > 0)
            Note(string.Create(CultureInfo.InvariantCulture, $"{counters.LostBytes} bytes were lost by overruns"));
        if (!quiet)
            Note(why);
        else if (_lineOpen)
            output.Write('\n');
        output.Flush();
    }

    private void Write(long timestamp)
    {
        _lastAt = timestamp;
        if (_shown.Length == 0)
            return;
        string text = _shown.ToString();
        _shown.Clear();
        output.Write(stamps is null ? text : Stamped(text, stamps.LocalOf(timestamp)));
        output.Flush();
        _lineOpen = !text.EndsWith('\n');
    }

    private string Stamped(string text, DateTimeOffset at)
    {
        string stamp = at.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture);
        var stamped = new StringBuilder();
        bool open = _lineOpen;
        foreach (string line in text.Split('\n').SkipLast(text.EndsWith('\n') ? 1 : 0))
        {
            if (stamped.Length > 0)
                stamped.Append('\n');
            stamped.Append(open ? "" : stamp).Append(line);
            open = false;
        }

        return stamped.Append(text.EndsWith('\n') ? "\n" : "").ToString();
    }
}
