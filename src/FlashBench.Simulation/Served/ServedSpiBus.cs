using FlashBench.Hardware;

namespace FlashBench.Simulation.Served;

/// <summary>A programmer of a served bench: while it works, the bench's time may move.</summary>
public sealed class ServedSpiBus : ISpiBus
{
    private readonly ISpiBus _bus;
    private readonly ServedTime _time;

    private ServedSpiBus(ISpiBus bus, ServedTime time) => (_bus, _time) = (bus, time);

    /// <inheritdoc/>
    public PartIdentity Identity => _bus.Identity;

    /// <inheritdoc/>
    public int FrequencyHz => _bus.FrequencyHz;

    /// <inheritdoc/>
    public SpiClock Clock => _bus.Clock;

    /// <inheritdoc/>
    public IReadOnlyList<SpiClock> Clocks => _bus.Clocks;

    /// <summary>Opens a programmer on the clock's thread.</summary>
    /// <param name="time">Clock of the bench.</param>
    /// <param name="open">Opens it; owned by the bus that is returned.</param>
    /// <exception cref="ProgrammerException">It cannot be opened.</exception>
    public static async Task<ServedSpiBus> OpenAsync(ServedTime time, Func<Task<ISpiBus>> open)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(open);
        time.Work(+1);
        try
        {
            return new ServedSpiBus(await open(), time);
        }
        finally
        {
            time.Work(-1);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel)
    {
        _time.Work(+1);
        try
        {
            await _bus.SetClockAsync(clock, cancel);
        }
        finally
        {
            _time.Work(-1);
        }
    }

    /// <inheritdoc/>
    public async ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        _time.Work(+1);
        try
        {
            await _bus.ExecuteAsync(batch, cancel);
        }
        finally
        {
            _time.Work(-1);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _time.Work(+1);
        try
        {
            await _bus.DisposeAsync();
        }
        finally
        {
            _time.Work(-1);
        }
    }
}
