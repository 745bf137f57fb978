using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Board;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.State;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.Qemu;

/// <summary>A bench whose board is a QEMU process that boots from the simulated chip under the programmer.</summary>
/// <remarks>
/// The chip's cells lie in the state file, and QEMU reads them there, at power-on and never again. The board goes on
/// running when this object, or the process that holds it, ends; the next one takes it over (rule I5). Every identity
/// says that it is simulated. Not modelled: an ME, a real rail, more than one chip or board.
/// </remarks>
public sealed class QemuBench : IAsyncDisposable
{
    private const string UsbPort = "9-1";

    private readonly BenchStateFile _state;
    private readonly QemuBoard _board;

    private QemuBench(QemuBenchOptions options, BenchStateFile state, TimeProvider time)
    {
        _state = state;
        FlashTime = options.FlashPace == 1 ? time : new ScaledTime(time, options.FlashPace);
        Chip = new SimulatedSpiNor(
            SimulatedParts.For(options.Chip), state, SeededHash.Mix(options.Seed, 0x1D), FlashTime);
        Programmer = options.Programmer == VirtualProgrammer.Ft2232h
            ? new SimulatedFt2232hPort(Chip, FlashTime, UsbPort)
            : new SimulatedCh341aPort(Chip, FlashTime, UsbPort);
        var supply = new ChipSupply(Chip);
        Programmer.SupplyChanged = supply.SetProgrammer;
        supply.SetProgrammer(true, FlashTime.GetTimestamp());
        _board = new QemuBoard(options, Part("console", options.Id), time)
        {
            PowerChanged = on =>
            {
                supply.SetBoard(on, FlashTime.GetTimestamp());
                Chip.BoardDrivesBus = on;
            },
        };
        PowerRelay = new QemuPowerLine(_board, Part("relay", options.Id));
        ResetLine = new QemuResetLine(_board, Part("reset button", options.Id));
        Sensor = new QemuPowerSensor(_board, Part("power sensor", options.Id));
    }

    /// <summary>The relay that feeds the board; active starts a new process, inactive ends it.</summary>
    public IOutputLine PowerRelay { get; }

    /// <summary>The reset button; the change to active resets the board, which does not read the chip again.</summary>
    public IOutputLine ResetLine { get; }

    /// <summary>The sensor on main rail and supply input; it has no rail to measure, see the documentation.</summary>
    public IPowerSensor Sensor { get; }

    /// <summary>The board's serial console; open as long as the bench is, over power cycles.</summary>
    public IConsolePort Console => _board.Console;

    /// <summary>The flash chip under the programmer's clip.</summary>
    public SimulatedSpiNor Chip { get; }

    /// <summary>The programmer's USB port.</summary>
    public SimulatedUsbPort Programmer { get; }

    /// <summary>The clock of chip and programmer; it runs faster than the board's if the bench was made so.</summary>
    public TimeProvider FlashTime { get; }

    /// <summary>Makes a bench with a new chip, replacing the state file; the board is off.</summary>
    /// <param name="options">Parts.</param>
    /// <param name="image">The whole chip; may be anything.</param>
    /// <param name="time">Clock of the bench: a real one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image has not the size of the chip, or the chip is too large.
    /// </exception>
    /// <exception cref="BenchStateException">The state file is in use or cannot be written.</exception>
    /// <exception cref="PowerException">A process of the bench before cannot be ended.</exception>
    public static async Task<QemuBench> CreateAsync(
        QemuBenchOptions options, ReadOnlyMemory<byte> image, TimeProvider time)
    {
        Check(options, time);
        BenchStateFile state = BenchStateFile.Create(options.StatePath, options.Chip, image.Span);
        try
        {
            if (QemuProcess.Find(options.RunFolder) is { } left)
                await left.EndAsync(time); // it ran on the chip that is no more
            return new QemuBench(options, state, time);
        }
        catch (PowerException)
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Opens a bench as the last process left it: cells, and a board that runs.</summary>
    /// <param name="options">Parts; the same with which it was made.</param>
    /// <param name="time">Clock of the bench: a real one.</param>
    /// <exception cref="BenchStateException">The file is not there, in use, damaged or of another part.</exception>
    /// <exception cref="PowerException">The board runs and does not answer.</exception>
    public static async Task<QemuBench> OpenAsync(QemuBenchOptions options, TimeProvider time)
    {
        Check(options, time);
        var bench = new QemuBench(options, BenchStateFile.Open(options.StatePath, options.Chip), time);
        try
        {
            await bench._board.AdoptAsync();
            return bench;
        }
        catch (PowerException)
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Attaches to the programmer. While the board runs, it and the programmer fight on the bus.</summary>
    /// <param name="cancel">Ends the wait for a command that the board is at.</param>
    /// <exception cref="ProgrammerException">It is not plugged in, or somebody has it.</exception>
    public async Task<IUsbDevice> OpenProgrammerAsync(CancellationToken cancel)
    {
        await _board.IsPoweredAsync(); // so that the chip knows of a board that has gone by itself
        return await Programmer.OpenAsync(cancel);
    }

    /// <summary>Closes console and state file; the board stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _board.DisposeAsync();
        _state.Dispose();
    }

    private static void Check(QemuBenchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Chip.SizeBytes, QemuBenchOptions.ChipBytesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FlashPace, 1);
        if (options.System == QemuSystem.Linux && options.Files.System is null)
            throw new PowerException("the QEMU board has no disk with Linux: run scripts/qemu-board");
    }

    private static PartIdentity Part(string kind, string bench) =>
        new(kind, $"QEMU board of bench {bench}, no ME silicon, no real rail, {kind}", Simulated: true);
}
