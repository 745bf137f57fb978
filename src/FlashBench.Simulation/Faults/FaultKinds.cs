using FlashBench.Hardware.Power;
using FlashBench.Simulation.Board;
using FlashBench.Simulation.Flash;
using static FlashBench.Simulation.Faults.FaultSpread;

namespace FlashBench.Simulation.Faults;

/// <summary>The kinds of faults that plans know.</summary>
/// <remarks>Boots count from 1 since the bench was opened, resets included; boot 0 stands for every one.</remarks>
public static class FaultKinds
{
    /// <summary>The disk is full from a write on.</summary>
    public const string DiskFull = "disk.full";

    /// <summary>A write fails.</summary>
    public const string DiskError = "disk.error";

    /// <summary>A sync fails.</summary>
    public const string DiskSync = "disk.sync";

    /// <summary>The process is killed.</summary>
    public const string ProcessKill = "process.kill";

    private const long Week = 7 * 24 * 3600, LongBoot = 4 * 3600, JobSeconds = 6000;

    private static readonly FaultField Boot = new("boot", 0, 1000, 3);
    private static readonly FaultField BootSecond = new("second", 0, LongBoot, 1900);
    private static readonly FaultField Second = new("second", 0, Week, JobSeconds);
    private static readonly FaultField Address = new("address", 0, uint.MaxValue, Spread: FaultSpread.Address);
    private static readonly FaultField Bit = new("bit", 0, 7);
    private static readonly FaultField Mask = new("mask", 1, 255);

    /// <summary>Every kind, in the order of the documentation.</summary>
    public static IReadOnlyList<FaultKind> All { get; } =
        [.. Transport(), .. Chip(), .. Power(), .. Board(), .. Console(), .. Host()];

    /// <summary>The kind of a name; null if there is none.</summary>
    public static FaultKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    private static IEnumerable<FaultKind> Transport() =>
    [
        new("usb.unplug", "the programmer's cable comes off after the n-th URB",
            [new("urb", 1, long.MaxValue, 6000, Magnitude)],
            (site, fault) => site.Bench.Programmer.Faults.UnplugAfterUrb = fault["urb"]) { Weight = 4 },
        new("usb.lose", "the n-th IN packet is lost", [new("packet", 1, long.MaxValue, 100_000, Magnitude)],
            (site, fault) => site.Bench.Programmer.Faults.LoseInPacket = fault["packet"]),
        new("usb.corrupt", "the n-th byte that the programmer answers is damaged",
            [new("byte", 1, long.MaxValue, 4_000_000, Magnitude), Mask],
            (site, fault) => (site.Bench.Programmer.Faults.CorruptInByte, site.Bench.Programmer.Faults.CorruptMask) =
                (fault["byte"], (byte)fault["mask"])) { Weight = 3 },
        new("usb.stall", "the n-th URB ends with a stall", [new("urb", 1, long.MaxValue, 6000, Magnitude)],
            (site, fault) => site.Bench.Programmer.Faults.StallUrb = fault["urb"]),
    ];

    private static IEnumerable<FaultKind> Chip() =>
    [
        new("chip.busy", "the n-th erase or program never ends", [new("change", 1, long.MaxValue, 400, Magnitude)],
            (site, fault) => site.Bench.Chip.Faults.BusyFromChange = fault["change"]),
        new("chip.flaky", "a bit reads wrong now and then",
            [Address, Bit, new("percent", 1, 100, 100, Magnitude)],
            (site, fault) => site.Bench.Chip.Faults.FlakyBit =
                new FlakyBit((uint)fault["address"], (int)fault["bit"], fault["percent"] / 100.0)),
        new("chip.flip", "a cell flips, and the write does not show it", [Second, Address, Bit],
            (site, fault) => site.At(fault["second"], () => Flip(site.Bench.Chip, fault))),
        new("chip.flipAfterWrite", "a cell flips after cells have been written", [Address, Bit],
            (site, fault) => site.Bench.Faults.FlipAfterWrite =
                new CellFlip((uint)(fault["address"] % site.Bench.Chip.Part.SizeBytes), (int)fault["bit"])),
        new("chip.eraseLeaves", "bits that no erase sets", [Address, Mask],
            (site, fault) => site.Bench.Chip.Faults.EraseLeaves =
                new CellBits((uint)fault["address"], (byte)fault["mask"])),
        new("chip.programLeaves", "bits that no program clears", [Address, Mask],
            (site, fault) => site.Bench.Chip.Faults.ProgramLeaves =
                new CellBits((uint)fault["address"], (byte)fault["mask"])),
        new("chip.slow", "every page takes so long to program", [new("milliseconds", 1, 60_000, 2000, Magnitude)],
            (site, fault) => site.Bench.Chip.Faults.SlowPage =
                new SlowPage(TimeSpan.FromMilliseconds(fault["milliseconds"]))),
        new("contact.absent", "the clip comes off", [Second],
            (site, fault) => site.At(fault["second"], () => site.Bench.Chip.Faults.Absent = true)),
        new("contact.stuck", "MISO is held at one level", [Second, new("level", 0, 1)],
            (site, fault) => site.At(
                fault["second"], () => site.Bench.Chip.Faults.StuckMiso = fault["level"] == 0 ? (byte)0 : (byte)255)),
        new("contact.late", "answers arrive one clock late", [Second],
            (site, fault) => site.At(fault["second"], () => site.Bench.Chip.Faults.LateMiso = true)),
        new("contact.deaf", "the chip does not hear write enable", [Second],
            (site, fault) => site.At(fault["second"], () => site.Bench.Chip.Faults.IgnoresWriteEnable = true)),
        new("contact.unstable", "every second identification has a wrong bit", [Second],
            (site, fault) => site.At(fault["second"], () => site.Bench.Chip.Faults.UnstableId = true)),
    ];

    private static IEnumerable<FaultKind> Power() =>
    [
        new("relay.stuckOn", "the contact welds", [Second],
            (site, fault) => site.At(fault["second"], () => site.Bench.Faults.RelayStuckOn = true)),
        new("relay.stuckOff", "the contact does not close any more", [Second],
            (site, fault) => site.At(fault["second"], () => site.Bench.Faults.RelayStuckOff = true)),
        new("relay.late", "the contact follows late", [new("milliseconds", 1, 600_000, 30_000, Magnitude)],
            (site, fault) => site.Bench.Faults.RelayLate = TimeSpan.FromMilliseconds(fault["milliseconds"])),
        new("relay.bounce", "the contact bounces", [new("times", 1, 1000, 50), new("milliseconds", 1, 1000, 100)],
            (site, fault) => site.Bench.Faults.RelayBounce = new ContactBounce(
                (int)fault["times"], TimeSpan.FromMilliseconds(fault["milliseconds"]))),
        new("sensor.frozen", "the sensor repeats its last answer", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.SensorFrozen = Moment(fault)),
        new("sensor.dead", "the sensor answers no more", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.SensorDead = Moment(fault)),
        new("sensor.offset", "the sensor reads too much or too little",
            [new("millivolts", -30_000, 30_000, 1500), new("milliamps", -30_000, 30_000, 1000)],
            (site, fault) => site.Bench.Faults.SensorOffset = Sample(fault)),
        new("sensor.noise", "the sensor is noisy",
            [new("millivolts", 0, 30_000, 1500, Magnitude), new("milliamps", 0, 30_000, 1000, Magnitude)],
            (site, fault) => site.Bench.Faults.SensorNoise = Sample(fault)),
    ];

    private static IEnumerable<FaultKind> Board() =>
    [
        new("dut.dies", "the board switches off, by itself or with a word", [Boot, BootSecond, new("announced", 0, 1)],
            (site, fault) => site.Bench.Faults.PowerOff = new BoardPowerOff(Moment(fault), fault["announced"] == 1)),
        new("dut.resets", "the board resets, with or without a moment of no power",
            [Boot, BootSecond, new("blip", 0, 1)],
            (site, fault) => site.Bench.Faults.Reset = new BoardReset(Moment(fault), fault["blip"] == 1)),
        new("dut.hangs", "the operating system stops", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.AgentStops = Moment(fault)),
        new("dut.clearsBit", "the host firmware clears the disable bit", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.DisableBitCleared = Moment(fault)),
        new("dut.otherProcessor", "from this boot on another processor sits in the socket", [Boot],
            (site, fault) => site.Bench.Faults.OtherProcessor = (int)fault["boot"]),
        new("dut.panics", "the kernel panics and spins", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.Crash = new SystemCrash(CrashKind.Panic, Moment(fault))),
        new("dut.sleeps", "the system goes to sleep: deep is S3", [Boot, BootSecond, new("deep", 0, 1)],
            (site, fault) => site.Bench.Faults.Sleep =
                new BoardSleep(Moment(fault), fault["deep"] == 1, Announced: true)),
        new("dut.losesSupply", "the lab's power fails and comes back", [Boot, BootSecond, new("seconds", 1, Week, 60)],
            (site, fault) => site.Bench.Faults.SupplyCut =
                new SupplyCut(Moment(fault), TimeSpan.FromSeconds(fault["seconds"]))),
        new("dut.resetLoop", "from this boot on every boot ends in a reset", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.ResetLoop = Moment(fault)),
        new("dut.softDisabled", "from this boot on the host tells a valid ME to stand still", [Boot],
            (site, fault) => site.Bench.Faults.MeSoftDisabled = (int)fault["boot"]),
        new("dut.bootGuard", "from this boot on Boot Guard rejects the firmware", [Boot],
            (site, fault) => site.Bench.Faults.BootGuardEnforces = (int)fault["boot"]),
    ];

    private static IEnumerable<FaultKind> Console() =>
    [
        new("console.silent", "nothing arrives any more", [Boot, BootSecond],
            (site, fault) => site.Bench.Faults.ConsoleSilent = Moment(fault)),
        new("console.hangUp", "the port goes away and comes back", [Boot, BootSecond, new("seconds", 1, Week, 60)],
            (site, fault) => site.Bench.Faults.ConsoleUnplugged = new ConsoleUnplug(Moment(fault), HangsUp: true)
            {
                BackAfter = TimeSpan.FromSeconds(fault["seconds"]),
            }),
        new("console.damage", "a byte of an agent's line arrives damaged",
            [Boot, new("sample", 1, 100_000, 70), new("byte", 0, 200, 90), Mask],
            (site, fault) => site.Bench.Faults.DamagedSamples.Add(new SampleDamage(
                (int)fault["boot"], (int)fault["sample"], (int)fault["byte"], (byte)fault["mask"]))) { Repeats = true },
        new("console.missing", "agent's lines are lost",
            [Boot, BootSecond, new("seconds", 1, LongBoot, 900, Magnitude)],
            (site, fault) => site.Bench.Faults.MissingSamples.Add(new BootWindow(
                (int)fault["boot"], TimeSpan.FromSeconds(fault["second"]),
                TimeSpan.FromSeconds(fault["second"] + fault["seconds"])))) { Repeats = true },
        new("console.flood", "the board floods the console with noise",
            [Boot, BootSecond, new("bytes", 1, 16 << 20, 200_000, Magnitude)],
            (site, fault) => site.Bench.Faults.Flood = new ConsoleFlood(Moment(fault), (int)fault["bytes"])),
        new("console.replay", "an earlier boot is heard instead of this one",
            [new("boot", 2, 1000, 3), new("ofBoot", 1, 999, 2)],
            (site, fault) => site.Bench.Faults.Replay =
                new ConsoleReplay((int)fault["boot"], (int)fault["ofBoot"])) { Weight = 1 },
    ];

    private static IEnumerable<FaultKind> Host() =>
    [
        new("clock.step", "somebody sets the host's clock", [Second, new("seconds", -Week, Week, 90_000)],
            (site, fault) => site.At(
                fault["second"], () => site.Display?.StepDisplay(TimeSpan.FromSeconds(fault["seconds"])))),
        new("clock.slew", "the board's clock runs faster than the host's", [new("ppm", -100_000, 100_000, 2000)],
            (site, fault) => site.Bench.Faults.ClockPpm = (int)fault["ppm"]),
        new("clock.suspend", "the host was suspended", [Second, new("seconds", 1, Week, 3600, Magnitude)],
            (site, fault) => site.At(
                fault["second"], () => site.Boot?.Suspend(TimeSpan.FromSeconds(fault["seconds"])))),
        new(DiskFull, "the n-th write fills the disk",
            [new("write", 1, long.MaxValue, 700, Magnitude), new("bytes", 0, 1 << 30, 300)], null),
        new(DiskError, "the n-th write fails after so many bytes",
            [new("write", 1, long.MaxValue, 700, Magnitude), new("bytes", 0, 1 << 30, 300)], null),
        new(DiskSync, "the n-th sync fails", [new("sync", 1, long.MaxValue, 700, Magnitude)], null),
        new(ProcessKill, "the process is killed at the n-th moment of its journal; each record has four",
            [new("moment", 1, long.MaxValue, 2400, Magnitude)], null) { Weight = 6 },
    ];

    private static BootMoment Moment(PlannedFault fault) =>
        new((int)fault["boot"], TimeSpan.FromSeconds(fault["second"]));

    private static PowerSample Sample(PlannedFault fault) => new((int)fault["millivolts"], (int)fault["milliamps"]);

    private static void Flip(SimulatedSpiNor chip, PlannedFault fault) =>
        chip.FlipBit((uint)(fault["address"] % chip.Part.SizeBytes), (int)fault["bit"]);
}
