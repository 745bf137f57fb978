using System.CommandLine;
using System.Runtime.InteropServices;

namespace FlashBench.Cli;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into two cancellations, a mild and a hard one.</summary>
/// <remarks>
/// The first signal asks: the job that runs stops at its next known state, opens the relays and releases the chip.
/// The second, a second or more later, stops it now: a block that is being written stays half-written, a control's
/// backup is not put back, and the board still gets no power. The third ends the process, whatever it hangs in; the
/// record of a half-written chip is on disk by then.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    // One key press may arrive twice: from the terminal, and passed on by a wrapper.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new(), _now = new();
    private readonly PosixSignalRegistration[] _registrations;
    private long? _askedAt;
    private int _asked;
    private volatile bool _outlivesTerminal;

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

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken Now => _now.Token;

    /// <summary>From now on a closed terminal stops nothing: the work is to go on over night.</summary>
    public static void OutliveTerminal(ParseResult parse)
    {
        if (parse.InvocationConfiguration is StoppedInvocation stopped)
            stopped.Signals._outlivesTerminal = true;
    }

    /// <summary>The second signal of the process that runs this command line.</summary>
    public static CancellationToken NowOf(ParseResult parse) =>
        parse.InvocationConfiguration is StoppedInvocation stopped ? stopped.Now : CancellationToken.None;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _now.Dispose();
    }

    /// <summary>Takes one signal; leaves the third to the operating system.</summary>
    internal void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (signal.Signal == PosixSignal.SIGHUP && _outlivesTerminal)
            return;
        if (_askedAt is long asked && _time.GetElapsedTime(asked) < Patience)
            return;
        _askedAt = _time.GetTimestamp();
        _asked++;
        signal.Cancel = _asked <= 2;
        // Not on the signal's own thread: work that hangs in a cancellation must not keep the next signal out.
        if (_asked <= 2)
            _ = (_asked == 1 ? _stop : _now).CancelAsync();
    }
}

/// <summary>How a command line is run that can be stopped twice.</summary>
/// <param name="signals">What stops it.</param>
internal sealed class StoppedInvocation(StopSignals signals) : InvocationConfiguration
{
    /// <summary>What stops it.</summary>
    public StopSignals Signals => signals;

    /// <summary>Cancelled when it shall stop now.</summary>
    public CancellationToken Now => signals.Now;
}
