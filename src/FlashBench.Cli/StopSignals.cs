using System.Runtime.InteropServices;

namespace FlashBench.Cli;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into one cancellation.</summary>
/// <remarks>
/// The process is not ended by the first signal: the job that runs stops at its next safe point, opens the relays and
/// releases the flash chip first. Whoever asks again, a second or more later, ends the process at once, whatever it
/// hangs in. The record of a half-written chip is on disk by then.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    // One key press may arrive twice: from the terminal, and passed on by a wrapper.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private long? _askedAt;

    public StopSignals(TimeProvider time)
    {
        _time = time;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
        ];
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    /// <summary>Takes one signal; leaves it to the operating system if an earlier one was not honoured.</summary>
    internal void Stop(PosixSignalContext signal)
    {
        signal.Cancel = _askedAt is not long asked || _time.GetElapsedTime(asked) < Patience;
        if (_askedAt is not null)
            return;
        _askedAt = _time.GetTimestamp();
        // Not on the signal's own thread: work that hangs in a cancellation must not keep the next signal out.
        _ = _stop.CancelAsync();
    }
}
