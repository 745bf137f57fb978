using System.Text;
using FlashBench.Bench.Live;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Regress;

namespace FlashBench.Cli.Live;

/// <summary>Prints the events of a run's file as lines: for programs as they are, for people in words.</summary>
internal sealed class LivePrinter : IDisposable
{
    private readonly DisplaySettings _settings;
    private readonly EventTail _tail;
    private long _lost;
    private RegressLines? _regress; // of a regression; null for other runs

    /// <summary>Prints from the beginning of a file.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="folder">The run's folder.</param>
    public LivePrinter(DisplaySettings settings, string folder) =>
        (_settings, _tail) = (settings, new EventTail(folder));

    /// <summary>Does not print what is there already: another process of the run has printed it.</summary>
    public void SkipOld()
    {
        _tail.Read((happened, _) => WordsOf(happened));
        _regress?.GoOn();
    }

    /// <summary>Prints what is new. Waits for whoever reads the output, as long as it takes.</summary>
    /// <returns>True if anything was.</returns>
    public bool Print()
    {
        bool any = _tail.Read(Take);
        if (_tail.Lost > _lost && !_settings.Quiet)
            _settings.Error.WriteLine($"flashbench: {_tail.Lost - _lost} events could not be read.");
        _lost = _tail.Lost;
        return any;
    }

    /// <inheritdoc/>
    public void Dispose() => _tail.Dispose();

    /// <summary>Prints one event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="line">The event in UTF-8, as its line in the file.</param>
    public void Take(LiveEvent happened, ReadOnlySpan<byte> line)
    {
        if (_settings.Json)
        {
            _settings.Output.Write(Encoding.UTF8.GetString(line) + "\n");
            _settings.Output.Flush();
        }
        else if (!_settings.Quiet && WordsOf(happened) is { } words)
        {
            _settings.Output.WriteLine(words);
        }

        if (happened is LiveEvent.Warning warning)
            _settings.Error.WriteLine(PlainText.Of(warning.Text));
    }

    private string? WordsOf(LiveEvent happened)
    {
        if (happened is LiveEvent.RunLine { Line: RunEvent.Started { Regress: not null } start })
            _regress = new RegressLines(start, _settings.Time);
        return _regress is null || happened is not LiveEvent.RunLine { Line: var line }
            ? LiveLines.Of(happened)
            : _regress.Of(line);
    }
}
