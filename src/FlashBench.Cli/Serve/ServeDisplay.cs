using System.CommandLine;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Hardware.Serprog;

namespace FlashBench.Cli.Serve;

/// <summary>Says what clients of a served bench do. Called on the clock's thread.</summary>
internal sealed class ServeDisplay
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    private readonly DisplaySettings _settings;
    private long _shown;

    public ServeDisplay(ParseResult parse)
    {
        _settings = DisplaySettings.From(parse);
        _shown = _settings.Time.GetTimestamp();
    }

    public void Notice(string words)
    {
        if (_settings.Json)
            JsonLine.Write(_settings.Output, "client", json => json.WriteString("text", words));
        else if (!_settings.Quiet)
            _settings.Error.WriteLine($"{PlainText.Of(words)}.");
    }

    public void Move(SerprogTraffic traffic)
    {
        if (_settings.Time.GetElapsedTime(_shown) < Pace)
            return;
        _shown = _settings.Time.GetTimestamp();
        if (_settings.Json)
        {
            JsonLine.Write(_settings.Output, "progress", json =>
            {
                json.WriteNumber("frames", traffic.Frames);
                json.WriteNumber("sentBytes", traffic.SentBytes);
                json.WriteNumber("readBytes", traffic.ReadBytes);
            });
        }
        else if (!_settings.Quiet)
        {
            _settings.Error.WriteLine(
                $"{traffic.Frames} frames, {traffic.SentBytes >> 10} KiB sent, {traffic.ReadBytes >> 10} KiB read.");
        }
    }
}
