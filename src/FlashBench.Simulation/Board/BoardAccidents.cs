namespace FlashBench.Simulation.Board;

/// <summary>What brings an operating system down.</summary>
public enum CrashKind
{
    /// <summary>The kernel panics and spins.</summary>
    Panic,

    /// <summary>The processor reports a fatal machine check; the kernel panics over it and spins.</summary>
    MachineCheck,

    /// <summary>The kernel names a critical temperature, and the hardware cuts the rails a moment later.</summary>
    ThermalTrip,
}

/// <summary>The operating system crashes.</summary>
/// <param name="Kind">Of what.</param>
/// <param name="When">When.</param>
public sealed record SystemCrash(CrashKind Kind, BootMoment When)
{
    /// <summary>The kernel restarts the board so long after a panic; null to stay there.</summary>
    public TimeSpan? RestartsAfter { get; init; }
}

/// <summary>The operating system stops without a word; power stays.</summary>
/// <param name="When">When.</param>
/// <param name="RepeatsLastLine">True if the transmitter sends its last line again every few seconds.</param>
public sealed record SystemHang(BootMoment When, bool RepeatsLastLine)
{
    /// <summary>True if the processors halt and draw what an idle system draws; else one of them spins.</summary>
    public bool DrawsAsBefore { get; init; }
}

/// <summary>The operating system goes to sleep and does not wake.</summary>
/// <param name="When">When.</param>
/// <param name="Deep">S3: main rails off, memory refreshed; else all rails stay up and only the load falls.</param>
/// <param name="Announced">True if the kernel's log level lets "PM: suspend entry" out.</param>
public sealed record BoardSleep(BootMoment When, bool Deep, bool Announced);

/// <summary>The lab's power is cut in front of the relay.</summary>
/// <param name="When">When.</param>
/// <param name="BackAfter">It comes back so much later, and the board starts anew; null to stay away.</param>
public sealed record SupplyCut(BootMoment When, TimeSpan? BackAfter);

/// <summary>The serial cable is pulled.</summary>
/// <param name="When">When.</param>
/// <param name="HangsUp">True at the adapter's USB end, which the host notices; false at the board's end.</param>
public sealed record ConsoleUnplug(BootMoment When, bool HangsUp)
{
    /// <summary>It is plugged in again so much later; null for never.</summary>
    public TimeSpan? BackAfter { get; init; }
}
