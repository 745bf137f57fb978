namespace FlashBench.Hardware.Flash;

/// <summary>What one clock setting was good for.</summary>
/// <param name="Clock">The setting.</param>
/// <param name="Health">What the bus health test said at it.</param>
public sealed record ClockTrial(SpiClock Clock, BusHealth Health);

/// <summary>How fast a chip can be spoken to; part of the record of a job.</summary>
/// <param name="Trials">Every setting that was tried, in order.</param>
/// <param name="Highest">The fastest setting that passed, its content confirmed by a slower one; or null.</param>
/// <param name="Chosen">What the bus is set to now.</param>
/// <param name="LikelyCause">What to look at first; null if a setting passed.</param>
public sealed record ClockReport(
    IReadOnlyList<ClockTrial> Trials, SpiClock? Highest, SpiClock Chosen, string? LikelyCause)
{
    /// <summary>True if the bus can be trusted at <see cref="Chosen"/>.</summary>
    public bool IsHealthy => LikelyCause is null;

    /// <inheritdoc/>
    public override string ToString() => IsHealthy
        ? $"{Words(Chosen)}, highest good {Words(Highest!.Value)}, {Trials.Count} tried"
        : $"no clock is good: at {Words(Trials[^1].Clock)} {Trials[^1].Health.Finding}; likely cause: {LikelyCause}";

    private static string Words(SpiClock clock)
    {
        string megahertz = string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{clock.Hz / 1e6:0.###} MHz");
        return clock.LateSample ? $"{megahertz} sampled late" : megahertz;
    }
}

/// <summary>Finds the highest clock at which a chip answers without a fault, and sets one step below it.</summary>
/// <param name="bus">The bus; its board must be without power.</param>
/// <param name="chip">The chip that was identified on it.</param>
/// <param name="time">Clock for the reads.</param>
/// <remarks>
/// Source: spi-flash 4. From the fastest setting down, at each the bus health test; the late sample only where the
/// usual one fails. A setting counts only if the next slower one passes as well and reads the same 64 KiB: a fault
/// that is the same twice is found so. With one clock it is a report only. Not a byte of the chip is changed.
/// </remarks>
public sealed class ClockCalibration(ISpiBus bus, SpiNorChip chip, TimeProvider time)
{
    /// <summary>How many frequencies below the highest good one are used; 0 or 1.</summary>
    public int StepsBelow { get; init; } = 1;

    /// <summary>Frequency that must not be exceeded, in hertz; the programmer has one that is not above it.</summary>
    public int HzMax { get; init; } = int.MaxValue;

    /// <summary>True if only the fastest clock that <see cref="HzMax"/> allows will do.</summary>
    public bool FastestOnly { get; init; }

    /// <summary>The voltage at the chip.</summary>
    public SupplyGuard Supply { get; init; } = SupplyGuard.Default;

    /// <summary>Tries the clocks and sets the chosen one.</summary>
    /// <param name="cancel">Honoured between checks; the clock is then the one that was being tried.</param>
    /// <exception cref="ProgrammerException">The programmer failed.</exception>
    public async Task<ClockReport> RunAsync(CancellationToken cancel)
    {
        List<ClockTrial> trials = [];
        ClockTrial? faster = null;
        foreach (IGrouping<int, SpiClock> settings in Candidates())
        {
            ClockTrial? good = await TryAsync(settings.OrderBy(clock => clock.LateSample), trials, cancel);
            if (faster is not null && good is not null && faster.Health.ContentHash == good.Health.ContentHash)
                return await ChooseAsync(trials, faster.Clock, StepsBelow == 0 ? faster.Clock : good.Clock, cancel);
            if (FastestOnly && (good is null || faster is not null))
                return Refused(trials, trials[0].Clock.Hz);
            faster = good;
        }

        if (faster is not null)
            return await ChooseAsync(trials, faster.Clock, faster.Clock, cancel); // there is no slower one
        return new ClockReport(trials, Highest: null, trials[^1].Clock, trials[^1].Health.LikelyCause);
    }

    private IEnumerable<IGrouping<int, SpiClock>> Candidates() => bus.Clocks.Where(clock => clock.Hz <= HzMax)
        .GroupBy(clock => clock.Hz).OrderByDescending(group => group.Key);

    // What was found at the only clock that would do; that a slower one contradicts it is a finding too.
    private static ClockReport Refused(List<ClockTrial> trials, int hz)
    {
        ClockTrial asked = trials.Last(trial => trial.Clock.Hz == hz);
        BusHealth health = asked.Health.IsHealthy
            ? new BusHealth(hz, "the chip cannot be read in the same way by the next slower clock", BusSymptoms.Shifted)
            : asked.Health;
        return new ClockReport([asked with { Health = health }], Highest: null, asked.Clock, health.LikelyCause);
    }

    private async Task<ClockTrial?> TryAsync(
        IEnumerable<SpiClock> settings, List<ClockTrial> trials, CancellationToken cancel)
    {
        foreach (SpiClock clock in settings)
        {
            await SetAsync(clock, cancel);
            trials.Add(new ClockTrial(clock, await BusHealth.CheckAsync(bus, chip, Supply, time, cancel)));
            if (trials[^1].Health.IsHealthy)
                return trials[^1];
        }

        return null;
    }

    private async Task<ClockReport> ChooseAsync(
        List<ClockTrial> trials, SpiClock highest, SpiClock chosen, CancellationToken cancel)
    {
        await SetAsync(chosen, cancel);
        return new ClockReport(trials, highest, chosen, LikelyCause: null);
    }

    private async Task SetAsync(SpiClock clock, CancellationToken cancel)
    {
        if (clock != bus.Clock)
            await bus.SetClockAsync(clock, cancel);
    }
}
