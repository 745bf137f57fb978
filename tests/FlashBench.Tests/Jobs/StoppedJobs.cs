using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>Jobs whose operator presses Ctrl-C once.</summary>
internal static class StoppedJobs
{
    /// <summary>A job that is stopped as a phase begins.</summary>
    public static JobBench AtPhase(string phase, NegativeControl? control = null)
    {
        bool pressed = false;
        return new JobBench
        {
            Control = control,
            Watch = (happened, _, stop) =>
            {
                if (pressed || happened is not JobEvent.PhaseStarted started || started.Name != phase)
                    return;
                pressed = true;
                stop();
            },
        };
    }

    /// <summary>A job that is stopped amid the write, when a block is on the chip.</summary>
    /// <param name="blocks">Which one, from 1.</param>
    public static JobBench BehindBlock(int blocks)
    {
        int seen = 0;
        Action? press = null;
        return new JobBench
        {
            Watch = (_, _, stop) => press = stop,
            Probe = (moment, type) =>
            {
                if (moment == JournalMoment.AfterSync && type == "block.done" && ++seen == blocks)
                    press!();
            },
        };
    }
}
