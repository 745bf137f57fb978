using FlashBench.Bench.Live;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Live;

/// <summary>The stream of a run that this process plays, and what shows it.</summary>
internal sealed class LiveRun : IDisposable
{
    private readonly DisplaySettings _settings;
    private readonly RunDisplay _display;

    /// <summary>Opens both.</summary>
    /// <param name="settings">Where and how it is shown.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="durable">The lines of `run.jsonl` so far; empty for a run without.</param>
    /// <param name="bench">The clock of the benches.</param>
    /// <param name="goesOn">True if the run goes on: what its file says already is not printed again.</param>
    public LiveRun(
        DisplaySettings settings, string folder, IReadOnlyList<RunEvent> durable, TimeProvider bench, bool goesOn)
    {
        _settings = settings;
        Events = EventFeed.Open(folder, durable, bench, settings.Time);
        Warnings = new WarningWriter(Events);
        _display = new RunDisplay(settings, Events, folder, bench.LocalTimeZone, goesOn);
    }

    /// <summary>What the benches publish to.</summary>
    public EventFeed Events { get; }

    /// <summary>Takes whole lines that would go to standard error, and never waits.</summary>
    public TextWriter Warnings { get; }

    /// <summary>Writes and shows the rest. Waits for whoever reads the output, so let the benches go before.</summary>
    public void Dispose()
    {
        Events.Dispose();
        _display.Dispose();
        Warnings.Dispose();
        if (Events.Fault is { } fault)
            _settings.Error.WriteLine($"flashbench: {EventFeed.FileName} has an early end: {fault.TrimEnd('.')}.");
    }
}
