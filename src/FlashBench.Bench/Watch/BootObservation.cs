using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>One intact FB1 line of this boot.</summary>
/// <param name="AtUs">When its last byte arrived, microseconds of the job's monotonic clock.</param>
/// <param name="Number">The agent's counter.</param>
/// <param name="Uptime">The board's own uptime.</param>
/// <param name="Registers">HFSTS1 to HFSTS6 as read.</param>
public sealed record RegisterSample(long AtUs, long Number, TimeSpan Uptime, MeRegisters Registers);

/// <summary>How far the board's uptime and the bench's clock went apart between two lines of one boot.</summary>
/// <param name="SpanUs">Time between the lines by the bench's clock, in microseconds.</param>
/// <param name="DifferenceUs">The board's time between them less the bench's.</param>
public sealed record ClockComparison(long SpanUs, long DifferenceUs)
{
    /// <summary>Shortest time between the two lines.</summary>
    public const long SpanUsMin = 60_000_000;

    /// <summary>Largest accepted difference: 1 %.</summary>
    public const double PartsPerMillionMax = 10_000;

    /// <summary>The difference in parts per million; positive where the board's clock is fast.</summary>
    public double PartsPerMillion => Math.Round(1e6 * DifferenceUs / SpanUs, 1);
}

/// <summary>Signs of life on the console.</summary>
/// <param name="Agent">FB1 and FB2 lines.</param>
/// <param name="Heartbeats">Heartbeats.</param>
/// <param name="Kernel">Lines of the kernel's log.</param>
/// <param name="Logins">Answers of a login prompt.</param>
public readonly record struct SignCounts(int Agent, int Heartbeats, int Kernel, int Logins)
{
    /// <summary>All of them.</summary>
    public int Total => Agent + Heartbeats + Kernel + Logins;
}

/// <summary>Everything that was measured of one watched boot; a pure function of journal and console bytes.</summary>
/// <remarks>Times are microseconds of the job's monotonic clock unless they say "after power-good".</remarks>
public sealed record BootObservation
{
    /// <summary>1-based number within the job.</summary>
    public required int Number { get; init; }

    /// <summary>One of <see cref="BootKind"/>.</summary>
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

    /// <summary>How well the time from power-good to the loss is known, to either side, in microseconds: the sensor
    /// samples before both. Null while power held.</summary>
    public long? LossUncertaintyUs { get; init; }

    /// <summary>The board's clock against the bench's; null where no two lines lie far enough apart.</summary>
    public ClockComparison? Clock { get; init; }

    /// <summary>Signs of life by what gave them.</summary>
    public SignCounts SignCounts { get; init; }

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

    /// <summary>In a warm boot, those that came before the restart: they may speak against the board, and never for it.
    /// </summary>
    public IReadOnlyList<RegisterSample> SamplesBeforeRestart { get; init; } = [];

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

    /// <summary>Times of signs of life, for the drawing: the first 10,000, then at most one each second.</summary>
    public required IReadOnlyList<long> Signs { get; init; }

    /// <summary>Console bytes per whole minute since <see cref="CommandedUs"/>, for the drawing.</summary>
    public required IReadOnlyList<int> BytesPerMinute { get; init; }
}
