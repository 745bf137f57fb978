using System.Runtime.CompilerServices;

namespace FlashBench.Hardware.Console;

/// <summary>One reader's place at a <see cref="ConsoleHub"/>; a port of its own to whoever holds it.</summary>
/// <remarks>One reader at a time. Leaving a seat does not close the port.</remarks>
public sealed class ConsoleSeat : IConsolePort
{
    private const int EventsAtOnce = 64; // then whatever else its context has to do

    private readonly ConsoleHub _hub;
    private long _number, _bytes;

    internal ConsoleSeat(ConsoleHub hub, long number, long bytes) => (_hub, _number, _bytes) = (hub, number, bytes);

    /// <inheritdoc/>
    public PartIdentity Identity => _hub.Port.Identity;

    /// <inheritdoc/>
    public ConsoleCounters Counters => _hub.Port.Counters;

    /// <summary>Asks for the right to write, which one seat has at a time, until it leaves or lets go.</summary>
    /// <returns>False if another seat has it.</returns>
    public bool TryTakePen() => _hub.TakePen(this);

    /// <summary>Lets the next one write.</summary>
    public void LeavePen() => _hub.LeavePen(this);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        for (int taken = 1; ; taken++)
        {
            cancel.ThrowIfCancellationRequested();
            if (taken % EventsAtOnce == 0)
                await Task.Yield();
            (ConsoleEvent? happened, Task? arrival) = _hub.Next(ref _number, ref _bytes);
            if (happened is not null)
                yield return happened;
            else if (arrival is not null)
                await arrival.WaitAsync(cancel);
            else
                yield break;
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        RequirePen();
        return _hub.Port.WriteAsync(data, cancel);
    }

    /// <inheritdoc/>
    public ValueTask SendBreakAsync(CancellationToken cancel)
    {
        RequirePen();
        return _hub.Port.SendBreakAsync(cancel);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        LeavePen();
        return ValueTask.CompletedTask;
    }

    private void RequirePen()
    {
        if (!_hub.HasPen(this))
        {
            throw new ConsoleException("somebody else writes on this console; this reader can only watch")
            {
                Cause = PartCause.Busy,
            };
        }
    }
}
