using System.Security.Cryptography;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Board;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.Me;
using FlashBench.Simulation.State;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation;

/// <summary>A bench without hardware: programmer, chip, board, relay, sensor, console behind the seams.</summary>
/// <remarks>
/// Modelled: what the parts say of themselves. Every identity says that it is simulated. Chip and board live in the
/// state file as they change. Not modelled: more than one board, operator, chip or programmer.
/// </remarks>
public sealed class VirtualBench : IAsyncDisposable
{
    private const string UsbPort = "9-1";

    private readonly BenchStateFile _state;
    private readonly SimulatedBoard _board;
    private byte[]? _cellsBeforeWrite; // digest; for the fault that waits for a write

    private VirtualBench(VirtualBenchOptions options, BenchStateFile state, BoardState board, TimeProvider time)
    {
        _state = state;
        SimulatedPart part = options.Part ?? SimulatedParts.For(options.Chip);
        Chip = new SimulatedSpiNor(part, state, SeededHash.Mix(options.Seed, 0x1D), time)
        {
            ExactTimes = options.ExactTimes,
        };
        Programmer = options.Programmer == VirtualProgrammer.Ft2232h
            ? new SimulatedFt2232hPort(Chip, time, UsbPort)
            : new SimulatedCh341aPort(Chip, time, UsbPort);
        var supply = new ChipSupply(Chip);
        Programmer.SupplyChanged = supply.SetProgrammer;
        supply.SetProgrammer(true, time.GetTimestamp());
        _board = new SimulatedBoard(
            timeline => (Parts(timeline, board.Genuine.Pch, options), supply), time, board,
            bytes => state.SaveBoard(bytes));
        PowerRelay = new SimulatedRelay(_board, Part("relay", options.Id));
        Sensor = new SimulatedPowerSensor(_board, Part("power sensor", options.Id));
        Console = new SimulatedConsolePort(_board, Part("console", options.Id), time);
    }

    /// <summary>The relay that feeds the board; active closes its contact.</summary>
    public IOutputLine PowerRelay { get; }

    /// <summary>The sensor on main rail and supply input.</summary>
    public IPowerSensor Sensor { get; }

    /// <summary>The board's serial console.</summary>
    public IConsolePort Console { get; }

    /// <summary>The flash chip under the programmer's clip.</summary>
    public SimulatedSpiNor Chip { get; }

    /// <summary>The programmer's USB port, with faults of its own.</summary>
    public SimulatedUsbPort Programmer { get; }

    /// <summary>What shall go wrong with board, console, relay and sensor.</summary>
    public BoardFaults Faults { get; } = new();

    /// <summary>Boots since the bench was opened, resets included; the number that faults name.</summary>
    public int Boots => _board.Boots;

    /// <summary>What really happened on the board since the bench was opened, whatever console and sensor said.
    /// </summary>
    public IReadOnlyList<BoardBoot> History => _board.History;

    /// <summary>True while any supply reaches the board: its relay's contact is closed, or its main rail is not yet
    /// discharged.</summary>
    public bool BoardHasPower => _board.HasPower;

    /// <summary>What the ME decided at the last power-on; null before the first.</summary>
    public MeOutcome? MeOutcome => _board.Power.Me;

    /// <summary>Makes a bench whose chip holds <paramref name="image"/>, replacing the state file.</summary>
    /// <param name="options">Parts.</param>
    /// <param name="image">The whole chip; may be anything. Genuine ME code is recognised by it from now on.</param>
    /// <param name="time">Clock of the bench.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image has not the size of the chip.</exception>
    /// <exception cref="BenchStateException">The state file is in use or cannot be written.</exception>
    public static VirtualBench Create(VirtualBenchOptions options, ReadOnlySpan<byte> image, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        BoardState board = Knowing(BoardState.New(GenuineRecord.Take(image)), options.Published);
        BenchStateFile state = BenchStateFile.Create(options.StatePath, options.Chip, image);
        state.SaveBoard(board.ToBytes());
        return new VirtualBench(options, state, board, time);
    }

    /// <summary>Opens a bench as the last process left it: cells, relay contacts, a board that runs.</summary>
    /// <param name="options">Parts; the same with which it was made.</param>
    /// <param name="time">Clock of the bench.</param>
    /// <exception cref="BenchStateException">The file is not there, in use, damaged or of another part.</exception>
    public static VirtualBench Open(VirtualBenchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        BenchStateFile state = BenchStateFile.Open(options.StatePath, options.Chip);
        if (state.LoadBoard() is { } bytes && BoardState.Parse(bytes) is { } board)
        {
            BoardState knowing = Knowing(board, options.Published);
            if (knowing != board)
                state.SaveBoard(knowing.ToBytes());
            return new VirtualBench(options, state, knowing, time);
        }

        state.Dispose();
        throw new BenchStateException(options.StatePath, "is damaged: it does not say what the board was doing");
    }

    /// <summary>Writes down elsewhere what a process that is killed now would leave of this bench.</summary>
    /// <param name="path">A file that is made or replaced.</param>
    /// <exception cref="BenchStateException">The disk failed.</exception>
    public void CopyTo(string path) => _state.CopyTo(path);

    /// <summary>Attaches to the programmer.</summary>
    /// <param name="cancel">Not needed: attaching takes no time.</param>
    /// <exception cref="ProgrammerException">It is not plugged in, or somebody has it.</exception>
    public Task<IUsbDevice> OpenProgrammerAsync(CancellationToken cancel)
    {
        FlipIfWritten();
        return Programmer.OpenAsync(cancel);
    }

    /// <summary>Stops the board's time and closes the state file; the relay stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        _board.Dispose();
        await Console.DisposeAsync();
        _state.Dispose();
    }

    private static BoardState Knowing(BoardState board, IReadOnlyList<ReadOnlyMemory<byte>> published)
    {
        GenuineRecord genuine = board.Genuine;
        foreach (ReadOnlyMemory<byte> image in published)
            genuine = genuine.With(image.Span);
        return ReferenceEquals(genuine, board.Genuine) ? board : board with { Genuine = genuine };
    }

    private BoardParts Parts(BoardTimeline timeline, PchFamily pch, VirtualBenchOptions options) =>
        new(timeline, Faults, Chip, pch, options.Seed, options.Agent, options.HiddenUnderHap);

    private static PartIdentity Part(string kind, string bench) =>
        new(kind, $"FlashBench virtual {kind} of bench {bench}", Simulated: true);

    private void FlipIfWritten()
    {
        if (Faults.FlipAfterWrite is not { } flip)
            return;
        byte[] cells = SHA256.HashData(Chip.Cells.Span);
        _cellsBeforeWrite ??= cells;
        if (cells.AsSpan().SequenceEqual(_cellsBeforeWrite))
            return;
        Chip.FlipBit(flip.Address, flip.Bit);
        Faults.FlipAfterWrite = null;
    }
}
