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

    /// <summary>As <see cref="WatchdogConsistent"/>, and the registers name Boot Guard's enforcement.</summary>
    BootGuardTimer,

    /// <summary>As <see cref="WatchdogConsistent"/>, and registers or firmware name a processor that the chipset does
    /// not allow.</summary>
    SkuLock,

    /// <summary>Rails dropped at a time at which board makers' own timers act (10 min, 2 h).</summary>
    VendorTimer,

    /// <summary>Rails dropped after the OS said that it powers down.</summary>
    DeliberateShutdown,

    /// <summary>A panic, a machine check or a thermal message, and then the rails dropped or the board started anew.
    /// </summary>
    Crash,

    /// <summary>Rails dropped, and the board started again by itself.</summary>
    SelfRestart,

    /// <summary>Rails dropped and nothing explains it.</summary>
    UnexplainedPowerLoss,

    /// <summary>The supply itself went away: the lab's power, not the board.</summary>
    LabPower,

    /// <summary>The board went to sleep: it said so, or draws what its profile calls sleep.</summary>
    Asleep,

    /// <summary>The board started again after its OS was up.</summary>
    Reset,

    /// <summary>The firmware starts again and again and never hands over to an operating system.</summary>
    BootLoop,

    /// <summary>Powered, but the console said nothing that counts, or not soon enough.</summary>
    Silent,

    /// <summary>Alive by its heartbeat, but nothing answered this boot's nonce: it could be a repetition.</summary>
    Unanswered,

    /// <summary>Powered, but signs of life stopped or paused longer than allowed, and nothing tells a hang from a
    /// console fault.</summary>
    SignsOfLifeLost,

    /// <summary>Powered, and the system stopped: it said so (panic, machine check, lockup), its last line repeats
    /// itself, or its current changed with the silence.</summary>
    Hang,

    /// <summary>Powered, and signs of life stopped together with the console: hang-up, break, receive errors, loss.
    /// </summary>
    ConsoleFault,

    /// <summary>The board's uptime and the bench's clock differ by more than 1 %.</summary>
    ClockMismatch,

    /// <summary>Ended early, as the profile asks: the ME's registers say that it is not disabled.</summary>
    NotDisabled,

    /// <summary>The power sensor repeated one value: it no longer measures.</summary>
    SensorFrozen,

    /// <summary>The record of the boot has a hole: sensor gap, hang-up, suspended host.</summary>
    Gap,
}
