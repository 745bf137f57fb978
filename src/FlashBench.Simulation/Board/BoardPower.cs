using FlashBench.Simulation.Flash;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>What happens to whoever runs on the board.</summary>
internal interface IBoardLoad
{
    /// <summary>Number of the boot that the next <see cref="Begin"/> makes.</summary>
    int NextBoot { get; }

    /// <summary>The main rail is good, or (with <paramref name="warm"/>) the host resets under power.</summary>
    void Begin(TimeSpan at, MeOutcome me, bool warm);

    /// <summary>The host stops in this instant.</summary>
    void Stop(TimeSpan at);
}

/// <summary>Relay contact, rails and the ME's say in them.</summary>
/// <remarks>
/// Modelled: contact delay, standby before main rail, rise and discharge, a chipset that does not ask for its main
/// rail, the cut 30:00 after power-good with standby left on (the ROM's watchdog, Boot Guard, an invalid processor),
/// the embedded controller's own timer, S3, a supply that fails, the board's hold on the SPI bus. Not modelled: power
/// button, waking from S3, battery, more than one main rail (all S0 rails move together); a contact bounces only by a
/// fault.
/// </remarks>
internal sealed class BoardPower(
    BoardTimeline timeline, SimulatedSpiNor chip, ChipSupply supply, GenuineRecord genuine, BoardFaults faults)
{
    private const double ChipLowestMillivolts = 2700; // W25Q datasheet: lowest supply
    private static readonly TimeSpan CloseDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan OpenDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan StandbyTime = TimeSpan.FromMilliseconds(320);
    private static readonly TimeSpan RiseTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BlipTime = TimeSpan.FromMilliseconds(150);

    private BoardScope _movement = new();
    private BoardScope _life = new();
    private bool _supplied = true;

    /// <summary>Gets told when the host starts and stops.</summary>
    public required IBoardLoad Load { get; init; }

    /// <summary>Writes the state down.</summary>
    public required Action Changed { get; init; }

    /// <summary>The main (S0) rail.</summary>
    public PowerRail Rail { get; } = new(3300, RiseTime, TimeSpan.FromMilliseconds(600));

    /// <summary>Commanded.</summary>
    public bool Driven { get; private set; }

    /// <summary>What the contact does.</summary>
    public bool ContactClosed { get; private set; }

    /// <summary>How far the supply has come.</summary>
    public BoardPhase Phase { get; private set; }

    /// <summary>When the main rail was good last.</summary>
    public TimeSpan PowerGood { get; private set; }

    /// <summary>What the ME decided at the last start; null before it.</summary>
    public MeOutcome? Me { get; private set; }

    /// <summary>Drives the relay's coil.</summary>
    public void Drive(bool active, TimeSpan at)
    {
        if (active == Driven)
            return;
        Driven = active;
        _movement.End();
        _movement = new BoardScope();
        Move(active, at + faults.RelayLate + (active ? CloseDelay : OpenDelay));
        Changed();
    }

    /// <summary>Goes on where a former process left the board.</summary>
    public void Restore(BoardState state, TimeSpan at)
    {
        (Driven, ContactClosed, Phase, Me) = (state.Driven, state.ContactClosed, state.Phase, state.Me);
        if (Driven != ContactClosed)
            timeline.At(at, _movement, MoveContact);
        if (Phase == BoardPhase.Starting || (Phase == BoardPhase.Running && Me is null))
        {
            Phase = BoardPhase.Starting;
            timeline.At(at, _life, StartMain);
        }
        else if (Phase == BoardPhase.Running)
        {
            PowerGood = at - state.SincePowerGood;
            Rail.Rise(PowerGood - RiseTime);
            TakeBus(at);
            ArmTimers();
        }
    }

    /// <summary>All main rails drop; standby stays until the relay opens.</summary>
    public void Cut(TimeSpan at) => Leave(at, BoardPhase.StandbyOnly);

    /// <summary>S3: all main rails drop, the memory is refreshed from standby.</summary>
    public void Sleep(TimeSpan at) => Leave(at, BoardPhase.Asleep);

    /// <summary>All main rails drop, and the board starts by itself after <paramref name="pause"/>.</summary>
    public void CutAndStart(TimeSpan at, TimeSpan pause)
    {
        Cut(at);
        timeline.At(at + pause, _life, then =>
        {
            Phase = BoardPhase.Starting;
            StartMain(then);
        });
    }

    /// <summary>The supply in front of the relay goes, and comes back after <paramref name="pause"/> if there is one.
    /// </summary>
    public void LoseSupply(TimeSpan at, TimeSpan? pause)
    {
        _supplied = false;
        Unpower(at);
        Changed();
        if (pause is TimeSpan length)
            timeline.At(at + length, new BoardScope(), RegainSupply);
    }

    /// <summary>The host resets, with or without a moment of no power.</summary>
    public void Reset(TimeSpan at, bool railBlip)
    {
        if (Phase != BoardPhase.Running)
            return;
        if (!railBlip)
        {
            Load.Stop(at);
            Load.Begin(at, Me!, warm: true); // running boards have one
            return;
        }

        LoseMain(at);
        Phase = BoardPhase.Starting;
        timeline.At(at + BlipTime, _life, StartMain);
        Changed();
    }

    private void Leave(TimeSpan at, BoardPhase phase)
    {
        if (Phase != BoardPhase.Running)
            return;
        LoseMain(at);
        Phase = phase;
        Changed();
    }

    private void RegainSupply(TimeSpan at)
    {
        _supplied = true;
        if (ContactClosed)
            Power(at);
        Changed();
    }

    private void Power(TimeSpan at)
    {
        Phase = BoardPhase.Starting;
        timeline.At(at + StandbyTime, _life, StartMain);
    }

    private void Unpower(TimeSpan at)
    {
        if (Phase == BoardPhase.Running)
            LoseMain(at);
        EndLife();
        Phase = BoardPhase.Unpowered;
    }

    private void Move(bool close, TimeSpan at)
    {
        for (int i = 0; i < faults.RelayBounce?.Times; i++)
        {
            timeline.At(at, _movement, then => SetContact(close, then));
            timeline.At(at + faults.RelayBounce.Every, _movement, then => SetContact(!close, then));
            at += 2 * faults.RelayBounce.Every;
        }

        timeline.At(at, _movement, MoveContact);
    }

    private void MoveContact(TimeSpan at) => SetContact(Driven, at);

    private void SetContact(bool close, TimeSpan at)
    {
        if (close == ContactClosed || (close ? faults.RelayStuckOff : faults.RelayStuckOn))
            return;
        ContactClosed = close;
        if (!close)
            Unpower(at);
        else if (_supplied)
            Power(at);
        Changed();
    }

    private void StartMain(TimeSpan at)
    {
        Me = faults.Decide(new MeModel(genuine).Decide(chip.Cells.Span), genuine.Pch, Load.NextBoot);
        if (Me.State == MeState.NoBoot)
        {
            Phase = BoardPhase.StandbyOnly;
            Changed();
            return;
        }

        Rail.Rise(at);
        timeline.At(at + RiseTime, _life, BecomeGood);
    }

    private void BecomeGood(TimeSpan at)
    {
        (PowerGood, Phase) = (at, BoardPhase.Running);
        TakeBus(at);
        ArmTimers();
        Load.Begin(at, Me!, warm: false); // StartMain has decided
        Changed();
    }

    private void TakeBus(TimeSpan at)
    {
        supply.SetBoard(true, timeline.Timestamp(at));
        chip.BoardDrivesBus = true;
    }

    private void ArmTimers()
    {
        if (Me?.EndsAfterThirtyMinutes == true)
            timeline.At(PowerGood + MeModel.WatchdogPeriod, _life, Cut);
        if (faults.VendorTimer is TimeSpan period && Me?.State != MeState.Normal)
            timeline.At(PowerGood + period, _life, Cut);
    }

    private void LoseMain(TimeSpan at)
    {
        Load.Stop(at);
        EndLife();
        Rail.Fall(at);
        chip.BoardDrivesBus = false;
        timeline.At(Rail.FallsBelow(ChipLowestMillivolts), new BoardScope(), LoseChipSupply);
    }

    private void LoseChipSupply(TimeSpan at)
    {
        if (Phase != BoardPhase.Running)
            supply.SetBoard(false, timeline.Timestamp(at));
    }

    private void EndLife()
    {
        _life.End();
        _life = new BoardScope();
    }
}
