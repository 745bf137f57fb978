using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Programming;

/// <summary>One ownership of a chip by the flash verbs: from verified off to released pins.</summary>
/// <remarks>
/// Rule I2: with a relay and a sensor, the supply is cut and verified off before the bus is driven, and looked at again
/// before every block. Without them the caller has made sure that the board has no power.
/// </remarks>
public sealed class FlashSession : IAsyncDisposable
{
    private readonly PowerStrategy? _power;
    private readonly SpiSession? _session;

    private FlashSession(ISpiBus bus, SpiNorIdentity identity, PowerStrategy? power, SpiSession? session) =>
        (Bus, Identity, _power, _session) = (bus, identity, power, session);

    /// <summary>The bus.</summary>
    public ISpiBus Bus { get; }

    /// <summary>The chip on it.</summary>
    public SpiNorIdentity Identity { get; }

    /// <summary>Takes a whole bench: cuts the board's supply, and wakes and identifies the chip.</summary>
    /// <exception cref="PowerException">The board cannot be switched off.</exception>
    /// <exception cref="FlashChipException">No chip, or it does not answer soundly.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public static async Task<FlashSession> OpenAsync(
        BenchParts parts, DutProfile profile, BenchClock clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(clock);
        var power = new PowerStrategy(parts, profile.Power, Unrecorded, clock);
        return await OrRelease(power, async () =>
        {
            SpiSession session = await power.AcquireSpiAsync("flash", cancel);
            SpiNorIdentity identity = await SpiNorFlash.ProbeAsync(session.Bus, clock.Time, cancel);
            return new FlashSession(session.Bus, identity, power, session);
        });
    }

    /// <summary>Takes a programmer alone; the board has no power, says the caller.</summary>
    /// <exception cref="FlashChipException">No chip, or it does not answer soundly.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public static async Task<FlashSession> OpenAsync(ISpiBus bus, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bus);
        return await OrRelease(bus, async () =>
            new FlashSession(bus, await SpiNorFlash.ProbeAsync(bus, time, cancel), power: null, session: null));
    }

    /// <summary>Finds a clock at which the bus can be trusted, and sets it.</summary>
    /// <param name="chip">The chip on the bus.</param>
    /// <param name="supply">The voltage at the chip.</param>
    /// <param name="wish">What the user said about the clock.</param>
    /// <param name="time">Clock for the reads.</param>
    /// <param name="cancel">Honoured between checks.</param>
    /// <exception cref="FlashRefusedException">The programmer has no such clock.</exception>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<ClockReport> CalibrateAsync(
        SpiNorChip chip, SupplyGuard supply, ClockWish wish, TimeProvider time, CancellationToken cancel)
    {
        if (!Bus.Clocks.Any(clock => wish.Exactly ? clock.Hz == wish.HzMax : clock.Hz <= wish.HzMax))
        {
            string clocks = string.Join(", ", Bus.Clocks.Select(clock => clock.Hz).Distinct());
            throw new FlashRefusedException(
                $"{Bus.Identity.Description} has no clock {(wish.Exactly ? "of" : "up to")} {wish.HzMax} Hz; it has "
                + clocks);
        }

        return await new ClockCalibration(Bus, chip, time)
        {
            Supply = supply,
            HzMax = wish.HzMax,
            FastestOnly = wish.Exactly,
            StepsBelow = wish == ClockWish.None ? 1 : 0, // a limit that somebody set has its own margin
        }.RunAsync(cancel);
    }

    /// <summary>Throws if the board has power, as far as there is a sensor.</summary>
    public Task CheckOffAsync(CancellationToken cancel) => _session?.CheckAsync(cancel) ?? Task.CompletedTask;

    /// <summary>Releases the pins.</summary>
    public ValueTask DisposeAsync() => _power?.DisposeAsync() ?? Bus.DisposeAsync();

    // The flash verbs keep no journal: their evidence is the content itself.
    private static void Unrecorded(JournalData data)
    {
    }

    private static async Task<FlashSession> OrRelease(IAsyncDisposable owner, Func<Task<FlashSession>> open)
    {
        bool opened = false;
        try
        {
            FlashSession session = await open();
            opened = true;
            return session;
        }
        finally
        {
            if (!opened)
                await owner.DisposeAsync();
        }
    }
}

/// <summary>What the user said about the SPI clock.</summary>
/// <param name="HzMax">Not above this, in hertz.</param>
/// <param name="Exactly">This one and no other.</param>
public readonly record struct ClockWish(int HzMax, bool Exactly)
{
    /// <summary>Nothing: one step below the highest good clock.</summary>
    public static ClockWish None { get; } = new(int.MaxValue, Exactly: false);
}
