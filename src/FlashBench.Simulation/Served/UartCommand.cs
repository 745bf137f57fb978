using System.Globalization;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.Served;

/// <summary>One command of the control channel to the far end of a serial port. docs/virtual-usb.md.</summary>
internal abstract record UartCommand
{
    private const int BreakMsDefault = 250;
    private const int BreakMsMax = 60_000;
    private const int BaudMax = 12_000_000;
    private const int DumpBytesMax = 4096;

    /// <summary>Does it.</summary>
    /// <returns>What the answer says besides "ok"; null if the far end does not take it.</returns>
    internal abstract string? Apply(UartPeer peer);

    /// <summary>Reads the words after "uart".</summary>
    /// <returns>The command; null if it is none.</returns>
    internal static UartCommand? Parse(string[] words) => words switch
    {
        ["send", var hex] when Hex(hex) is { } bytes => new Send(bytes),
        ["break"] => new Break(BreakMsDefault),
        ["break", var ms] when Number(ms, BreakMsMax) is { } length => new Break(length),
        ["parity", var hex] when Hex(hex) is [var value] => new Damaged(value, UartErrors.Parity),
        ["framing", var hex] when Hex(hex) is [var value] => new Damaged(value, UartErrors.Framing),
        ["overrun", var count] when Number(count, UartPeer.QueuedMax) is { } bytes => new Overrun(bytes),
        ["baud", var baud] when Number(baud, BaudMax) is > 0 and { } value => new Speed(value),
        ["lines", var hex] when Hex(hex) is [var mask] && (mask & ~UartPeer.ModemLinesMask) == 0 => new Lines(mask),
        ["dump"] => new Dump(),
        _ => null,
    };

    private static byte[]? Hex(string text)
    {
        bool isHex = text.Length % 2 == 0 && text.Length > 0 && text.All(char.IsAsciiHexDigit);
        return isHex ? Convert.FromHexString(text) : null;
    }

    private static int? Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= most
            ? value
            : null;

    private sealed record Send(byte[] Bytes) : UartCommand
    {
        internal override string? Apply(UartPeer peer) => peer.Send(Bytes) ? "" : null;
    }

    private sealed record Break(int Ms) : UartCommand
    {
        internal override string? Apply(UartPeer peer) => peer.SendBreak(TimeSpan.FromMilliseconds(Ms)) ? "" : null;
    }

    private sealed record Damaged(byte Value, UartErrors Error) : UartCommand
    {
        internal override string? Apply(UartPeer peer) => peer.SendDamaged(Value, Error) ? "" : null;
    }

    private sealed record Overrun(int Bytes) : UartCommand
    {
        internal override string Apply(UartPeer peer)
        {
            peer.Overrun(Bytes);
            return "";
        }
    }

    private sealed record Speed(int Baud) : UartCommand
    {
        internal override string Apply(UartPeer peer)
        {
            peer.Baud = Baud;
            return "";
        }
    }

    private sealed record Lines(byte Mask) : UartCommand
    {
        internal override string Apply(UartPeer peer)
        {
            peer.ModemLines = Mask;
            return "";
        }
    }

    private sealed record Dump : UartCommand
    {
        internal override string Apply(UartPeer peer)
        {
            UartPeerLines lines = peer.Lines;
            string bytes = Convert.ToHexString(peer.TakeReceived(DumpBytesMax));
            return string.Create(
                CultureInfo.InvariantCulture,
                $" dtr={(lines.Dtr ? 1 : 0)} rts={(lines.Rts ? 1 : 0)} changes={lines.Changes} breaks={peer.Breaks} "
                + $"received={bytes}");
        }
    }
}
