namespace FlashBench.Bench.Watch;

/// <summary>Names why the signs of life of a powered board stopped before the mark.</summary>
/// <remarks>
/// Silence by itself proves nothing: a pulled cable and a hung system look the same unless something else tells them
/// apart. None of it is a failure: a board that stands still under power has not been switched off.
/// </remarks>
internal sealed class SilenceCause(BootSettings settings, PowerTrace power, ConsoleTrace console)
{
    private const long TextBeforeSilenceUs = 60_000_000, SettledUs = 2_000_000, CompareUs = 120_000_000;
    private const double CurrentChange = 0.12; // of the mean: three times what an idle board's current wanders

    /// <summary>A hole in what the console said; null if there is none.</summary>
    public required string? ConsoleHole { get; init; }

    /// <summary>Last noise on the console; null if there was none.</summary>
    public required long? NoiseUs { get; init; }

    /// <summary>End of the watch.</summary>
    public required long EndUs { get; init; }

    /// <summary>Names the cause.</summary>
    /// <param name="t0">Power-good.</param>
    /// <param name="start">Start of the time that counts.</param>
    public (BootClass Class, string Explanation) Classify(long t0, long start)
    {
        long last = console.Signs.LastUs!.Value;
        string when = $"the last sign of life came {FormattedTime.Clock(last - t0)} after power-good, before the mark "
            + $"at {FormattedTime.Clock(start + settings.MinimumUs - t0)}; the board stayed powered";
        return ByWords(last, when) ?? ByConsole(last, when) ?? ByCurrent(last, when);
    }

    private (BootClass, string)? ByWords(long last, string when)
    {
        ConsoleTexts texts = console.Texts;
        if (texts.CrashUs >= last - TextBeforeSilenceUs)
            return (BootClass.Hang, $"{when}, and hangs after a panic, machine check or lockup message");
        if (texts.SuspendUs >= last - TextBeforeSilenceUs)
            return (BootClass.Asleep, $"{when}, and had said that it goes to sleep");
        return texts.ShutdownUs >= last - TextBeforeSilenceUs
            ? (BootClass.DeliberateShutdown, $"{when}, and its operating system had said that it halts")
            : null;
    }

    private (BootClass, string)? ByConsole(long last, string when)
    {
        if (ConsoleHole is { } hole)
            return (BootClass.ConsoleFault, $"{when}, but {hole}");
        if (NoiseUs > last)
        {
            return (BootClass.ConsoleFault,
                $"{when}, but its console line carried breaks or damaged bytes from then on");
        }

        return console.RepeatedUs > last
            ? (BootClass.Hang, $"{when}, and its console repeats an old line: the system hangs")
            : null;
    }

    private (BootClass, string) ByCurrent(long last, string when)
    {
        double? alive = power.MeanMilliamps(Math.Max(last - CompareUs, console.OsUpUs ?? last), last);
        double? silent = power.MeanMilliamps(last + settings.GapMaxUs + SettledUs, EndUs);
        if (alive is not { } before || silent is not { } after)
            return (BootClass.SignsOfLifeLost, $"{when}: a hang, or the console");
        if (settings.IsAsleep(after))
            return (BootClass.Asleep, $"{when} and draws {after:0} mA as it does asleep");
        return Math.Abs(after - before) > CurrentChange * before
            ? (BootClass.Hang, $"{when}, but its current went from {before:0} to {after:0} mA: the system hangs")
            : (BootClass.SignsOfLifeLost, $"{when} and draws {after:0} mA as before: the console, or a system that "
                + "hangs while idle");
    }
}
