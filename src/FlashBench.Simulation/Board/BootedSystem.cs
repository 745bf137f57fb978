using System.Globalization;
using System.Text;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>What the parts of one board share.</summary>
/// <param name="Timeline">The board's time.</param>
/// <param name="Faults">What shall go wrong.</param>
/// <param name="Chip">The flash.</param>
/// <param name="Pch">The chipset.</param>
/// <param name="Seed">Of everything that varies.</param>
/// <param name="Agent">True if the operating system has the agent.</param>
/// <param name="HiddenUnderHap">True if host firmware hides an ME 11 that is disabled.</param>
internal sealed record BoardParts(
    BoardTimeline Timeline, BoardFaults Faults, SimulatedSpiNor Chip, PchFamily Pch, int Seed, bool Agent,
    bool HiddenUnderHap);

/// <summary>One boot: firmware log, kernel log, then an operating system with heartbeat and agent.</summary>
/// <remarks>
/// Modelled: the lines of docs/console-protocol.md at their times by a clock that is up to 0.09 % off, queries while
/// the system is up, its load, and the boot's share of <see cref="BoardFaults"/>. Not modelled: what comes
/// after a login's prompt, an orderly shutdown.
/// </remarks>
internal sealed partial class BootedSystem
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AgentDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RestartTime = TimeSpan.FromSeconds(3); // services stop first
    private static readonly TimeSpan AnswerDelay = TimeSpan.FromMilliseconds(4);

    private readonly BoardParts _parts;
    private readonly UartLine _uart;
    private readonly BoardScope _scope = new();
    private readonly BoardScope _software = new(); // ends sooner where only the operating system stops
    private readonly BootLog _log;
    private readonly IReadOnlyList<uint>? _visible;
    private readonly BoardInventory _inventory;
    private readonly double _clockError;

    /// <summary>Prepares a boot; nothing happens before <see cref="Schedule"/>.</summary>
    public BootedSystem(BoardParts parts, UartLine uart, int boot, TimeSpan began, MeOutcome me)
    {
        (_parts, _uart, Boot, Began) = (parts, uart, boot, began);
        bool hidden = parts.HiddenUnderHap && me is { ThirdGeneration: true, DisableBit: true };
        _visible = hidden ? null : me.Registers;
        _inventory = Inventory(parts, boot, me, hidden);
        _log = BootLog.Create(new BootFacts(me, parts.Pch, hidden, unchecked(parts.Seed * 1000L + boot)));
        _clockError = 0.0009 * SeededHash.Signed(parts.Seed, 0xC10C) // one crystal, the same at every boot
            + parts.Faults.ClockPpm / 1e6;
    }

    /// <summary>Number since the bench was opened; 0 for one that was running then.</summary>
    public int Boot { get; }

    /// <summary>When it began.</summary>
    public TimeSpan Began { get; }

    /// <summary>The agent's side of the console protocol.</summary>
    public DutAgent Agent { get; } = new();

    /// <summary>True while the host runs.</summary>
    public bool Running => !_scope.Ended;

    /// <summary>True when heartbeats have begun.</summary>
    public bool SystemUp(TimeSpan at) => Running && at >= Began + _log.SystemUp;

    /// <summary>What the board draws in milliamps, standby not counted.</summary>
    public double Load(TimeSpan at) => _haltedLoad ?? (SystemUp(at) ? IdleMilliamps : BootMilliamps);

    /// <summary>Called after each sample, so that the state file can be written.</summary>
    public required Action Sampled { get; init; }

    /// <summary>What the board's power does on the boot's behalf.</summary>
    public required BoardPower Power { get; init; }

    /// <summary>Schedules everything from <paramref name="from"/> on; what lies before it has happened.</summary>
    public void Schedule(TimeSpan from)
    {
        foreach (BootLine line in _log.Lines.Where(line => Began + line.At >= from))
            _parts.Timeline.At(Began + line.At, _software, at => Print(at, line.Text));
        ScheduleFaults(from);
        if (_parts.Faults.LoginOnly)
        {
            Once(new BootMoment(Boot, _log.SystemUp), from, Prompt);
            return;
        }

        Repeat(from, _log.SystemUp, HeartbeatPeriod, Beat);
        Repeat(from, _log.SystemUp + AgentDelay, SamplePeriod, (at, _) => Sample(at));
    }

    /// <summary>Bytes from the bench have arrived.</summary>
    public void Receive(TimeSpan at, ReadOnlySpan<byte> bytes)
    {
        if (_parts.Faults.LoginOnly && SystemUp(at) && !Stopped(at) && bytes.ContainsAny((byte)'\r', (byte)'\n'))
            _parts.Timeline.At(at + AnswerDelay, _software, Prompt);
        if (!AgentRuns(at) || at < Began + _log.SystemUp + AgentDelay)
            return;
        AgentAnswers wanted = Agent.Receive(bytes);
        if (wanted.HasFlag(AgentAnswers.Sample))
            _parts.Timeline.At(at + AnswerDelay, _software, Sample);
        if (wanted.HasFlag(AgentAnswers.Facts))
            _parts.Timeline.At(at + 2 * AnswerDelay, _software, Tell);
        if (wanted.HasFlag(AgentAnswers.Restart) && !_parts.Faults.RestartIgnored)
            _parts.Timeline.At(at + RestartTime, _software, Restart);
    }

    private void Restart(TimeSpan at)
    {
        PrintKernel(at, "reboot: Restarting system");
        Halt(IdleMilliamps);
        _parts.Timeline.At(at + LastWordsTime, _scope, then => Power.Reset(then, railBlip: false));
    }

    /// <summary>Everything stops in this instant.</summary>
    public void Stop(TimeSpan at)
    {
        _software.End();
        _scope.End();
        _uart.Cut(at);
    }

    private void Prompt(TimeSpan at) => Send(at, "\r\nflashbench login: "u8.ToArray());

    private bool AgentRuns(TimeSpan at) => _parts.Agent && !_parts.Faults.LoginOnly && !Stopped(at);

    private bool Stopped(TimeSpan at) => _software.Ended || _parts.Faults.AgentStops?.IsPast(Boot, at - Began) == true;

    private void Repeat(TimeSpan from, TimeSpan first, TimeSpan period, Action<TimeSpan, long> action)
    {
        TimeSpan own = period / (1 + _clockError); // a fast clock finds five seconds over sooner
        long index = Math.Max(0, (long)Math.Ceiling((from - Began - first) / own));
        void Next(TimeSpan at)
        {
            action(at, ++index);
            _parts.Timeline.At(Began + first + index * own, _software, Next);
        }

        _parts.Timeline.At(Began + first + index * own, _software, Next);
    }

    private void Beat(TimeSpan at, long number)
    {
        string uptime = DutAgent.Seconds(Uptime(at));
        if (!Stopped(at))
            Print(at, string.Create(CultureInfo.InvariantCulture, $"heartbeat {number} up {uptime}"));
    }

    private TimeSpan Uptime(TimeSpan at) => (at - Began - _log.KernelStart) * (1 + _clockError);

    private void Sample(TimeSpan at)
    {
        if (!AgentRuns(at))
            return;
        byte[] line = Line(Agent.NextSample(Uptime(at), _visible));
        foreach (SampleDamage damage in _parts.Faults.DamagedSamples)
        {
            bool hit = (damage.Boot == 0 || damage.Boot == Boot) && damage.Sample == Agent.SampleCount;
            if (hit && damage.ByteIndex >= 0 && damage.ByteIndex < line.Length)
                line[damage.ByteIndex] ^= damage.Xor;
        }

        if (!_parts.Faults.MissingSamples.Any(window => window.Holds(Boot, at - Began)))
            Send(at, line);
        Sampled();
    }

    private void Tell(TimeSpan at)
    {
        if (!AgentRuns(at))
            return;
        foreach ((string Key, string Text)[] facts in _inventory.Lines())
            Print(at, Agent.NextFacts(Uptime(at), facts));
        Sampled();
    }

    private static BoardInventory Inventory(BoardParts parts, int boot, MeOutcome me, bool hidden)
    {
        bool told = !hidden && me.State == MeState.Normal;
        bool other = parts.Faults.OtherProcessor is int from && boot >= from;
        return new BoardInventory(parts.Pch, !hidden, told ? me.Version : null, other ? "other" : "virtual");
    }

    private void Print(TimeSpan at, string text) => Send(at, Line(text));

    private void Send(TimeSpan at, byte[] bytes)
    {
        _lastLine = bytes;
        _uart.Send(at, _scope, bytes);
    }

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\r\n");
}
