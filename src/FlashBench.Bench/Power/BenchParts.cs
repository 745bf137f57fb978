using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Power;

/// <summary>The parts of one bench, as a job uses them.</summary>
/// <param name="OpenProgrammer">Opens the programmer; a job opens it several times, so that a verification never reads
/// what a stale handle remembers.</param>
/// <param name="Relay">Switches the board's supply.</param>
/// <param name="Sensor">Says what the supply really does; null if nothing measures. Then only a person may switch the
/// supply, and nothing beyond level L1 can be shown.</param>
/// <param name="Console">The board's serial console.</param>
public sealed record BenchParts(
    Func<CancellationToken, Task<ISpiBus>> OpenProgrammer, RelayPower Relay, IPowerSensor? Sensor, IConsolePort Console)
{
    /// <summary>Buttons, SPI relay and supply group.</summary>
    public BoardControls Controls { get; init; } = new();

    /// <summary>What is known of the sensor's calibration; null where there is nothing to calibrate.</summary>
    public SensorCalibration? Calibration { get; init; }

    /// <summary>Everything that drives or measures the board, the programmer aside.</summary>
    public IEnumerable<PartIdentity> Identities =>
        new[]
        {
            Relay.Identity, Sensor?.Identity, Console.Identity, Controls.Button?.Line.Identity,
            Controls.Reset?.Line.Identity, Controls.Spi?.Identity,
        }.OfType<PartIdentity>();
}

/// <summary>What can be pressed and switched beside the supply; null for what is not wired.</summary>
public sealed record BoardControls
{
    /// <summary>The power button.</summary>
    public PushButton? Button { get; init; }

    /// <summary>Length of a press that switches the board off whatever its system does.</summary>
    public TimeSpan ForceOff { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>True if the board stays in standby until its button is pressed.</summary>
    public bool ButtonStartsBoard { get; init; }

    /// <summary>The reset button.</summary>
    public PushButton? Reset { get; init; }

    /// <summary>Connects programmer and chip; active while the programmer may drive the bus.</summary>
    public IOutputLine? Spi { get; init; }

    /// <summary>Shortest time without supply, beside the profile's discharge time.</summary>
    public TimeSpan MinOff { get; init; }

    /// <summary>The supply that the board shares with others; null for one of its own.</summary>
    public SupplyGroup? Group { get; init; }
}

/// <summary>What is known of the calibration of a power sensor.</summary>
/// <param name="Until">Last day on which it holds; null if it was never calibrated.</param>
public sealed record SensorCalibration(DateOnly? Until)
{
    /// <summary>What a reader of the record must know on this day; null if the calibration holds.</summary>
    public string? RemarkOn(DateOnly today) => Until switch
    {
        null => "the power sensor has no calibration date",
        { } until when until < today => $"the calibration of the power sensor ended on {until:yyyy-MM-dd}",
        _ => null,
    };
}
