using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>A board under test: supply, ME, host and serial console on one timeline.</summary>
/// <remarks>
/// <para>Modelled: what <see cref="BoardPower"/>, <see cref="MeModel"/>, <see cref="BootLog"/> and
/// <see cref="BootedSystem"/> say; input current with open relay, in standby, during a busy boot and in a calmer
/// system, each with noise that depends on seed and time.</para>
/// <para>Not modelled: writes of the ME or the host into the flash, time that passes while no process plays
/// the bench (the board then stands still).</para>
/// <para>Safe for concurrent use: one lock; console events are handed over outside it, in order.</para>
/// </remarks>
internal sealed class SimulatedBoard : IBoardLoad, IDisposable
{
    private const double DischargedMillivolts = 300;

    private readonly Lock _gate = new();
    private readonly Queue<ConsoleEvent> _outbox = new();
    private readonly ConsoleTape _tape = new();
    private readonly Action<byte[]> _save;
    private readonly BoardParts _parts;
    private readonly UartLine _uart;
    private readonly ConsoleCable _cable;
    private readonly GenuineRecord _genuine;
    private bool _delivering;
    private bool _disposed;
    private bool _frozen, _dead;
    private long _bootCount;
    private int _boots;
    private BootedSystem? _system;
    private PowerSample? _lastSample;

    /// <summary>Goes on from <paramref name="state"/>.</summary>
    /// <param name="board">Makes the shared parts for the timeline it is given.</param>
    /// <param name="time">Clock of the bench.</param>
    /// <param name="state">From the state file, or new.</param>
    /// <param name="save">Writes the state down.</param>
    public SimulatedBoard(
        Func<BoardTimeline, (BoardParts Parts, ChipSupply Supply)> board, TimeProvider time, BoardState state,
        Action<byte[]> save)
    {
        _save = save;
        _genuine = state.Genuine;
        var timeline = new BoardTimeline(time, Wake);
        (_parts, ChipSupply supply) = board(timeline);
        _uart = new UartLine(timeline, Deliver);
        _cable = new ConsoleCable(timeline, _outbox.Enqueue);
        Power = new BoardPower(timeline, _parts.Chip, supply, state.Genuine, _parts.Faults)
        {
            Load = this,
            Changed = Save,
        };
        _bootCount = state.BootCount;
        lock (_gate)
        {
            Power.Restore(state, timeline.Now);
            if (Power.Phase == BoardPhase.Running)
                Resume(state, timeline.Now);
            timeline.Arm();
        }
    }

    /// <summary>Takes console events; set before power is applied.</summary>
    public Action<ConsoleEvent>? Received { get; set; }

    /// <summary>Relay, rails, ME.</summary>
    public BoardPower Power { get; }

    /// <summary>What really happened on the board since the bench was opened.</summary>
    public List<BoardBoot> History { get; } = [];

    /// <summary>Boots since the bench was opened.</summary>
    public int Boots => _boots;

    /// <summary>True while the relay's coil is driven.</summary>
    public bool IsDriven
    {
        get
        {
            lock (_gate)
                return Power.Driven;
        }
    }

    /// <summary>True while the contact is closed or the main rail is not yet discharged.</summary>
    public bool HasPower
    {
        get
        {
            bool powered = false;
            Do(at => powered = Power.ContactClosed || Power.Rail.MillivoltsAt(at) > DischargedMillivolts);
            return powered;
        }
    }

    /// <summary>Drives the relay's coil.</summary>
    public void Drive(bool active) => Do(at => Power.Drive(active, at));

    /// <summary>What the sensor sees now.</summary>
    /// <exception cref="PowerException">It is dead.</exception>
    public PowerSample Sample()
    {
        PowerSample sample = default;
        Do(at => sample = SampleAt(at));
        return _dead ? throw new PowerException("the power sensor does not answer") : sample;
    }

    /// <summary>Bytes go out to the board; they arrive when their last bit has.</summary>
    /// <returns>False if the host has no adapter to send them with.</returns>
    public bool Send(byte[] bytes)
    {
        bool sent = true;
        Do(at =>
        {
            sent = _cable.AdapterThere;
            if (_cable.Plugged)
            {
                _parts.Timeline.At(
                    at + bytes.Length * UartLine.ByteTime, new BoardScope(), then => _system?.Receive(then, bytes));
            }
        });
        return sent;
    }

    /// <summary>Stops the board's time; the state file keeps where it stood.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            Save();
            _disposed = true;
            _parts.Timeline.Dispose();
        }
    }

    /// <inheritdoc/>
    public int NextBoot => _boots + 1;

    /// <inheritdoc/>
    public void Begin(TimeSpan at, MeOutcome me, bool warm)
    {
        _boots++;
        _bootCount++;
        History.Add(new BoardBoot(_boots, me.State, warm, at, null));
        Start(_boots, at, me).Schedule(at);
        _cable.Schedule(_parts.Faults.ConsoleUnplugged, _boots, at);
        if (_parts.Faults.Replay is { } replay && replay.Boot == _boots)
            Replay(at, replay.OfBoot);
        Save();
    }

    /// <inheritdoc/>
    public void Stop(TimeSpan at)
    {
        if (History is [.., { Ended: null } last])
            History[^1] = last with { Ended = at };
        _system?.Stop(at);
    }

    private void Resume(BoardState state, TimeSpan now)
    {
        BootedSystem system = Start(0, now - state.SinceBoot, state.Me!); // BoardPower runs with one only
        (system.Agent.Nonce, system.Agent.SampleCount, system.Agent.FactCount) =
            (state.Nonce, state.SampleCount, state.FactCount);
        system.Schedule(now);
    }

    private BootedSystem Start(int boot, TimeSpan began, MeOutcome me) =>
        _system = new BootedSystem(_parts, _uart, boot, began, me) { Sampled = Save, Power = Power };

    private void Wake() => Do(_ => { });

    // Everything enters here: what was due first, then the action, then the console's events without the lock.
    private void Do(Action<TimeSpan> action)
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _parts.Timeline.RunDue();
            action(_parts.Timeline.Now);
            _parts.Timeline.Arm();
            if (_delivering)
                return;
            _delivering = true;
        }

        while (TakeEvent() is { } next)
            Received?.Invoke(next);
    }

    private ConsoleEvent? TakeEvent()
    {
        lock (_gate)
        {
            if (_outbox.TryDequeue(out ConsoleEvent? next))
                return next;
            _delivering = false;
            return null;
        }
    }

    private void Deliver(TimeSpan at, byte[] bytes)
    {
        if (_system is not { } system)
            return;
        _tape.Record(system.Boot, at - system.Began, bytes);
        if (_parts.Faults.Replay?.Boot != system.Boot || system.Boot == 0)
            Arrive(at, bytes);
    }

    private void Arrive(TimeSpan at, byte[] bytes)
    {
        if (!_cable.Plugged
            || (_system is { } system && _parts.Faults.ConsoleSilent?.IsPast(system.Boot, at - system.Began) == true))
        {
            return;
        }

        _outbox.Enqueue(new ConsoleEvent.Bytes(_parts.Timeline.Timestamp(at), bytes));
    }

    private void Replay(TimeSpan began, int ofBoot)
    {
        BootedSystem mine = _system!; // called by Begin, which has just made it
        foreach ((TimeSpan after, byte[] bytes) in _tape.Of(ofBoot))
        {
            _parts.Timeline.At(began + after, new BoardScope(), at =>
            {
                if (mine.Running)
                    Arrive(at, bytes);
            });
        }
    }

    private PowerSample SampleAt(TimeSpan at)
    {
        _dead |= _system is { } ran && _parts.Faults.SensorDead?.IsPast(ran.Boot, at - ran.Began) == true;
        _frozen |= _system is { } system && _parts.Faults.SensorFrozen?.IsPast(system.Boot, at - system.Began) == true;
        if (_frozen && _lastSample is { } last)
            return last;
        double rail = Power.Rail.MillivoltsAt(at);
        double railNoise = rail > 50 ? 14 * Noise(at, 1) : 4 + 4 * Noise(at, 1); // an open input reads a little
        double load = LoadMilliamps(at);
        double loadNoise = load > 0 ? (4 + load * 0.04) * Noise(at, 2) : 1 + Noise(at, 2);
        PowerSample offset = _parts.Faults.SensorOffset, wild = _parts.Faults.SensorNoise;
        var sample = new PowerSample(
            Whole(rail + railNoise + offset.RailMillivolts + wild.RailMillivolts * Noise(at, 4)),
            Whole(load + loadNoise + offset.SupplyMilliamps + wild.SupplyMilliamps * Noise(at, 5)));
        _lastSample = sample;
        return sample;
    }

    private static int Whole(double reading) => (int)Math.Round(Math.Max(0, reading));

    private double Noise(TimeSpan at, int channel) => SeededHash.Signed(_parts.Seed * 8L + channel, at.Ticks);

    private double LoadMilliamps(TimeSpan at)
    {
        const double Standby = 38, Refresh = 47; // of 8 GiB in S3
        return Power.Phase switch
        {
            BoardPhase.Unpowered => 0,
            BoardPhase.Running => Standby + _system!.Load(at), // a running board runs something
            BoardPhase.Asleep => Standby + Refresh,
            _ => Standby,
        };
    }

    private void Save()
    {
        TimeSpan now = _parts.Timeline.Now;
        var state = new BoardState(_genuine, Power.Driven, Power.ContactClosed, Power.Phase, _bootCount);
        if (Power.Phase == BoardPhase.Running && _system is { } system)
        {
            state = state with
            {
                SincePowerGood = now - Power.PowerGood,
                SinceBoot = now - system.Began,
                Me = Power.Me,
                Nonce = system.Agent.Nonce,
                SampleCount = system.Agent.SampleCount,
                FactCount = system.Agent.FactCount,
            };
        }

        _save(state.ToBytes());
    }
}
