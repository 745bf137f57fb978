using System.Collections.ObjectModel;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>A moment of one boot.</summary>
/// <param name="Boot">Boots count from 1 since the bench was opened, resets included; 0 means every boot.</param>
/// <param name="At">Time since the boot began: power-good of the main rail, or the reset.</param>
public sealed record BootMoment(int Boot, TimeSpan At)
{
    internal bool IsPast(int boot, TimeSpan at) => Applies(boot) && at >= At;

    internal bool Applies(int boot) => Boot == 0 || Boot == boot;
}

/// <summary>A stretch of one boot, [From, Until).</summary>
/// <param name="Boot">As in <see cref="BootMoment"/>.</param>
/// <param name="From">Start, since the boot began.</param>
/// <param name="Until">End.</param>
public sealed record BootWindow(int Boot, TimeSpan From, TimeSpan Until)
{
    internal bool Holds(int boot, TimeSpan at) => (Boot == 0 || Boot == boot) && at >= From && at < Until;
}

/// <summary>One FB1 line arrives damaged.</summary>
/// <param name="Boot">As in <see cref="BootMoment"/>.</param>
/// <param name="Sample">The line's number n, from 1.</param>
/// <param name="ByteIndex">Byte of the line, from 0 (the F); the line end may be hit too. Past it: nothing.</param>
/// <param name="Xor">Bits to flip.</param>
public sealed record SampleDamage(int Boot, int Sample, int ByteIndex, byte Xor);

/// <summary>The console delivers the bytes of an earlier boot, at the same times after power-good.</summary>
/// <param name="Boot">The boot whose own bytes are lost.</param>
/// <param name="OfBoot">The earlier boot; one of the four before it.</param>
public sealed record ConsoleReplay(int Boot, int OfBoot);

/// <summary>The board's transmitter sends noise as fast as the line takes it.</summary>
/// <param name="When">When it begins.</param>
/// <param name="Bytes">How much.</param>
public sealed record ConsoleFlood(BootMoment When, int Bytes);

/// <summary>The board resets itself.</summary>
/// <param name="When">When.</param>
/// <param name="RailBlip">True if the main rail drops for a moment, so that the ME starts anew too.</param>
public sealed record BoardReset(BootMoment When, bool RailBlip);

/// <summary>The board switches its main rails off and stays off.</summary>
/// <param name="When">When.</param>
/// <param name="Announced">True if the kernel says "reboot: Power down" first.</param>
public sealed record BoardPowerOff(BootMoment When, bool Announced)
{
    /// <summary>The board starts by itself so much later; null to stay off.</summary>
    public TimeSpan? BackAfter { get; init; }
}

/// <summary>A bit of the chip that changes.</summary>
/// <param name="Address">Byte address on the chip.</param>
/// <param name="Bit">0 to 7.</param>
public sealed record CellFlip(uint Address, int Bit);

/// <summary>The relay's contact closes and opens a number of times before it stays.</summary>
/// <param name="Times">Closures, or openings, before the one that lasts.</param>
/// <param name="Every">Time between two movements.</param>
public sealed record ContactBounce(int Times, TimeSpan Every);

/// <summary>What can go wrong on the virtual bench. Everything is off until it is set.</summary>
/// <remarks>
/// Set a fault before the boot it belongs to begins. Faults of the programmer and of the chip's own timing are on
/// those models, not here.
/// </remarks>
public sealed class BoardFaults
{
    /// <summary>FB1 lines that arrive damaged.</summary>
    public Collection<SampleDamage> DamagedSamples { get; } = [];

    /// <summary>Stretches in which FB1 lines are lost; heartbeats go on.</summary>
    public Collection<BootWindow> MissingSamples { get; } = [];

    /// <summary>Neither agent nor heartbeat run; a login waits on the console and answers return with its prompt.
    /// </summary>
    public bool LoginOnly { get; set; }

    /// <summary>From this boot on another processor sits in the socket.</summary>
    public int? OtherProcessor { get; set; }

    /// <summary>Agent and heartbeat stop; power stays.</summary>
    public BootMoment? AgentStops { get; set; }

    /// <summary>Nothing arrives on the console any more; power stays.</summary>
    public BootMoment? ConsoleSilent { get; set; }

    /// <summary>The board's transmitter floods the console with noise.</summary>
    public ConsoleFlood? Flood { get; set; }

    /// <summary>The board's crystal is so much faster than the host believes, in parts per million.</summary>
    public int ClockPpm { get; set; }

    /// <summary>The console repeats an earlier boot.</summary>
    public ConsoleReplay? Replay { get; set; }

    /// <summary>The board resets.</summary>
    public BoardReset? Reset { get; set; }

    /// <summary>The board switches off.</summary>
    public BoardPowerOff? PowerOff { get; set; }

    /// <summary>From the named boot on every boot ends in a warm reset, so long after it began.</summary>
    public BootMoment? ResetLoop { get; set; }

    /// <summary>The agent does not do what an order to restart says.</summary>
    public bool RestartIgnored { get; set; }

    /// <summary>The operating system crashes.</summary>
    public SystemCrash? Crash { get; set; }

    /// <summary>The operating system hangs.</summary>
    public SystemHang? Hang { get; set; }

    /// <summary>The operating system goes to sleep.</summary>
    public BoardSleep? Sleep { get; set; }

    /// <summary>The lab's power fails.</summary>
    public SupplyCut? SupplyCut { get; set; }

    /// <summary>The serial cable is pulled.</summary>
    public ConsoleUnplug? ConsoleUnplugged { get; set; }

    /// <summary>From this boot on the host has told a valid ME to disable itself for the time being (COM 3).</summary>
    public int? MeSoftDisabled { get; set; }

    /// <summary>From this boot on Boot Guard rejects the firmware: the host runs, HFSTS5 says so, and the chipset cuts
    /// power after 30 minutes, whatever the ME does. No effect on chipsets before the 8 series.</summary>
    public int? BootGuardEnforces { get; set; }

    /// <summary>From this boot on a processor sits in the socket that the chipset's SKU does not allow.</summary>
    public int? InvalidProcessor { get; set; }

    /// <summary>The maker's embedded controller cuts power so long after power-good if the ME does not run.</summary>
    public TimeSpan? VendorTimer { get; set; }

    /// <summary>The power sensor repeats its last answer.</summary>
    public BootMoment? SensorFrozen { get; set; }

    /// <summary>The power sensor answers no more.</summary>
    public BootMoment? SensorDead { get; set; }

    /// <summary>Largest error of a sample besides the usual noise, to both sides, drawn anew each time.</summary>
    public PowerSample SensorNoise { get; set; }

    /// <summary>The power sensor reads so much more than there is, at any time.</summary>
    public PowerSample SensorOffset { get; set; }

    /// <summary>The relay's contact follows its coil so much later.</summary>
    public TimeSpan RelayLate { get; set; }

    /// <summary>The relay's contact bounces, whichever way it goes.</summary>
    public ContactBounce? RelayBounce { get; set; }

    /// <summary>The relay's contact welds: once closed it never opens.</summary>
    public bool RelayStuckOn { get; set; }

    /// <summary>The relay's contact never closes.</summary>
    public bool RelayStuckOff { get; set; }

    /// <summary>The host firmware clears HAP or AltMeDisable in the chip.</summary>
    public BootMoment? DisableBitCleared { get; set; }

    /// <summary>A cell flips when the programmer is opened for the first time after it changed cells.</summary>
    public CellFlip? FlipAfterWrite { get; set; }

    // What processor, host and Boot Guard make of an ME that the flash alone would let run so.
    internal MeOutcome Decide(MeOutcome me, PchFamily pch, int boot)
    {
        if (me.State == MeState.NoBoot)
            return me;
        if (boot >= InvalidProcessor)
            me = MeRegisters.InvalidProcessor(me.ThirdGeneration, me.DisableBit, me.Version);
        else if (boot >= MeSoftDisabled && me.State is MeState.Normal or MeState.Removed)
            me = MeRegisters.SoftDisabled(me.ThirdGeneration, me.Version);
        bool hasBootGuard = pch is PchFamily.EightAndNineSeries or PchFamily.HundredSeries;
        return hasBootGuard && boot >= BootGuardEnforces ? me.WithBootGuardActing() : me;
    }
}
