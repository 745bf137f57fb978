namespace FlashBench.Hardware.Programmers;

/// <summary>A programmer that speaks serprog, over TCP or a serial port, as an SPI bus.</summary>
/// <remarks>
/// Pauses between frames are made by the host. After a failure the two get into step again where that is possible; the
/// operation that failed is never repeated.
/// </remarks>
public sealed class SerprogProgrammer : ISpiBus
{
    /// <summary>Beginning of the name by which a virtual programmer announces itself; a name has 16 bytes.</summary>
    public const string VirtualMark = "FlashBench virt";

    /// <summary>What is assumed of a programmer that does not tell its clock.</summary>
    public const int UnknownHz = 1_000_000;

    private const int FirstHzMax = 30_000_000;
    private const double TcpBytesPerSecondMin = 20_000; // a third of the slowest CH341A behind a server (spi-flash 2.1)

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SerprogLink _link;
    private readonly SerprogSession _session;
    private readonly SerprogFacts _facts;
    private readonly TimeProvider _time;
    private readonly double _bytesPerSecond;
    private bool _disposed, _lost;

    private SerprogProgrammer(
        SerprogLink link, SerprogSession session, SerprogFacts facts, SerprogAddress address, TimeProvider time)
    {
        (_link, _session, _facts, _time) = (link, session, facts, time);
        _bytesPerSecond = address.IsSerial ? address.Number / 10.0 : TcpBytesPerSecondMin; // 10 bits a byte
        Clocks = facts.Clocks.Count > 0 ? facts.Clocks : [new SpiClock(UnknownHz)];
        Clock = Clocks[^1];
        string name = facts.Name.Length == 0 ? "" : $" ({facts.Name})";
        Identity = new PartIdentity(
            "programmer", $"serprog{name}, {address}", facts.Name.StartsWith(VirtualMark, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public PartIdentity Identity { get; }

    /// <inheritdoc/>
    public int FrequencyHz => Clock.Hz;

    /// <inheritdoc/>
    public SpiClock Clock { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<SpiClock> Clocks { get; }

    /// <inheritdoc/>
    public int CommandBytesMax => _facts.CommandBytesMax;

    /// <inheritdoc/>
    public int ResponseBytesMax => _facts.ResponseBytesMax;

    /// <summary>Connects to a programmer; its pins are driven and its clock is the fastest up to 30 MHz.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="time">Clock for limits and pauses.</param>
    /// <param name="cancel">Stops the attempt to connect.</param>
    /// <exception cref="ProgrammerException">It cannot be reached, or is no serprog programmer for SPI.</exception>
    public static async Task<SerprogProgrammer> OpenAsync(
        SerprogAddress address, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(time);
        return await OpenAsync(await address.ConnectAsync(time, cancel), address, time);
    }

    /// <inheritdoc/>
    public async ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel)
    {
        if (!Clocks.Contains(clock))
            throw new ArgumentException($"{Identity.Description} has no clock like {clock}", nameof(clock));
        CheckUsable();
        cancel.ThrowIfCancellationRequested();
        if (_facts.Clocks.Count > 0)
        {
            (int hz, string? fault) = await _session.SetClockAsync(clock.Hz);
            if (hz != clock.Hz)
                throw await RecoverAsync(fault ?? $"it no longer sets {clock.Hz} Hz");
        }

        Clock = clock;
    }

    /// <inheritdoc/>
    /// <remarks>After the exception the bus works again, unless the message says that the connection is lost.</remarks>
    public async ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckUsable();
        if (batch.Any(frame => frame.Command.IsEmpty || frame.DelayAfter < TimeSpan.Zero))
            throw new ArgumentException("a frame needs a command and no negative delay", nameof(batch));
        foreach (SpiTransaction frame in batch)
            CheckFits(frame);
        cancel.ThrowIfCancellationRequested();
        for (int i = 0; i < batch.Count; i++)
        {
            SpiTransaction frame = batch[i];
            if (!frame.Response.IsEmpty)
                cancel.ThrowIfCancellationRequested();
            TimeSpan limit = Patience
                + TimeSpan.FromSeconds(2 * (frame.Command.Length + frame.Response.Length) / _bytesPerSecond);
            if (await _session.TransferAsync(frame.Command, frame.Response, limit) is string fault)
                throw await RecoverAsync(fault);
            if (frame.DelayAfter > TimeSpan.Zero && i < batch.Count - 1)
                await Task.Delay(OnHost(frame.DelayAfter), _time, CancellationToken.None);
        }
    }

    /// <summary>Releases the pins if the programmer can do that, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_lost && _facts.SwitchesPins)
            await _session.SetPinsAsync(driven: false);
        await _link.DisposeAsync();
    }

    internal static async Task<SerprogProgrammer> OpenAsync(Stream stream, SerprogAddress address, TimeProvider time)
    {
        var link = new SerprogLink(stream, time);
        SerprogProgrammer? programmer = null;
        try
        {
            var session = new SerprogSession(link);
            string? fault = await session.SynchronizeAsync();
            SerprogFacts? facts = null;
            if (fault is null)
                (facts, fault) = await session.IntroduceAsync();
            if (facts is null)
                throw new ProgrammerException($"serprog at {address}: {fault}");
            programmer = new SerprogProgrammer(link, session, facts, address, time);
            SpiClock first = programmer.Clocks.FirstOrDefault(clock => clock.Hz <= FirstHzMax, programmer.Clocks[^1]);
            await programmer.SetClockAsync(first, CancellationToken.None);
            return programmer;
        }
        catch (ProgrammerException) when (programmer is null)
        {
            await link.DisposeAsync();
            throw;
        }
        catch (ProgrammerException)
        {
            await programmer!.DisposeAsync();
            throw;
        }
    }

    // Timers drop fractions of a millisecond: a pause may be longer than asked, never shorter.
    private static TimeSpan OnHost(TimeSpan pause) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds) + 1);

    private void CheckUsable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_lost)
            throw new ProgrammerException($"{Identity.Description}: the connection was lost before: connect again");
    }

    private void CheckFits(in SpiTransaction frame)
    {
        if (frame.Command.Length > CommandBytesMax || frame.Response.Length > ResponseBytesMax)
        {
            throw new ProgrammerException(
                $"{Identity.Description}: it takes commands of {CommandBytesMax} and gives responses of "
                + $"{ResponseBytesMax} bytes at most, not {frame.Command.Length} and {frame.Response.Length}");
        }
    }

    private async Task<ProgrammerException> RecoverAsync(string fault)
    {
        if (await _session.SynchronizeAsync() is not null)
        {
            _lost = true;
            return new ProgrammerException($"{Identity.Description}: {fault}; the connection is lost: connect again");
        }

        return new ProgrammerException(
            $"{Identity.Description}: {fault}; it answers again, but the operation under way did not complete");
    }
}
