using FlashBench.Hardware.Console;

namespace FlashBench.Hardware.Power;

/// <summary>How actual power is measured: the board's main rail and what flows into its supply input.</summary>
/// <param name="Rail">Main (S0) rail, in millivolts.</param>
/// <param name="Supply">Current into the supply input, standby included, in milliamps; null if nothing measures it:
/// then standby cannot be told from off.</param>
public sealed record PowerSensorSpec(QuantitySpec Rail, QuantitySpec? Supply);

/// <summary>One measured quantity; the nested types are the kinds of parts that can measure one. Millivolts for a rail,
/// milliamps for a supply.</summary>
public abstract record QuantitySpec
{
    /// <summary>Bus voltage (for a rail) or shunt current (for a supply) of an INA219 or INA226 on an I2C
    /// bus.</summary>
    /// <param name="Part">Which of the two.</param>
    /// <param name="Bus">"i2c-1", or the name of the adapter as /sys/class/i2c-dev/*/name gives it.</param>
    /// <param name="Address">7-bit address, 0x40 to 0x4F.</param>
    /// <param name="ShuntMicroohms">Shunt resistance; the usual module carries 100,000 (0.1 ohm).</param>
    public sealed record Ina(InaPart Part, string Bus, int Address, int ShuntMicroohms = 100_000) : QuantitySpec;

    /// <summary>A GPIO input that says yes or no.</summary>
    /// <param name="Chip">Label or device name of the chip.</param>
    /// <param name="Line">Offset in decimal, or the line's name.</param>
    /// <param name="ActiveLow">True if a low level means yes.</param>
    /// <param name="Reads">What yes counts as, in millivolts or milliamps; no counts as 0.</param>
    public sealed record Gpio(string Chip, string Line, bool ActiveLow, int Reads) : QuantitySpec;

    /// <summary>A meter that prints readings on a serial port.</summary>
    /// <param name="Tty">Its serial port.</param>
    /// <param name="Baud">Bits per second, 8N1.</param>
    /// <param name="Pattern">Regular expression of one line, with a group "value": a decimal number.</param>
    /// <param name="Scale">Millivolts or milliamps per unit that it prints.</param>
    /// <param name="FreshFor">A reading older than this is no reading.</param>
    public sealed record Meter(TtySelector Tty, int Baud, string Pattern, double Scale, TimeSpan FreshFor)
        : QuantitySpec;

    /// <summary>A program that prints one decimal number, in millivolts or milliamps, and exits with 0.</summary>
    /// <param name="Command">Program and arguments; no shell is involved.</param>
    /// <param name="Limit">It is ended and counts as failed after this time.</param>
    public sealed record Hook(IReadOnlyList<string> Command, TimeSpan Limit) : QuantitySpec;

    /// <summary>For a rail that nothing measures: concluded from the current into the supply input.</summary>
    /// <param name="OnAboveMilliamps">The rail counts as up from this current on.</param>
    /// <param name="Reads">What up counts as, in millivolts.</param>
    public sealed record FromSupply(int OnAboveMilliamps, int Reads) : QuantitySpec;
}

/// <summary>Current and voltage monitors of one register family.</summary>
public enum InaPart
{
    /// <summary>12-bit, 4 mV and 10 uV per bit.</summary>
    Ina219,

    /// <summary>16-bit, 1.25 mV and 2.5 uV per bit.</summary>
    Ina226,
}
