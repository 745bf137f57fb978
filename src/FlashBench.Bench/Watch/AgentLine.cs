using System.Globalization;
using System.Text;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>One intact line of the agent or of the heartbeat.</summary>
/// <param name="IsSample">True for an FB1 line, false for a heartbeat.</param>
/// <param name="Nonce">Nonce of an FB1 line; empty for a heartbeat.</param>
/// <param name="Number">Counter of this kind of line since the board's boot.</param>
/// <param name="Uptime">The board's uptime.</param>
/// <param name="Registers">HFSTS1 to HFSTS6 of an FB1 line; null where the register was not there.</param>
/// <remarks>Source: docs/console-protocol.md. A line that differs from it in any byte does not parse.</remarks>
internal sealed record AgentLine(bool IsSample, string Nonce, long Number, TimeSpan Uptime, MeRegisters Registers)
{
    private static readonly MeRegisters NoRegisters = new(null);

    private const int SampleFields = 11, HexDigits = 8, NumberDigitsMax = 10;

    /// <summary>True if a line claims to be an FB1 line.</summary>
    public static bool ClaimsSample(ReadOnlySpan<byte> line) => line.StartsWith("FB1"u8);

    /// <returns>The line, or null if it is anything else than an intact agent or heartbeat line.</returns>
    public static AgentLine? Parse(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("FB1 "u8))
            return ParseSample(line);
        return line.StartsWith("heartbeat "u8) ? ParseHeartbeat(line) : null;
    }

    private static AgentLine? ParseSample(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
            return null;
        int checkedLength = line.LastIndexOf((byte)' ');
        string[] fields = Encoding.ASCII.GetString(line).Split(' ');
        if (fields.Length != SampleFields || Hex(fields[10]) != Crc32.Of(line[..checkedLength]))
            return null;
        if (Hex(fields[1]) is null || Count(fields[2]) is not long number || Seconds(fields[3]) is not TimeSpan uptime)
            return null;
        var registers = new uint?[6];
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i] = Hex(fields[4 + i]);
            if (registers[i] is null && fields[4 + i] != "--------")
                return null;
        }

        return new AgentLine(true, fields[1], number, uptime, new MeRegisters(
            registers[0], registers[1], registers[2], registers[3], registers[4], registers[5]));
    }

    private static AgentLine? ParseHeartbeat(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
            return null;
        string[] fields = Encoding.ASCII.GetString(line).Split(' ');
        return fields.Length == 4 && fields[2] == "up" && Count(fields[1]) is long number
            && Seconds(fields[3]) is TimeSpan uptime
            ? new AgentLine(false, "", number, uptime, NoRegisters)
            : null;
    }

    private static uint? Hex(string text) =>
        text.Length == HexDigits && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f')
            ? uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : null;

    private static long? Count(string text) =>
        text.Length is > 0 and <= NumberDigitsMax && text.All(char.IsAsciiDigit) && text[0] != '0'
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : null;

    // Digits, a dot, two digits.
    private static TimeSpan? Seconds(string text) =>
        text.Length is >= 4 and <= NumberDigitsMax && text[^3] == '.' && text.Remove(text.Length - 3, 1)
            .All(char.IsAsciiDigit)
            ? TimeSpan.FromMilliseconds(10 * long.Parse(text.Remove(text.Length - 3, 1), CultureInfo.InvariantCulture))
            : null;
}
