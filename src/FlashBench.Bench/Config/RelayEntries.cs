using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Config;

/// <summary>The relays of a bench; null for what is not wired.</summary>
/// <param name="Power">Switches the board's supply.</param>
/// <param name="Button">Is in parallel with the power button.</param>
/// <param name="Reset">Is in parallel with the reset button.</param>
/// <param name="Spi">Connects programmer and chip; active while the programmer drives the bus.</param>
public sealed record RelaysEntry(PowerRelayEntry Power, ButtonEntry? Button, ResetEntry? Reset, OutputLineSpec? Spi)
{
    /// <summary>True if a person has to be asked.</summary>
    public bool HasOperator => Power.Line is OutputLineSpec.Operator || Spi is OutputLineSpec.Operator;
}

/// <summary>The supply relay.</summary>
/// <param name="Line">What drives it; the active level supplies the board.</param>
/// <param name="MinOff">Shortest time without supply, beside the profile's discharge time.</param>
/// <param name="Group">Id of the supply group that it belongs to; null for none.</param>
public sealed record PowerRelayEntry(OutputLineSpec Line, TimeSpan MinOff, string? Group);

/// <summary>The relay on the power button.</summary>
/// <param name="Line">What drives it; the active level presses.</param>
/// <param name="Press">Length of a press that starts the board.</param>
/// <param name="ForceOff">Length of a press that switches it off whatever its system does.</param>
/// <param name="StartsBoard">True if the board stays in standby until its button is pressed.</param>
public sealed record ButtonEntry(OutputLineSpec Line, TimeSpan Press, TimeSpan ForceOff, bool StartsBoard);

/// <summary>The relay on the reset button.</summary>
/// <param name="Line">What drives it; the active level presses.</param>
/// <param name="Press">Length of a press.</param>
public sealed record ResetEntry(OutputLineSpec Line, TimeSpan Press);

/// <summary>The power sensor of a bench.</summary>
/// <param name="Spec">How it measures.</param>
/// <param name="CalibratedUntil">Last day on which its calibration holds; null if it was never calibrated.</param>
public sealed record PowerSensorEntry(PowerSensorSpec Spec, DateOnly? CalibratedUntil)
{
    /// <summary>True if no quantity is a number that moves: such a sensor cannot be told from one that is stuck, which
    /// is enough to switch by and not for a watch.</summary>
    public bool IsYesOrNo => Spec is
    {
        Supply: QuantitySpec.Gpio, Rail: QuantitySpec.Gpio or QuantitySpec.FromSupply,
    };
}

/// <summary>Benches on one supply, which must not start in the same moment.</summary>
/// <param name="Id">Name that supply relays refer to.</param>
/// <param name="Stagger">Shortest time between two starts.</param>
/// <param name="MaxOnAtOnce">How many of its boards may be on at once; null for all of them.</param>
public sealed record PowerGroupEntry(string Id, TimeSpan Stagger, int? MaxOnAtOnce = null);
