using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Bench.Jobs;

/// <summary>Takes everything from the console for the whole job: into the log, and to the boot being watched.</summary>
internal sealed class ConsolePump : IAsyncDisposable
{
    // A line that is held low, or at the wrong speed, breaks thousands of times a second.
    private const long BreakIntervalUs = 1_000_000;

    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(2);

    private readonly IConsolePort _port;
    private readonly ConsoleLog _log;
    private readonly JournalWriter _journal;
    private readonly BenchClock _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private BenchException? _portFailure;
    private BootWatch? _watch;
    private string? _hole;       // of the boot under way, from its first record on
    private long _breaks;        // not journaled yet
    private long _breakUs = -BreakIntervalUs;

    public ConsolePump(IConsolePort port, ConsoleLog log, JournalWriter journal, BenchClock clock)
    {
        (_port, _log, _journal, _clock) = (port, log, journal, clock);
        _loop = RunAsync();
    }

    /// <summary>The boot being watched; null between boots.</summary>
    public BootWatch? Watch
    {
        get => _watch;
        set
        {
            _watch = value;
            if (_hole is { } hole)
                _watch?.OnConsoleHole(hole);
        }
    }

    /// <summary>Holes in the console count for the boot whose record begins now.</summary>
    public void BeginBoot() => _hole = null;

    /// <summary>Journals a hole in the console, and tells it to the boot under way, as whoever recomputes it will.
    /// </summary>
    public void Note(string kind, long count)
    {
        _journal.Append(new JournalData.ConsoleGap(kind, count));
        if (JournalData.ConsoleGap.HoleOf(kind, count) is not { } hole)
        {
            _watch?.OnConsoleNoise(_clock.NowUs);
            return;
        }

        _hole ??= hole;
        _watch?.OnConsoleHole(hole);
    }

    /// <summary>Throws what ended the pump, if anything did.</summary>
    /// <exception cref="ConsoleException">The port failed, which the journal says.</exception>
    /// <exception cref="JournalWriteException">What arrived could not be kept.</exception>
    public void ThrowIfFailed()
    {
        ThrowIfNotKept();
        if (_portFailure is { } failure)
            throw new ConsoleException(failure.Message, failure);
    }

    /// <summary>Puts what came so far on disk, also what came before the port failed.</summary>
    /// <inheritdoc cref="ThrowIfFailed"/>
    public void Flush()
    {
        ThrowIfNotKept();
        NoteBreaks();
        _log.Close();
        ThrowIfFailed();
    }

    /// <summary>Sends a line to the board; a port that is gone swallows it, which the journal says.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(SendLimit, _clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await _port.WriteAsync(line, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nobody takes it. The watch does not wait for a question; the silence that follows speaks for itself.
        }
        catch (ConsoleException gone) when (gone.Cause == PartCause.Unavailable)
        {
            // It hung up, and may come back.
        }
    }

    /// <summary>Receive errors since the port was opened.</summary>
    public ConsoleCounters Counters => _port.Counters;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel(); // CancelAsync would leave the job's thread
        while (!_loop.IsCompleted)
            await Task.Yield();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (ConsoleEvent happened in _port.ReadAsync(_stop.Token))
                Take(happened);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The job ended.
        }
        catch (BenchException failure)
        {
            _portFailure = failure;
            Note("port failed", 1);
        }
    }

    private void ThrowIfNotKept()
    {
        if (_loop.IsFaulted)
            _loop.GetAwaiter().GetResult();
    }

    private void Take(ConsoleEvent happened)
    {
        // A board that already ran when the job began has sent bytes before the job's clock: they count from its start.
        long atUs = Math.Max(_clock.StartUs, _clock.ToUs(happened.Timestamp));
        switch (happened)
        {
            case ConsoleEvent.Bytes bytes:
                JournalMeter.ConsoleKept(_clock.Time, happened.Timestamp);
                Keep(atUs, bytes.Data.Span);
                break;
            case ConsoleEvent.Break:
                _breaks++;
                if (atUs - _breakUs >= BreakIntervalUs)
                    NoteBreaks();
                _breakUs = _breaks == 0 ? atUs : _breakUs;
                break;
            case ConsoleEvent.HangUp:
                Note(JournalData.ConsoleGap.HangUp, 1);
                break;
            case ConsoleEvent.Back:
                Note(JournalData.ConsoleGap.Back, 1);
                break;
            case ConsoleEvent.Lost lost:
                Note(JournalData.ConsoleGap.Lost, lost.Count);
                break;
        }
    }

    // What is not kept counts for nobody, live or later.
    private void Keep(long atUs, ReadOnlySpan<byte> data)
    {
        bool overflowed = _log.Overflowed;
        _log.Append(atUs, data);
        if (!_log.Overflowed)
            _watch?.OnConsole(atUs, data);
        else if (!overflowed)
            Note("overflow", ConsoleLog.BytesMax);
    }

    private void NoteBreaks()
    {
        if (_breaks > 0)
            Note(JournalData.ConsoleGap.Break, _breaks);
        _breaks = 0;
    }
}
