using FlashBench.Bench.Live;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Live;

/// <summary>Shows a run that this process plays: a live view on a terminal, lines elsewhere, or JSON.</summary>
/// <remarks>
/// It has a thread of its own, and only that thread ever waits for a terminal or a pipe. A reader that stops holds
/// neither a bench nor memory: lines come from the run's file, frames are drawn from the latest state.
/// </remarks>
internal sealed class RunDisplay : IDisposable
{
    private static readonly TimeSpan FramePace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LinePace = TimeSpan.FromMilliseconds(100);

    private readonly DisplaySettings _settings;
    private readonly EventFeed _stream;
    private readonly LiveScreen? _screen;
    private readonly LivePrinter _printer;
    private readonly ManualResetEventSlim _closing = new();
    private readonly Thread _thread;

    /// <summary>Starts to show.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="stream">The run's stream.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="zone">Of the clock times.</param>
    /// <param name="goesOn">True if what is in the file was shown already, by a process that has ended.</param>
    public RunDisplay(
        DisplaySettings settings, EventFeed stream, string folder, TimeZoneInfo zone, bool goesOn = false)
    {
        (_settings, _stream) = (settings, stream);
        _screen = IsLive(settings) ? new LiveScreen(settings, zone) : null;
        _printer = new LivePrinter(settings, folder);
        if (goesOn && _screen is null)
            _printer.SkipOld();
        _thread = new Thread(Run)
        {
            Name = "display",
            IsBackground = true,
        };
        _thread.Start();
    }

    /// <summary>True if a live view is drawn.</summary>
    public static bool IsLive(DisplaySettings settings) => settings is { Terminal: true, Json: false, Quiet: false };

    /// <summary>Shows what the stream, which was disposed, had last, and ends; waits for whoever reads the output.
    /// </summary>
    public void Dispose()
    {
        _closing.Set();
        _thread.Join();
        _printer.Dispose();
        _closing.Dispose();
    }

    private void Run()
    {
        try
        {
            bool last;
            do
            {
                last = _closing.Wait(_screen is null ? LinePace : FramePace);
                if (_screen is null)
                    _printer.Print();
                else
                    _screen.Draw(_stream.Ask);
            }
            while (!last);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _settings.Error.WriteLine($"flashbench: the run is not shown any more: {e.Message.TrimEnd('.')}.");
        }
    }
}
