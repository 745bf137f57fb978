namespace FlashBench.Cli.Progress;

/// <summary>Shows a running job: bars on a terminal, plain lines otherwise, JSON lines for programs.</summary>
/// <remarks>
/// All methods are called on one thread and cost little: a value that need not be shown is dropped at once, so a
/// driver may report every page. Texts may come from a board; control characters never reach the terminal.
/// </remarks>
public sealed class JobDisplay : IDisposable
{
    private readonly List<IProgressView> _views = [];

    /// <summary>Opens the display; nothing is printed before the first call.</summary>
    /// <param name="settings">Where and how.</param>
    public JobDisplay(DisplaySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Json)
            _views.Add(new JsonProgress(settings.Output, settings.Time));
        if (settings.Quiet)
            return;
        if (settings.Terminal && !settings.Json)
            _views.Add(new BarProgress(settings.Output, settings.Color, settings.Time));
        else
            _views.Add(new LineProgress(settings.Json ? settings.Error : settings.Output, settings.Time));
    }

    /// <summary>A phase begins.</summary>
    /// <param name="number">Counted from 1.</param>
    /// <param name="count">Number of phases of the job.</param>
    /// <param name="name">Name of the phase.</param>
    public void PhaseStarted(int number, int count, string name) =>
        _views.ForEach(view => view.PhaseStarted(number, count, name));

    /// <summary>The phase that runs has come so far.</summary>
    /// <param name="phase">Name of the phase.</param>
    /// <param name="done">Finished part, in <paramref name="unit"/>.</param>
    /// <param name="total">The whole; 0 when it is not known.</param>
    /// <param name="unit">"bytes", "s" for the seconds of a watch (shown as 18:42/31:00), or a plural noun.</param>
    /// <param name="elapsed">Bench time since the phase began; rate and estimate are computed from it.</param>
    public void Progress(string phase, long done, long total, string unit, TimeSpan elapsed)
    {
        var reading = new ProgressReading(phase, done, total, unit, elapsed);
        foreach (IProgressView view in _views)
            view.Show(reading);
    }

    /// <summary>The phase that runs has ended.</summary>
    /// <param name="name">Name of the phase.</param>
    /// <param name="verdict">"Pass", "Inconclusive", "Fail", "Aborted" or "Error".</param>
    /// <param name="reason">Why; may be empty.</param>
    public void PhaseEnded(string name, string verdict, string reason) =>
        _views.ForEach(view => view.PhaseEnded(name, verdict, reason));

    /// <summary>Something worth a line of its own.</summary>
    /// <param name="text">One sentence.</param>
    public void Note(string text) => _views.ForEach(view => view.Note(text));

    /// <summary>Prints the last frame and gives the terminal back; call it before printing results.</summary>
    public void Dispose() => _views.ForEach(view => view.Dispose());
}
