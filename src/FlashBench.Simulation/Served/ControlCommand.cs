using System.Globalization;

namespace FlashBench.Simulation.Served;

/// <summary>One line of the control channel, understood. docs/virtual-usb.md describes them.</summary>
internal abstract record ControlCommand
{
    /// <summary>Longest line.</summary>
    internal const int LineBytesMax = 256;

    /// <summary>Asks for the time of the model.</summary>
    internal sealed record Time : ControlCommand;

    /// <summary>Asks what went over the cable.</summary>
    internal sealed record Urbs : ControlCommand;

    /// <summary>Says how time shall pass.</summary>
    internal sealed record Pace(ClockPace Value) : ControlCommand;

    /// <summary>The client sleeps.</summary>
    internal sealed record Sleep(long Ns) : ControlCommand;

    /// <summary>The client waits for an answer that it does not have.</summary>
    internal sealed record Wait(long Sent, long Received, long? LimitNs, long SlackNs) : ControlCommand;

    /// <summary>Takes the cable off, now or when some more URBs have ended.</summary>
    internal sealed record Unplug(long? AfterUrbs) : ControlCommand;

    /// <summary>Puts the cable back.</summary>
    internal sealed record Plug : ControlCommand;

    /// <summary>An IN packet shall be lost: the next is 1.</summary>
    internal sealed record Lose(long Packet) : ControlCommand;

    /// <summary>An IN byte shall arrive wrong: the next is 1.</summary>
    internal sealed record Corrupt(long Byte, byte Mask) : ControlCommand;

    /// <summary>No faults any more.</summary>
    internal sealed record Calm : ControlCommand;

    /// <summary>The far end of the adapter's serial port does or says something.</summary>
    internal sealed record Uart(UartCommand Command) : ControlCommand;

    /// <summary>Reads a line.</summary>
    /// <returns>The command; null if it is none.</returns>
    internal static ControlCommand? Parse(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["time"] => new Time(),
        ["urbs"] => new Urbs(),
        ["pace", "real"] => new Pace(ClockPace.RealTime),
        ["pace", "free"] => new Pace(ClockPace.Free),
        ["pace", "still"] => new Pace(ClockPace.Still),
        ["pace", "held"] => new Pace(ClockPace.Held),
        ["sleep", var ns] when Number(ns) is { } sleep => new Sleep(sleep),
        ["wait", var sent, var received, var limit] => WaitOf(sent, received, limit, "0"),
        ["wait", var sent, var received, var limit, var slack] => WaitOf(sent, received, limit, slack),
        ["unplug"] => new Unplug(null),
        ["unplug", var after] when Number(after) is > 0 and { } urbs => new Unplug(urbs),
        ["plug"] => new Plug(),
        ["lose", var packet] when Number(packet) is > 0 and { } number => new Lose(number),
        ["corrupt", var at] when Number(at) is > 0 and { } number => new Corrupt(number, 0x01),
        ["corrupt", var at, var mask] when Number(at) is > 0 and { } number && Bits(mask) is { } bits =>
            new Corrupt(number, bits),
        ["calm"] => new Calm(),
        ["uart", .. var words] when UartCommand.Parse(words) is { } command => new Uart(command),
        _ => null,
    };

    private static Wait? WaitOf(string sent, string received, string limit, string slack) =>
        (Number(sent), Number(received), Number(limit), Number(slack)) switch
        {
            ({ } s, { } r, var l, { } k) when l is not null || limit == "-" => new Wait(s, r, l, k),
            _ => null,
        };

    // A hundred days in nanoseconds at most: sums of these stay far from the end of a long.
    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
        && value <= 100L * 86_400 * 1_000_000_000
            ? value
            : null;

    private static byte? Bits(string text) =>
        byte.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) && value != 0
            ? value
            : null;
}
