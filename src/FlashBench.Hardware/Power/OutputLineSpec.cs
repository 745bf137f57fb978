using System.Text.Json.Serialization;
using FlashBench.Hardware.Console;

namespace FlashBench.Hardware.Power;

/// <summary>How an output line is found and wired; the nested types are the kinds of parts that can drive one.
/// </summary>
/// <remarks>The JSON form is that of the relay holder's protocol (docs/power.md).</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Gpio), "gpio")]
[JsonDerivedType(typeof(Mcp23017), "mcp23017")]
[JsonDerivedType(typeof(Lcus), "lcus")]
[JsonDerivedType(typeof(Hook), "hook")]
[JsonDerivedType(typeof(Operator), "operator")]
public abstract record OutputLineSpec
{
    /// <summary>A line of a Linux GPIO chip (character device, uAPI v2).</summary>
    /// <param name="Chip">Label of the chip ("gpio-sim.0-node0"), or its device name ("gpiochip2").</param>
    /// <param name="Line">Offset in decimal, or the line's name; exactly one line must match.</param>
    /// <param name="ActiveLow">True if a low level is the active one.</param>
    /// <param name="Drive">How the pin is driven.</param>
    /// <param name="Bias">Pull resistor of the pin.</param>
    public sealed record Gpio(
        string Chip, string Line, bool ActiveLow = false, GpioDrive Drive = GpioDrive.PushPull,
        GpioBias Bias = GpioBias.AsIs) : OutputLineSpec;

    /// <summary>A pin of an MCP23017 I/O expander on an I2C bus.</summary>
    /// <param name="Bus">"i2c-1", or the name of the adapter as /sys/class/i2c-dev/*/name gives it.</param>
    /// <param name="Address">7-bit address, 0x20 to 0x27.</param>
    /// <param name="Pin">"A0" to "A7", "B0" to "B7".</param>
    /// <param name="ActiveLow">True if a low level is the active one.</param>
    public sealed record Mcp23017(string Bus, int Address, string Pin, bool ActiveLow = false) : OutputLineSpec;

    /// <summary>A channel of a USB-serial relay board that speaks the LCUS protocol (0xA0 frames).</summary>
    /// <param name="Tty">Its serial port.</param>
    /// <param name="Channel">1 to 8, as printed on the board.</param>
    /// <param name="Inverted">True if the active level is the relay at rest (wired to its NC contact).</param>
    public sealed record Lcus(TtySelector Tty, int Channel, bool Inverted = false) : OutputLineSpec;

    /// <summary>Any program that switches something; exit code 0 means done.</summary>
    /// <param name="On">Program and arguments that make the line active; no shell is involved.</param>
    /// <param name="Off">Program and arguments that make it inactive.</param>
    /// <param name="Limit">It is ended and counts as failed after this time.</param>
    public sealed record Hook(IReadOnlyList<string> On, IReadOnlyList<string> Off, TimeSpan Limit) : OutputLineSpec;

    /// <summary>A person at the bench, who is told what to do and confirms it.</summary>
    /// <param name="On">Instruction that makes the line active: "connect AC".</param>
    /// <param name="Off">Instruction that makes it inactive: "disconnect AC and battery".</param>
    /// <param name="Limit">Nobody confirmed within this time: failed.</param>
    public sealed record Operator(string On, string Off, TimeSpan Limit) : OutputLineSpec;
}

/// <summary>How a GPIO pin is driven.</summary>
public enum GpioDrive
{
    /// <summary>Both levels are driven.</summary>
    PushPull,

    /// <summary>Only low is driven.</summary>
    OpenDrain,

    /// <summary>Only high is driven.</summary>
    OpenSource,
}

/// <summary>Pull resistor of a GPIO pin.</summary>
public enum GpioBias
{
    /// <summary>As it was found.</summary>
    AsIs,

    /// <summary>None.</summary>
    Disabled,

    /// <summary>To the supply.</summary>
    PullUp,

    /// <summary>To ground.</summary>
    PullDown,
}
