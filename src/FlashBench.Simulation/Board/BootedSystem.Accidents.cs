using System.Globalization;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <content>What can happen to a boot.</content>
/// <remarks>
/// The kernel's words are those of Linux; a thermal trip cuts the rails without the kernel's help. An idle system draws
/// less than one that boots; a processor that spins after a panic draws more than an idle one, s2idle next to nothing.
/// </remarks>
internal sealed partial class BootedSystem
{
    private const double BootMilliamps = 1450, IdleMilliamps = 620, SpinMilliamps = 910, IdleSleepMilliamps = 60;

    private static readonly TimeSpan RepeatPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastWordsTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SuspendTime = TimeSpan.FromMilliseconds(1500);

    private byte[] _lastLine = [];
    private double? _haltedLoad;

    private byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        for (int i = 0; i < length; i++)
            noise[i] = (byte)(SeededHash.Signed(_parts.Seed * 8L + 3, i) * 127 + 128);
        return noise;
    }

    private void ScheduleFaults(TimeSpan from)
    {
        BoardFaults faults = _parts.Faults;
        if (faults.Reset is { } reset)
            Once(reset.When, from, at => Power.Reset(at, reset.RailBlip));
        if (faults.ResetLoop is { } loop && Boot >= loop.Boot)
            Once(loop with { Boot = Boot }, from, at => Power.Reset(at, railBlip: false));
        if (faults.Flood is { } flood)
            Once(flood.When, from, at => _uart.Send(at, _scope, Noise(flood.Bytes)));
        if (faults.DisableBitCleared is { } cleared)
            Once(cleared, from, _ => ClearDisableBit());
        if (faults.PowerOff is { } off)
            Once(off.When, from, at => PowerOff(at, off));
        if (faults.SupplyCut is { } cut)
            Once(cut.When, from, at => Power.LoseSupply(at, cut.BackAfter));
        if (faults.Crash is { } crash)
            Once(crash.When, from, at => Crash(at, crash));
        if (faults.Hang is { } hang)
            Once(hang.When, from, at => Hang(at, hang));
        if (faults.Sleep is { } sleep)
            Once(sleep.When, from, at => Sleep(at, sleep));
    }

    private void Once(BootMoment moment, TimeSpan from, Action<TimeSpan> action)
    {
        if (moment.Applies(Boot) && Began + moment.At >= from)
            _parts.Timeline.At(Began + moment.At, _scope, action);
    }

    private void PowerOff(TimeSpan at, BoardPowerOff off)
    {
        TimeSpan then = at;
        if (off.Announced)
        {
            PrintKernel(at, "reboot: Power down");
            then += LastWordsTime;
        }

        if (off.BackAfter is TimeSpan pause)
            _parts.Timeline.At(then, _scope, cut => Power.CutAndStart(cut, pause));
        else
            _parts.Timeline.At(then, _scope, Power.Cut);
    }

    private void Crash(TimeSpan at, SystemCrash crash)
    {
        foreach (string line in Words(crash.Kind))
            PrintKernel(at, line);
        if (crash.Kind == CrashKind.ThermalTrip)
        {
            _parts.Timeline.At(at + LastWordsTime, _scope, Power.Cut);
            return;
        }

        Halt(SpinMilliamps);
        if (crash.RestartsAfter is TimeSpan pause)
            _parts.Timeline.At(at + pause, _scope, then => Power.Reset(then, railBlip: false));
    }

    private void Hang(TimeSpan at, SystemHang hang)
    {
        Halt(hang.DrawsAsBefore ? Load(at) : SpinMilliamps);
        if (hang.RepeatsLastLine)
            _parts.Timeline.At(at + RepeatPeriod, _scope, RepeatLastLine);
    }

    private void RepeatLastLine(TimeSpan at)
    {
        _uart.Send(at, _scope, _lastLine);
        _parts.Timeline.At(at + RepeatPeriod, _scope, RepeatLastLine);
    }

    private void Sleep(TimeSpan at, BoardSleep sleep)
    {
        if (sleep.Announced)
            PrintKernel(at, $"PM: suspend entry ({(sleep.Deep ? "deep" : "s2idle")})");
        if (sleep.Deep)
            _parts.Timeline.At(at + SuspendTime, _scope, Power.Sleep);
        Halt(sleep.Deep ? IdleMilliamps : IdleSleepMilliamps);
    }

    private void Halt(double milliamps)
    {
        _software.End();
        _haltedLoad = milliamps;
    }

    private void PrintKernel(TimeSpan at, string text)
    {
        double seconds = (at - Began - _log.KernelStart).TotalSeconds;
        Print(at, string.Create(CultureInfo.InvariantCulture, $"[{seconds,12:0.000000}] {text}"));
    }

    private static string[] Words(CrashKind kind) => kind switch
    {
        CrashKind.Panic =>
        [
            "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b",
            "---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b ]---",
        ],
        CrashKind.MachineCheck =>
        [
            "mce: [Hardware Error]: CPU 0: Machine Check Exception: 5 Bank 4: b200000000100402",
            "mce: [Hardware Error]: Machine check: Processor context corrupt",
            "Kernel panic - not syncing: Fatal machine check",
        ],
        _ => ["thermal thermal_zone0: acpitz: critical temperature reached"],
    };

    // What some firmware does with a descriptor that it does not like.
    private void ClearDisableBit()
    {
        ReadOnlySpan<byte> cells = _parts.Chip.Cells.Span;
        if (FlashDescriptorReading.Read(cells, _parts.Pch) is not { DisableBit: true } descriptor)
            return;
        uint address = descriptor.StrapAddress + (uint)descriptor.StrapBit / 8;
        byte cleared = (byte)(cells[(int)address] & ~(1 << descriptor.StrapBit % 8));
        _parts.Chip.WriteAsBoard(address, [cleared]);
    }
}
