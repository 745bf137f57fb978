// The rule: time jumps to the next timer while the job waits for nothing outside, or while a device has work to do;
//   else it stands, and the host waits for the outside. What never comes ends in an exception after a real limit.
// Not modelled: how long the outside (libusb, sockets, the host's threads) takes; it takes no time of the bench.
namespace FlashBench.Simulation.Served;

/// <summary>A job in the same process as its bench, which reaches a part of the bench through the outside: a device
/// through the host's USB library, say.</summary>
/// <remarks>
/// The job runs on the clock's thread, as the bench does. <see cref="VirtualTime"/> would jump over its time limits
/// while another thread still carries an answer to it; this waits for the answer.
/// </remarks>
public sealed class ServedJob : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _host;
    private readonly TaskScheduler _calls = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private TimeGrant? _free;
    private CancellationTokenSource? _stop;
    private int _outside;

    /// <summary>Makes the clock, at zero.</summary>
    /// <param name="host">The real clock, for limits on the outside.</param>
    /// <param name="start">What the clock's display says first.</param>
    public ServedJob(TimeProvider host, DateTimeOffset start) =>
        (_host, Time) = (host, new ServedTime(host, ClockPace.Still, start));

    /// <summary>Clock and thread of bench and job.</summary>
    public ServedTime Time { get; }

    /// <summary>How long nothing may happen, in real time, before the job counts as stuck.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Runs the job to its end on the clock's thread.</summary>
    /// <param name="work">Gets a token that is cancelled on that thread, between two steps of the work.</param>
    /// <param name="external">May be cancelled by any thread; nothing of the work runs there.</param>
    /// <returns>What the work returns; its exception is thrown as it is.</returns>
    /// <exception cref="InvalidOperationException">
    /// Nothing has happened for <see cref="IdleMax"/>: the work waits for something that does not come.
    /// </exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken external)
    {
        ArgumentNullException.ThrowIfNull(work);
        Task<T> job = Time.RunAsync(() => FreelyAsync(work));
        await using CancellationTokenRegistration registration =
            external.UnsafeRegister(_ => Time.Post(() => _stop?.Cancel()), null);
        while (!job.IsCompleted)
        {
            if (Time.Idle >= IdleMax)
                throw Stuck();
            await Task.WhenAny(job, Task.Delay(LookInterval, _host, CancellationToken.None));
        }

        return await job;
    }

    /// <summary>Calls the outside on another thread; time waits for it unless a device has something to do.</summary>
    /// <param name="call">
    /// May block. Calls begin in the order in which they were made, each when the one before reaches its first wait.
    /// </param>
    /// <returns>What the call returns, on the clock's thread; its exception is thrown as it is.</returns>
    /// <remarks>For the job, that is on the clock's thread.</remarks>
    public async Task<T> OutsideAsync<T>(Func<Task<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (_outside++ == 0)
            Hold();
        try
        {
            return await Task.Factory
                .StartNew(call, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _calls).Unwrap();
        }
        finally
        {
            if (--_outside == 0)
                _free = Time.Allow(long.MaxValue);
        }
    }

    /// <inheritdoc cref="OutsideAsync{T}"/>
    public Task OutsideAsync(Func<Task> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return OutsideAsync(async () => { await call(); return true; });
    }

    /// <summary>Stops the clock.</summary>
    public void Dispose() => Time.Dispose();

    private async Task<T> FreelyAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        using var stop = new CancellationTokenSource();
        _stop = stop;
        _free = Time.Allow(long.MaxValue);
        try
        {
            return await work(stop.Token);
        }
        finally
        {
            _stop = null;
            Hold();
        }
    }

    private void Hold()
    {
        _free?.Dispose();
        _free = null;
    }

    private InvalidOperationException Stuck() => new(_outside > 0
        ? $"The work waits for the outside, which has brought nothing for {IdleMax.TotalSeconds:0.#} s."
        : "The work waits, but no timer is due: it would wait forever.");
}
