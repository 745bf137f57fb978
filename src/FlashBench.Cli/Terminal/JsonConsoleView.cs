using System.Text;
using System.Text.Json;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Console;

namespace FlashBench.Cli.Terminal;

/// <summary>A console as JSON, one event a line.</summary>
/// <param name="output">Standard output.</param>
/// <param name="clock">Of the events.</param>
internal sealed class JsonConsoleView(TextWriter output, ConsoleClock clock) : IConsoleView
{
    private readonly ConsoleText _text = new();
    private readonly StringBuilder _shown = new(), _line = new();
    private long _lineAt, _bytes;

    public void Opened(ConsoleOpening opening) => JsonLine.Write(output, "opened", json =>
    {
        json.WriteString("bench", opening.Bench);
        json.WriteString("port", opening.Port);
        json.WriteBoolean("simulated", opening.Simulated);
        json.WriteBoolean("mayWrite", opening.MayWrite);
        json.WriteBoolean("shared", opening.Shared);
    });

    public void Show(ConsoleEvent happened)
    {
        switch (happened)
        {
            case ConsoleEvent.Bytes bytes:
                _bytes += bytes.Data.Length;
                _text.Feed(bytes.Data.Span, _shown);
                Take(bytes.Timestamp);
                break;
            case ConsoleEvent.Lost lost:
                Rest();
                Write("lost", lost.Timestamp, json => json.WriteNumber("bytes", lost.Count));
                break;
            default:
                Rest();
                Write(NameOf(happened), happened.Timestamp, _ => { });
                break;
        }
    }

    // What waits without a line end is a line for now; its rest will be one of its own.
    public void Rest()
    {
        if (_line.Length > 0)
            WriteLine("partial");
    }

    public void Note(string sentence) =>
        JsonLine.Write(output, "note", json => json.WriteString("message", sentence));

    public void Closed(string why, ConsoleCounters counters)
    {
        _text.End(_shown);
        Take(_lineAt);
        Rest();
        JsonLine.Write(output, "closed", json =>
        {
            json.WriteString("reason", why);
            json.WriteNumber("bytes", _bytes);
            json.WriteNumber("overruns", counters.LostBytes);
            json.WriteNumber("framingErrors", counters.FramingErrors);
            json.WriteNumber("parityErrors", counters.ParityErrors);
        });
    }

    private static string NameOf(ConsoleEvent happened) => happened switch
    {
        ConsoleEvent.Break => "break",
        ConsoleEvent.HangUp => "hangUp",
        _ => "back",
    };

    private void Take(long timestamp)
    {
        string[] pieces = _shown.ToString().Split('\n');
        _shown.Clear();
        for (int i = 0; i < pieces.Length; i++)
        {
            if (_line.Length == 0)
                _lineAt = timestamp;
            _line.Append(pieces[i]);
            if (i + 1 < pieces.Length)
                WriteLine("line");
        }
    }

    private void WriteLine(string kind)
    {
        string text = _line.ToString();
        _line.Clear();
        Write(kind, _lineAt, json => json.WriteString("text", text));
    }

    private void Write(string kind, long timestamp, Action<Utf8JsonWriter> members) =>
        JsonLine.Write(output, kind, json =>
        {
            json.WriteNumber("seconds", Math.Round(clock.SecondsOf(timestamp), 6));
            json.WriteString("utc", clock.UtcOf(timestamp).UtcDateTime);
            members(json);
        });
}
