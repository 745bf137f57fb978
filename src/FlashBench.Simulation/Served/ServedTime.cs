// Modelled: one clock and one thread for everything in a served bench: devices, sockets and control channel. Timers
//   fire in order of their time, then of their setting; what is ready runs before the clock moves.
// Not modelled: the duration of the host's own computation, except where time flows (pace RealTime and Free).
namespace FlashBench.Simulation.Served;

/// <summary>The clock of a bench that another process drives, and the thread that its devices live on.</summary>
/// <remarks>
/// Unlike <see cref="VirtualTime"/> it never jumps just because nothing is ready: the client may only be thinking.
/// It jumps while work is announced (<see cref="Work"/>) or allowed (<see cref="Allow"/>). Whatever belongs to the
/// bench is called on the clock's thread: <see cref="RunAsync{T}"/>. Timestamps are nanoseconds.
/// </remarks>
public sealed partial class ServedTime : TimeProvider, IDisposable
{
    private const long NsPerSecond = 1_000_000_000;
    private const long NsPerTick = NsPerSecond / TimeSpan.TicksPerSecond;
    private const long NsPerMs = 1_000_000;
    private const long WaitMaxMs = 60_000; // looks again then; the host's monitor takes an int

    private readonly object _gate = new(); // an object, not a Lock: the thread waits on it
    private readonly TimeProvider _host;
    private readonly DateTimeOffset _start;
    private readonly long _hostOrigin;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly List<TimeGrant> _grants = [];
    private readonly Turnstile _turnstile;
    private readonly Thread _thread;
    private long _offsetNs;      // the time if it stands; what the host's time lacks if it flows
    private volatile bool _flows;
    private ClockPace _pace;
    private int _working;
    private long? _idleSince;    // timestamp of the host
    private bool _stopped;

    /// <summary>Starts the clock at zero, and its thread; the display clock starts as the host's.</summary>
    /// <param name="host">The real clock.</param>
    /// <param name="pace">How time passes at first.</param>
    public ServedTime(TimeProvider host, ClockPace pace)
        : this(host, pace, (host ?? throw new ArgumentNullException(nameof(host))).GetUtcNow())
    {
    }

    /// <summary>Starts the clock at zero, and its thread.</summary>
    /// <param name="host">The real clock.</param>
    /// <param name="pace">How time passes at first.</param>
    /// <param name="start">What <see cref="GetUtcNow"/> says first.</param>
    public ServedTime(TimeProvider host, ClockPace pace, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(host);
        (_host, _start, _hostOrigin) = (host, start.ToUniversalTime(), host.GetTimestamp());
        _turnstile = new Turnstile(this);
        lock (_gate)
            SetPace(pace);
        _thread = new Thread(Loop) { IsBackground = true, Name = "served bench" };
        _thread.Start();
    }

    /// <summary>On the clock's thread, when nothing is ready: true if it will wait, false if time moves.</summary>
    /// <remarks>Whoever gathers output sends it here.</remarks>
    public event Action<bool>? Settled;

    /// <summary>How time passes.</summary>
    public ClockPace Pace
    {
        get { lock (_gate) return _pace; }
        set { lock (_gate) SetPace(value); }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => NsPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The time in nanoseconds since the clock was made.</summary>
    public override long GetTimestamp()
    {
        long offset = Volatile.Read(ref _offsetNs);
        return _flows ? offset + HostNs : offset;
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start.AddTicks(GetTimestamp() / NsPerTick);

    /// <summary>How long nothing at all has happened, in the host's time; zero while something does.</summary>
    internal TimeSpan Idle
    {
        get { lock (_gate) return _idleSince is { } since ? _host.GetElapsedTime(since) : TimeSpan.Zero; }
    }

    private long HostNs =>
        (long)((Int128)(_host.GetTimestamp() - _hostOrigin) * NsPerSecond / _host.TimestampFrequency);

    /// <summary>Runs <paramref name="work"/> on the clock's thread.</summary>
    /// <returns>What the work returns, awaited off the clock's thread; its exception is thrown as it is.</returns>
    /// <exception cref="ObjectDisposedException">The clock was stopped.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var started = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _turnstile.Post(_ => started.SetResult(InvokeAsync(work)), null);
        }

        Task<T> task = await started.Task.ConfigureAwait(false);
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // off the clock's thread
        return await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(async () => { await work(); return true; });
    }

    /// <summary>Runs <paramref name="work"/> on the clock's thread some time.</summary>
    public void Post(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _turnstile.Post(static state => ((Action)state!)(), work);
    }

    /// <summary>Says that a device has more (+1) or less (-1) to do: while it has, Free and Still time jumps.</summary>
    public void Work(int change)
    {
        lock (_gate)
        {
            _working = checked(_working + change);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets time jump up to a moment, until the permission is disposed; real time needs none.</summary>
    /// <param name="untilNs">Timestamp; <see cref="long.MaxValue"/> for no limit.</param>
    public TimeGrant Allow(long untilNs)
    {
        var grant = new TimeGrant(this, untilNs);
        lock (_gate)
        {
            _grants.Add(grant);
            Monitor.PulseAll(_gate);
        }

        return grant;
    }

    /// <summary>Lets <paramref name="ns"/> nanoseconds pass, with all that happens in them.</summary>
    /// <param name="ns">Not negative.</param>
    /// <param name="cancel">Ends the wait early.</param>
    public async Task SleepAsync(long ns, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ns);
        long until = checked(GetTimestamp() + ns);
        using TimeGrant grant = Allow(until);
        await AtAsync(until, cancel);
    }

    /// <summary>Stops the thread after what it is doing; timers no longer fire.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    /// <summary>Completes at a moment, or throws when cancelled; moves nothing.</summary>
    internal async Task AtAsync(long atNs, CancellationToken cancel)
    {
        if (GetTimestamp() >= atNs)
            return;
        var reached = new TaskCompletionSource();
        using var timer = new ServedTimer(this, _ => reached.TrySetResult(), null);
        timer.SetAt(atNs);
        await using CancellationTokenRegistration registration =
            cancel.UnsafeRegister(_ => reached.TrySetCanceled(cancel), null);
        await reached.Task;
    }

    internal void Revoke(TimeGrant grant)
    {
        lock (_gate)
            _grants.Remove(grant);
    }

    // Also what the work throws before its first wait ends in the task.
    private static async Task<T> InvokeAsync<T>(Func<Task<T>> work) => await work();

    private void SetPace(ClockPace pace)
    {
        long now = GetTimestamp();
        _pace = pace;
        bool flows = pace is ClockPace.RealTime or ClockPace.Free;
        _flows = false; // a reader between the two writes may be off by the host's time, for an instant
        Volatile.Write(ref _offsetNs, flows ? now - HostNs : now);
        _flows = flows;
        Monitor.PulseAll(_gate);
    }

    private void Loop()
    {
        SynchronizationContext.SetSynchronizationContext(_turnstile);
        while (true)
        {
            if (RunReady())
                continue;
            bool moves = CanMove();
            Settled?.Invoke(!moves);
            if (RunReady())
                continue;
            ServedTimer? timer;
            lock (_gate)
            {
                if (_stopped)
                    return;
                timer = TakeTimer();
            }

            if (timer is not null)
                timer.Call();
            else
                WaitForMore();
        }
    }

    private bool RunReady()
    {
        (SendOrPostCallback Callback, object? State) next;
        lock (_gate)
        {
            if (_stopped || !_ready.TryDequeue(out next))
                return false;
            _idleSince = null;
        }

        next.Callback(next.State);
        return true;
    }

    private bool CanMove()
    {
        lock (_gate)
            return NextDue() is { } due && due <= Limit();
    }

    // How far the clock may go now: to the present at least.
    private long Limit()
    {
        long limit = GetTimestamp();
        if (_pace == ClockPace.RealTime)
            return limit;
        if (_working > 0 && _pace != ClockPace.Held)
            return long.MaxValue;
        foreach (TimeGrant grant in _grants)
            limit = Math.Max(limit, grant.UntilNs);
        return limit;
    }

    // The next timer whose time has come or may come now; moves the clock to it.
    private ServedTimer? TakeTimer()
    {
        if (NextDue() is not { } due || due > Limit())
            return null;
        long ahead = due - GetTimestamp();
        if (ahead > 0)
            Volatile.Write(ref _offsetNs, _offsetNs + ahead);
        _idleSince = null;
        return DequeueTimer();
    }

    private void WaitForMore()
    {
        lock (_gate)
        {
            if (_stopped || _ready.Count > 0)
                return;
            long ms = WaitMaxMs;
            if (NextDue() is { } due)
            {
                if (due <= Limit())
                    return;
                if (_flows)
                    ms = Math.Min(ms, (due - GetTimestamp()) / NsPerMs);
            }

            _idleSince ??= _host.GetTimestamp();
            if (ms > 0)
            {
                Monitor.Wait(_gate, (int)ms);
                return;
            }
        }

        Thread.Yield(); // less than a millisecond: the host's timers are too coarse
    }

    // Brings every continuation back to the clock's thread.
    private sealed class Turnstile(ServedTime clock) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            lock (clock._gate)
            {
                clock._ready.Enqueue((d, state));
                Monitor.PulseAll(clock._gate);
            }
        }

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (Thread.CurrentThread != clock._thread)
                throw new NotSupportedException("Another thread cannot wait for the clock's thread; post it.");
            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
