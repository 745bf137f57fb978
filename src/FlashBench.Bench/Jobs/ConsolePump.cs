using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Bench.Jobs;

/// <summary>Takes everything from the console for the whole job: into the log, and to the boot being watched.</summary>
internal sealed class ConsolePump : IAsyncDisposable
{
    private readonly IConsolePort _port;
    private readonly ConsoleLog _log;
    private readonly JournalWriter _journal;
    private readonly BenchClock _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private BenchException? _portFailure;

    public ConsolePump(IConsolePort port, ConsoleLog log, JournalWriter journal, BenchClock clock)
    {
        (_port, _log, _journal, _clock) = (port, log, journal, clock);
        _loop = RunAsync();
    }

    /// <summary>The boot being watched; null between boots.</summary>
    public BootWatch? Watch { get; set; }

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
        _log.Close();
        ThrowIfFailed();
    }

    /// <summary>Sends a line to the board.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancel) => _port.WriteAsync(line, cancel);

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
            _journal.Append(new JournalData.ConsoleGap("port failed", 1));
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
        long atUs = Math.Max(0, _clock.ToUs(happened.Timestamp));
        switch (happened)
        {
            case ConsoleEvent.Bytes bytes:
                _log.Append(atUs, bytes.Data.Span);
                Watch?.OnConsole(atUs, bytes.Data.Span);
                break;
            case ConsoleEvent.Break:
                _journal.Append(new JournalData.ConsoleGap(JournalData.ConsoleGap.Break, 1));
                break;
            case ConsoleEvent.HangUp:
                _journal.Append(new JournalData.ConsoleGap("hang-up", 1));
                break;
        }
    }
}
