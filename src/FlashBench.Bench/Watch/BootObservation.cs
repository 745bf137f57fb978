using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>How a watched boot ended, or what kept it from being judged.</summary>
public enum BootClass
{
    /// <summary>Power and signs of life until past the mark.</summary>
    Alive,

    /// <summary>The main rail never came up although the supply was there.</summary>
    NeverBooted,

    /// <summary>Rails dropped 29:00 to 31:00 after power-good without a shutdown text.</summary>
    WatchdogConsistent,

    /// <summary>Rails dropped at a time at which board makers' own timers act (10 min, 2 h).</summary>
    VendorTimer,

    /// <summary>Rails dropped after the OS said that it powers down.</summary>
    DeliberateShutdown,

    /// <summary>Rails dropped after a panic or a thermal message.</summary>
    Crash,

    /// <summary>Rails dropped and nothing explains it.</summary>
    UnexplainedPowerLoss,

    /// <summary>The supply itself went away: the lab's power, not the board.</summary>
    LabPower,

    /// <summary>The board started again after its OS was up.</summary>
    Reset,

    /// <summary>The firmware starts again and again and never hands over to an operating system.</summary>
    BootLoop,

    /// <summary>Powered, but the console said nothing that counts, or not soon enough.</summary>
    Silent,

    /// <summary>Alive by its heartbeat, but nothing answered this boot's nonce: it could be a repetition.</summary>
    Unanswered,

    /// <summary>Powered, but signs of life stopped or paused longer than allowed.</summary>
    SignsOfLifeLost,

    /// <summary>The power sensor repeated one value: it no longer measures.</summary>
    SensorFrozen,

    /// <summary>The record of the boot has a hole: sensor gap, hang-up, suspended host.</summary>
    Gap,
}

/// <summary>One intact FB1 line of this boot.</summary>
/// <param name="AtUs">When its last byte arrived, microseconds of the job's monotonic clock.</param>
/// <param name="Number">The agent's counter.</param>
/// <param name="Uptime">The board's own uptime.</param>
/// <param name="Registers">HFSTS1 to HFSTS6 as read.</param>
public sealed record RegisterSample(long AtUs, long Number, TimeSpan Uptime, MeRegisters Registers);

/// <summary>Everything that was measured of one watched boot; a pure function of journal and console bytes.</summary>
/// <remarks>Times are microseconds of the job's monotonic clock unless they say "after power-good".</remarks>
public sealed record BootObservation
{
    /// <summary>1-based number within the job.</summary>
    public required int Number { get; init; }

    /// <summary>"baseline" or "watch".</summary>
    public required string Kind { get; init; }

    /// <summary>How it ended.</summary>
    public required BootClass Class { get; init; }

    /// <summary>One sentence on <see cref="Class"/>, with the measured numbers.</summary>
    public required string Explanation { get; init; }

    /// <summary>When the relay was closed.</summary>
    public required long CommandedUs { get; init; }

    /// <summary>Main rail power-good by the sensor (t0); null if it never came.</summary>
    public long? PowerGoodUs { get; init; }

    /// <summary>Start of the time that counts: after power-good, the last banner before the OS, and the kernel's start.
    /// </summary>
    public long? CountedFromUs { get; init; }

    /// <summary>First heartbeat or FB1 line; null if the OS never showed.</summary>
    public long? OsUpUs { get; init; }

    /// <summary>When the board started again after its OS was up; null if it did not.</summary>
    public long? ResetUs { get; init; }

    /// <summary>First sample below the on threshold after t0; null while power held.</summary>
    public long? PowerLostUs { get; init; }

    /// <summary>End of the watch.</summary>
    public required long EndUs { get; init; }

    /// <summary>Boot banners seen.</summary>
    public required int Banners { get; init; }

    /// <summary>Last sign of life on the console (heartbeat, or FB1 line with this boot's nonce).</summary>
    public long? LastSignUs { get; init; }

    /// <summary>Longest silence between two signs of life once the OS was up, in microseconds.</summary>
    public required long LongestGapUs { get; init; }

    /// <summary>Intact FB1 lines with this boot's nonce, in order.</summary>
    public required IReadOnlyList<RegisterSample> Samples { get; init; }

    /// <summary>Lines that look like FB1 but are damaged.</summary>
    public required int DamagedSamples { get; init; }

    /// <summary>Intact lines that do not count: of an older boot, from before the agent was asked, against the clock.
    /// </summary>
    public required int StaleSamples { get; init; }

    /// <summary>What the agent said of the board.</summary>
    public BoardFacts Facts { get; init; } = new();

    /// <summary>Lines that look like FB2 but are damaged.</summary>
    public int DamagedFacts { get; init; }

    /// <summary>The firmware's own ME status block; null if it printed none.</summary>
    public CorebootMeReport? FirmwareText { get; init; }

    /// <summary>Power samples, for the drawing.</summary>
    public required IReadOnlyList<(long AtUs, int Millivolts, int Milliamps)> Power { get; init; }

    /// <summary>Times of heartbeats and counted FB1 lines, for the drawing.</summary>
    public required IReadOnlyList<long> Signs { get; init; }

    /// <summary>Console bytes per whole minute since <see cref="CommandedUs"/>, for the drawing.</summary>
    public required IReadOnlyList<int> BytesPerMinute { get; init; }
}
