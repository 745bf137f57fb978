using FlashBench.Bench.Watch;
using FlashBench.Simulation.Board;
using static FlashBench.Bench.Watch.BootClass;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>One kind of boot: how the board is made to end so, and what the watch should call it.</summary>
/// <param name="Name">What happens, for the table.</param>
/// <param name="Expected">The class; further ones where sensor and console cannot tell.</param>
/// <param name="Arrange">Sets the faults.</param>
internal sealed record WatchSituation(string Name, BootClass[] Expected, Action<BoardFaults, Random> Arrange)
{
    public string Kind { get; init; } = "me8";

    public RigImage Image { get; init; } = RigImage.Disabled;

    public bool ProbesLogin { get; init; }

    public bool FailFast { get; init; }

    /// <summary>The profile knows what a sleeping board draws.</summary>
    public bool KnowsSleep { get; init; }

    public int BootsBefore { get; init; }

    /// <summary>Minutes that the boot is watched.</summary>
    public int Minutes { get; init; } = 31;

    /// <summary>True for a board that lives to the end.</summary>
    public bool Lives { get; init; }
}

/// <summary>All situations of the confusion matrix.</summary>
internal static class WatchSituations
{
    public static readonly WatchSituation[] All =
    [
        new("healthy, ME disabled", [Alive], (_, _) => { }) { Lives = true },
        new("healthy, only a login prompt", [Unanswered], (faults, _) => faults.LoginOnly = true)
        {
            ProbesLogin = true,
            Lives = true,
        },
        new("ME runs, profile ends such a boot", [NotDisabled], (_, _) => { })
        {
            Image = RigImage.Stock,
            FailFast = true,
            Lives = true,
        },
        new("console dead from the start", [Silent],
            (faults, _) => faults.ConsoleSilent = new BootMoment(0, TimeSpan.Zero)) { Lives = true },
        new("console says another boot again", [Silent, SignsOfLifeLost],
            (faults, _) => faults.Replay = new ConsoleReplay(2, 1)) { BootsBefore = 1, Lives = true },
        new("cable pulled at the board", [SignsOfLifeLost],
            (faults, random) => faults.ConsoleUnplugged = new ConsoleUnplug(Any(random), HangsUp: false))
        {
            Lives = true
        },
        new("cable pulled at the host", [ConsoleFault],
            (faults, random) => faults.ConsoleUnplugged = new ConsoleUnplug(Any(random), HangsUp: true))
        {
            Lives = true
        },
        new("cable pulled and plugged in again", [Gap, ConsoleFault],
            (faults, random) => faults.ConsoleUnplugged = new ConsoleUnplug(Any(random), HangsUp: true)
            {
                BackAfter = TimeSpan.FromSeconds(random.Next(1, 300)),
            }) { Lives = true },
        new("agent and heartbeat end", [SignsOfLifeLost],
            (faults, random) => faults.AgentStops = Any(random)) { Lives = true },
        new("sensor frozen", [SensorFrozen], (faults, random) => faults.SensorFrozen = Any(random)) { Lives = true },
        new("sensor dead", [SignsOfLifeLost, Gap],
            (faults, random) => faults.SensorDead = Any(random)) { Lives = true },
        new("hang, last line repeated", [Hang],
            (faults, random) => faults.Hang = new SystemHang(Any(random), RepeatsLastLine: true)),
        new("hang, silent, a processor spins", [Hang],
            (faults, random) => faults.Hang = new SystemHang(Any(random), RepeatsLastLine: false)),
        new("hang, silent, draws as before", [SignsOfLifeLost],
            (faults, random) => faults.Hang = new SystemHang(Any(random), RepeatsLastLine: false)
            {
                DrawsAsBefore = true,
            }),
        new("panic", [Hang], (faults, random) => faults.Crash = new SystemCrash(CrashKind.Panic, Any(random))),
        new("panic, then a restart", [Crash],
            (faults, random) => faults.Crash = new SystemCrash(CrashKind.Panic, Any(random))
            {
                RestartsAfter = TimeSpan.FromSeconds(random.Next(1, 60)),
            }),
        new("machine check", [Hang],
            (faults, random) => faults.Crash = new SystemCrash(CrashKind.MachineCheck, Any(random))),
        new("thermal trip", [Crash],
            (faults, random) => faults.Crash = new SystemCrash(CrashKind.ThermalTrip, Any(random))),
        new("S3, announced", [Asleep], (faults, random) => faults.Sleep = new BoardSleep(Any(random), true, true)),
        new("S3, not announced, current known", [Asleep],
            (faults, random) => faults.Sleep = new BoardSleep(Any(random), true, false)) { KnowsSleep = true },
        new("s2idle, announced", [Asleep],
            (faults, random) => faults.Sleep = new BoardSleep(Any(random), false, true)),
        new("s2idle, not announced", [Hang],
            (faults, random) => faults.Sleep = new BoardSleep(Any(random), false, false)),
        new("poweroff", [DeliberateShutdown],
            (faults, random) => faults.PowerOff = new BoardPowerOff(Any(random), Announced: true)),
        new("poweroff, starts again by itself", [SelfRestart],
            (faults, random) => faults.PowerOff = new BoardPowerOff(Any(random), Announced: true)
            {
                BackAfter = TimeSpan.FromSeconds(random.Next(2, 8)),
            }),
        new("off without a word", [UnexplainedPowerLoss],
            (faults, random) => faults.PowerOff = new BoardPowerOff(Unknown(random), Announced: false)),
        new("off and on without a word", [SelfRestart],
            (faults, random) => faults.PowerOff = new BoardPowerOff(Unknown(random), Announced: false)
            {
                BackAfter = TimeSpan.FromSeconds(random.Next(2, 8)),
            }),
        new("lab's supply fails", [LabPower], (faults, random) => faults.SupplyCut = new SupplyCut(Any(random), null)),
        new("lab's supply fails for seconds", [LabPower],
            (faults, random) => faults.SupplyCut =
                new SupplyCut(Any(random), TimeSpan.FromSeconds(1 + 9 * random.NextDouble()))),
        new("relay does not close", [LabPower], (faults, _) => faults.RelayStuckOff = true),
        new("warm reset", [Reset], (faults, random) => faults.Reset = new BoardReset(Any(random), RailBlip: false)),
        new("reset with a dip of the rail", [Reset],
            (faults, random) => faults.Reset = new BoardReset(Any(random), RailBlip: true)),
        new("loop of resets before the system", [BootLoop],
            (faults, random) => faults.ResetLoop =
                new BootMoment(1, TimeSpan.FromSeconds(2 + 3 * random.NextDouble()))),
        new("ME 11 with a broken manifest: no boot", [NeverBooted], (_, _) => { })
        {
            Kind = "me11",
            Image = RigImage.BrokenManifest,
        },
        new("ME's watchdog", [WatchdogConsistent], (_, _) => { }) { Image = RigImage.BrokenManifest },
        new("Boot Guard's 30 minutes", [BootGuardTimer], (faults, _) => faults.BootGuardEnforces = 1)
        {
            Kind = "me10"
        },
        new("processor not allowed (ME 8)", [SkuLock], (faults, _) => faults.InvalidProcessor = 1),
        new("processor not allowed (ME 10)", [SkuLock], (faults, _) => faults.InvalidProcessor = 1) { Kind = "me10" },
        new("maker's timer, 10 minutes", [VendorTimer],
            (faults, _) => faults.VendorTimer = TimeSpan.FromMinutes(10)),
        new("maker's timer, 2 hours, soak of 130 min", [VendorTimer],
            (faults, _) => faults.VendorTimer = TimeSpan.FromMinutes(120)) { Minutes = 130 },
    ];

    // After the system is up, before the mark.
    private static BootMoment Any(Random random) => new(1, TimeSpan.FromSeconds(30 + 1820 * random.NextDouble()));

    // At no time at which a known timer acts.
    private static BootMoment Unknown(Random random) => new(1, TimeSpan.FromSeconds(
        random.Next(3) == 0 ? 30 + 535 * random.NextDouble() : 635 + 1100 * random.NextDouble()));
}
