using System.Globalization;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>One line that the board prints, and when it starts to.</summary>
/// <param name="At">Since the boot began.</param>
/// <param name="Text">Without line end.</param>
internal readonly record struct BootLine(TimeSpan At, string Text);

/// <summary>What one boot is like: facts that the log shows.</summary>
/// <param name="Me">Behaviour of the ME.</param>
/// <param name="Pch">Chipset; chooses the form of the log.</param>
/// <param name="Hidden">True if the host cannot see the ME's device.</param>
/// <param name="Variation">Varies the times of this boot a little; from the seed.</param>
internal sealed record BootFacts(MeOutcome Me, PchFamily Pch, bool Hidden, long Variation);

/// <summary>The log of one boot in coreboot's form, up to the login prompt of the operating system.</summary>
/// <remarks>
/// Modelled: stage banners, memory, devices, the ME block of the generation at its place, a payload, Linux with its
/// own timestamps, the wait for an ME that does not answer. 5 to 7 series boards print as older coreboot does, without
/// level prefixes. Not modelled: what other settings of the log level would print; real addresses.
/// </remarks>
internal sealed class BootLog
{
    private static readonly TimeSpan AcknowledgeTimeout = TimeSpan.FromSeconds(5); // me-firmware.md 3.3, 940 to 941

    private readonly List<BootLine> _lines = [];
    private readonly BootFacts _facts;
    private TimeSpan _at;

    private BootLog(BootFacts facts) => _facts = facts;

    /// <summary>All lines in order.</summary>
    public IReadOnlyList<BootLine> Lines => _lines;

    /// <summary>When the kernel started: zero of the uptime that the agent reports.</summary>
    public TimeSpan KernelStart { get; private set; }

    /// <summary>When the operating system runs its services.</summary>
    public TimeSpan SystemUp { get; private set; }

    /// <summary>Writes the log of a boot.</summary>
    public static BootLog Create(BootFacts facts)
    {
        var log = new BootLog(facts);
        log.Firmware();
        log.Kernel();
        return log;
    }

    private bool Prefixed => _facts.Pch != PchFamily.FiveToSevenSeries;

    private void Firmware()
    {
        string banner = Prefixed
            ? "coreboot-24.12-flashbench Tue Dec 17 09:00:00 UTC 2024 x86_32"
            : "coreboot-4.16-flashbench Fri Feb 25 09:00:00 UTC 2022";
        Step(180, "NOTE", "");
        Step(1, "NOTE", $"{banner} bootblock starting (log level: 7)...");
        Play(BootText.Bootblock);
        Step(60, "NOTE", $"{banner} romstage starting (log level: 7)...");
        Play(BootText.Romstage);
        MeInRomstage();
        if (_facts.Me.State == MeState.InvalidProcessor)
            Step(2, "NOTE", "INVALID CPU AND PCH COMBINATION");
        Play(BootText.RomstageEnd);
        Step(20, "NOTE", $"{banner} postcar starting (log level: 7)...");
        Play(BootText.Postcar);
        Step(40, "NOTE", $"{banner} ramstage starting (log level: 7)...");
        Play(BootText.Ramstage);
        IEnumerable<string> words = _facts.Hidden ? MeText.Hidden() : MeText.Ramstage(_facts.Me, _facts.Pch);
        foreach (string line in words)
            Step(1, "DEBUG", line);
        Play(BootText.RamstageEnd);
        Play(BootText.Payload, prefixes: false);
    }

    private void MeInRomstage()
    {
        if (_facts.Me.State == MeState.WatchdogArmed)
            _at += AcknowledgeTimeout;
        if (_facts.Pch != PchFamily.FiveToSevenSeries)
            return;
        foreach (string line in MeText.Romstage(_facts.Me))
            Step(2, "NOTE", line);
    }

    private void Kernel()
    {
        KernelStart = _at + Vary(900);
        foreach ((int milliseconds, _, string text) in BootText.Parse(BootText.Kernel))
        {
            _at = KernelStart + TimeSpan.FromMilliseconds(milliseconds);
            AddKernelLine(text);
            if (text.StartsWith("pci 0000:00:1f.0", StringComparison.Ordinal))
                AddManagementDevice();
        }

        SystemUp = _at + Vary(400);
        _lines.Add(new BootLine(SystemUp, ""));
        _lines.Add(new BootLine(SystemUp, "FlashBench test system, console ttyS0, ready"));
    }

    // What the mei driver says: nothing where it finds no device or is content with it.
    private void AddManagementDevice()
    {
        if (_facts.Hidden)
            return;
        AddKernelLine("pci 0000:00:16.0: [8086:0000] type 00 class 0x078000");
        if (_facts.Me.State == MeState.Normal)
        {
            AddKernelLine("mei_me 0000:00:16.0: enabling device (0000 -> 0002)");
            return;
        }

        string words = string.Join(' ', _facts.Me.Registers.Select(
            value => value.ToString("X8", CultureInfo.InvariantCulture)));
        AddKernelLine("mei_me 0000:00:16.0: wait hw ready failed");
        AddKernelLine($"mei_me 0000:00:16.0: hw_start failed ret = -62 fw status = {words}");
        AddKernelLine("mei_me 0000:00:16.0: reset failed ret = -62");
        AddKernelLine("mei_me 0000:00:16.0: initialization failed.");
    }

    private void AddKernelLine(string text)
    {
        double seconds = (_at - KernelStart).TotalSeconds;
        _lines.Add(new BootLine(_at, string.Create(CultureInfo.InvariantCulture, $"[{seconds,12:0.000000}] {text}")));
    }

    private void Play(string script, bool prefixes = true)
    {
        foreach ((int milliseconds, string level, string text) in BootText.Parse(script))
            Step(milliseconds, prefixes ? level : "", text);
    }

    private void Step(int milliseconds, string level, string text)
    {
        _at += Vary(milliseconds);
        bool prefix = Prefixed && level.Length > 0 && text.Length > 0;
        _lines.Add(new BootLine(_at, prefix ? $"[{level,-5}]  {text}" : text));
    }

    // No two boots take exactly as long.
    private TimeSpan Vary(int milliseconds)
    {
        double factor = 1000 + 30 * SeededHash.Signed(_facts.Variation, _lines.Count);
        return TimeSpan.FromMicroseconds((long)(milliseconds * factor));
    }
}
