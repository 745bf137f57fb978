using System.CommandLine;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Image;

/// <summary>How far a check of many files is: a bar on a terminal, else a line on standard error every 10 % or 10 s.
/// </summary>
internal sealed class CheckProgress : IDisposable
{
    private const int FilesMin = 20; // fewer are done before anybody could read a line

    private readonly IProgressView? _view;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _total;
    private bool _isClosed;

    /// <summary>Begins to show.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="total">Number of files.</param>
    public CheckProgress(ParseResult parse, int total)
    {
        var settings = DisplaySettings.From(parse);
        (_time, _total) = (settings.Time, total);
        _start = _time.GetTimestamp();
        if (settings.Quiet || total < FilesMin)
            return;
        _view = settings.Terminal && !settings.Json
            ? new BarProgress(settings.Output, settings.Color, _time)
            : new LineProgress(settings.Error, _time);
        _view.PhaseStarted(1, 1, "check");
    }

    /// <summary>Shows that so many files are done.</summary>
    public void Report(int done) =>
        _view?.Show(new ProgressReading("check", done, _total, "files", _time.GetElapsedTime(_start)));

    /// <summary>Ends the display; nothing is shown afterwards.</summary>
    public void Dispose()
    {
        if (_isClosed || _view is null)
            return;
        _isClosed = true;
        _view.PhaseEnded("check", "done", "");
        _view.Dispose();
    }
}
