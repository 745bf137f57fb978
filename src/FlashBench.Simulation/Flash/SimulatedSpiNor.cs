// A SPI NOR part (SimulatedParts.cs) on its pins. Source: the part's datasheet; spi-flash.md section 1.6.
//
// Modelled: chip-select frames; instructions 9F, 05/35/15, 06/04/50, 01/31/11, 03, 0B, 02, 20, 52, D8, C7/60, AB, B9,
//   66/99, 4B, 5A, 42/44/48, B7/E9, C5/C8, 13, 0C, 12, 21, 5C, DC, of which a part has those of its datasheet. An
//   instruction that changes something starts at the rising edge of chip select, and only if the frame ended on a byte
//   boundary and has exactly its length (02h: at least one data byte; 01h: one or two). WEL is needed, and cleared when
//   the operation ends. Busy times are typical +-20 %, never above the maximum; or exactly typical, if asked for.
//   While busy only 05h/35h/15h answer, one fresh status a byte; a frame that began while the chip was busy stays
//   ignored to its end. Programming clears bits only and wraps inside the page. Protected ranges (BP, TB, SEC, CMP,
//   WPS) are refused silently and WEL stays set, as on the part. Status registers have volatile and non-volatile
//   copies; SRL locks until the power cycle or for ever, LB bits and Macronix' TB go to 1 only, SRP0 or SRWD with a low
//   WP# refuse register writes unless QE is set. Power-down and release times, reset time, supply loss in mid-operation
//   (a partly changed range), a second master on the bus, an operation that outlives the host.
// Assumed: a locked or absent security register leaves WEL set, as a protected page does.
// Not modelled: dual, quad, QPI and DDR modes, suspend, individual block locks (WPS = 1 locks everything), 90h/92h/94h,
//   Macronix' secured OTP and security register (B1/C1/2B/2F), the HOLD# pin, write inhibit after power-on (tPUW:
//   enumeration takes longer), shorter times for short programs, a reset that interrupts an operation (ignored while
//   busy), wear, analogue read margins.
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

/// <summary>A simulated SPI NOR chip: frames on the programmer's side, cells and supply on the board's.</summary>
/// <remarks>
/// Starts without supply, so silent: call <see cref="SetSupply"/>. Times are timestamps of the
/// <see cref="TimeProvider"/>; a programmer model may run a little ahead of it. Safe for concurrent use.
/// </remarks>
public sealed partial class SimulatedSpiNor
{
    private readonly Lock _gate = new();
    private readonly SimulatedPart _part;
    private readonly SpiNorInstructionSet _instructions;
    private readonly BenchStateFile _state;
    private readonly TimeProvider _time;
    private readonly ulong _uniqueId;
    private readonly StatusRegisters _registers;
    private readonly SecurityRegisters _security;
    private readonly FlashCells _cells;
    private readonly Random _random;  // times and what a power loss leaves
    private readonly Random _noise;   // what two masters on one bus read, and what bad contacts do
    private readonly byte[] _sfdp;

    private SpiNorOperation? _operation;
    private long _busyFrom;
    private long _busyUntil;
    private long _deafUntil;
    private bool _powered;
    private bool _poweredDown;
    private bool _resetEnabled;
    private bool _boardDrivesBus;
    private bool _stuckBusy;

    /// <summary>Takes over the chip that <paramref name="state"/> holds; ends what it was busy with.</summary>
    /// <param name="chip">Row of the driver's table; the model takes the part of that id and size.</param>
    /// <param name="state">Cells, registers and the operation in progress; stays owned by the caller.</param>
    /// <param name="uniqueId">Answer to 4Bh, most significant byte first; also the seed of times and damage.</param>
    /// <param name="time">Clock of the bench.</param>
    public SimulatedSpiNor(SpiNorChip chip, BenchStateFile state, ulong uniqueId, TimeProvider time)
        : this(SimulatedParts.For(chip), state, uniqueId, time)
    {
    }

    /// <summary>Takes over the chip that <paramref name="state"/> holds; ends what it was busy with.</summary>
    /// <param name="part">What the chip is.</param>
    /// <param name="state">Cells, registers and the operation in progress; stays owned by the caller.</param>
    /// <param name="uniqueId">Answer to 4Bh, most significant byte first; also the seed of times and damage.</param>
    /// <param name="time">Clock of the bench.</param>
    public SimulatedSpiNor(SimulatedPart part, BenchStateFile state, ulong uniqueId, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfNotEqual((uint)state.Cells.Length, part.SizeBytes, nameof(state));
        (_part, _state, _uniqueId, _time) = (part, state, uniqueId, time);
        int seed = (int)((uniqueId ^ uniqueId >> 31) & int.MaxValue);
        (_random, _noise) = (new Random(seed), new Random(~seed & int.MaxValue));
        _instructions = new SpiNorInstructionSet(part);
        _registers = new StatusRegisters(state, part);
        _security = new SecurityRegisters(state);
        _cells = new FlashCells(state, _random);
        _sfdp = SfdpTable.Build(part);
        _page = new byte[part.PageBytes];
        if (state.Operation is { } pending)
            Complete(pending);
    }

    /// <summary>The truth: what the cells hold now; a live view.</summary>
    public ReadOnlyMemory<byte> Cells
    {
        get
        {
            lock (_gate)
                Settle(_time.GetTimestamp());
            return _state.Cells;
        }
    }

    /// <summary>True while the board's own masters are alive: two masters fight on the bus.</summary>
    /// <remarks>
    /// The programmer then reads seeded noise and none of its instructions is executed; a frame that is open when the
    /// board's rail comes up is lost too.
    /// </remarks>
    public bool BoardDrivesBus
    {
        get { lock (_gate) return _boardDrivesBus; }
        set
        {
            lock (_gate)
            {
                if (value && !_boardDrivesBus && _selected)
                    Contend();
                _boardDrivesBus = value;
            }
        }
    }

    /// <summary>Programmer frames that met the board's masters on the bus since the start.</summary>
    public int ContentionCount { get; private set; }

    /// <summary>Instructions that erase, program or write a register and were obeyed since the start.</summary>
    public long Changes { get; private set; }

    /// <summary>Told each of them before it starts, with the cells as they were; on the programmer's thread.</summary>
    public Action<SpiNorOperation>? Changing { get; set; }

    /// <summary>What the chip is.</summary>
    public SimulatedPart Part => _part;

    /// <summary>True for busy times that are exactly typical, without spread: figures that can be compared.</summary>
    public bool ExactTimes { get; set; }

    /// <summary>True while the WP# pin is held low; it is high by itself.</summary>
    public bool WriteProtectLow { get; set; }

    /// <summary>Faults of the chip and of the clip on it.</summary>
    public SpiNorFaults Faults { get; } = new();

    /// <summary>Fault: from now on the chip says that it is busy, and ends nothing.</summary>
    public bool StuckBusy
    {
        get { lock (_gate) return _stuckBusy; }
        set { lock (_gate) _stuckBusy = value; }
    }

    /// <summary>Fault: one bit of one read arrives wrong; null again when it has happened.</summary>
    /// <remarks>A <see cref="ReadFlip.Skip"/> deep in the chip makes two backup passes differ once.</remarks>
    public ReadFlip? ReadFlipOnce
    {
        get { lock (_gate) return _readFlip; }
        set { lock (_gate) _readFlip = value; }
    }

    /// <summary>The board's own masters change the cells (ME file system, NVRAM): no latch, no busy time.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="data">New content, any bits; must end inside the chip.</param>
    public void WriteAsBoard(uint address, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            Settle(_time.GetTimestamp());
            _state.Write(address, data);
        }
    }

    /// <summary>Fault: a cell changes its mind.</summary>
    /// <param name="address">Byte address on the chip.</param>
    /// <param name="bit">Bit of the byte, 0 to 7.</param>
    public void FlipBit(uint address, int bit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bit, 7u, nameof(bit));
        lock (_gate)
        {
            Settle(_time.GetTimestamp());
            _state.Write(address, [(byte)(_state.Cells.Span[checked((int)address)] ^ (1 << bit))]);
        }
    }

    /// <summary>Says who feeds the chip from <paramref name="at"/> on; nobody means that it is off.</summary>
    /// <param name="programmer">The programmer feeds it through the clip.</param>
    /// <param name="board">The board's own rail is up.</param>
    /// <param name="at">When, as a timestamp.</param>
    /// <remarks>
    /// Off: volatile state is lost, and an operation in progress leaves its range partly changed. On: the non-volatile
    /// registers are loaded. Changing from one supply to the other without a gap is no power cycle.
    /// </remarks>
    public void SetSupply(bool programmer, bool board, long at)
    {
        lock (_gate)
        {
            bool powered = programmer || board;
            if (_powered && !powered)
                LosePower(at);
            else if (!_powered && powered)
                Restart(at + Ticks(PowerUp), powerCycled: true);
            _powered = powered;
        }
    }

    private void LosePower(long at)
    {
        Settle(at);
        _selected = false;
        if (_operation is not { } cut)
            return;
        double done = Math.Clamp((double)(at - _busyFrom) / (_busyUntil - _busyFrom), 0, 1);
        if (cut.Kind is SpiNorOperationKind.Erase or SpiNorOperationKind.Program)
            _cells.ApplyPartly(cut, done);
        else if (done >= 0.5)
            Apply(cut); // registers: half-way the new value holds, before it the old one
        _state.ClearOperation();
        _operation = null;
    }

    private void Restart(long readyAt, bool powerCycled)
    {
        _registers.Reload(powerCycled);
        (_poweredDown, _resetEnabled, _deafUntil) = (false, false, readyAt);
    }

    private bool IsBusy(long at) => _stuckBusy || (_operation is not null && at < _busyUntil);

    // Ends the operation if its time is over. Called before anything looks at the chip.
    private void Settle(long at)
    {
        if (_operation is { } done && !IsBusy(at))
            Complete(done);
    }

    private void Start(SpiNorOperation operation, long at, PartTime time)
    {
        TimeSpan length = ExactTimes ? time.Typical : time.Typical * (0.8 + 0.4 * _random.NextDouble());
        length = length < time.Max ? length : time.Max;
        if (operation.Kind == SpiNorOperationKind.Program && Faults.SlowPage is { } slow
            && (slow.Address is not { } cell || cell / _page.Length == operation.Address / _page.Length))
        {
            length = slow.Time;
        }

        Changing?.Invoke(operation);
        Changes++;
        _stuckBusy |= Changes == Faults.BusyFromChange;
        _state.SaveOperation(operation);
        _operation = operation;
        (_busyFrom, _busyUntil) = (at, at + Math.Max(1, Ticks(length)));
    }

    private void Complete(SpiNorOperation operation)
    {
        Apply(operation);
        _state.ClearOperation();
        _registers.WriteEnabled = false;
        _operation = null;
    }

    private void Apply(SpiNorOperation operation)
    {
        switch (operation.Kind)
        {
            case SpiNorOperationKind.WriteStatus: _registers.SetNonVolatile(operation.Data.Span); break;
            case SpiNorOperationKind.Erase or SpiNorOperationKind.Program: _cells.Apply(operation, Faults); break;
            default: _security.Apply(operation); break;
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
