using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
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

    public ConsolePump(IConsolePort port, ConsoleLog log, JournalWriter journal, BenchClock clock)
    {
        (_port, _log, _journal, _clock) = (port, log, journal, clock);
        _loop = RunAsync();
    }

    /// <summary>The boot being watched; null between boots.</summary>
    public BootWatch? Watch { get; set; }

    /// <summary>Throws what ended the pump, if anything did.</summary>
    public void ThrowIfFailed()
    {
        if (_loop.IsFaulted)
            _loop.GetAwaiter().GetResult();
    }

    /// <summary>Puts what came so far on disk, with the port's receive errors.</summary>
    public void Flush()
    {
        ThrowIfFailed();
        _log.Close();
    }

    /// <summary>Sends a line to the board.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancel) => _port.WriteAsync(line, cancel);

    /// <summary>Receive errors since the port was opened.</summary>
    public long ReceiveErrors => _port.Counters.Overruns + _port.Counters.FramingErrors + _port.Counters.ParityErrors;

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
    }

    private void Take(ConsoleEvent happened)
    {
        long atUs = _clock.ToUs(happened.Timestamp);
        switch (happened)
        {
            case ConsoleEvent.Bytes bytes:
                _log.Append(atUs, bytes.Data.Span);
                Watch?.OnConsole(atUs, bytes.Data.Span);
                break;
            case ConsoleEvent.Break:
                _journal.Append(new JournalData.ConsoleGap("break", 1));
                break;
            case ConsoleEvent.HangUp:
                _journal.Append(new JournalData.ConsoleGap("hang-up", 1));
                break;
        }
    }
}
