using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlashBench.Simulation.Board;

/// <summary>What a question wants.</summary>
[Flags]
internal enum AgentAnswers
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>An FB1 line.</summary>
    Sample = 1,

    /// <summary>FB2 lines.</summary>
    Facts = 2,

    /// <summary>A restart.</summary>
    Restart = 4,
}

/// <summary>The agent that runs in the board's operating system, reads the ME's registers and lists its parts.
/// </summary>
/// <remarks>
/// Modelled: docs/console-protocol.md, written from that page alone. Not modelled: echo of what it is sent, other
/// programs on the same console.
/// </remarks>
internal sealed partial class DutAgent
{
    private const int LineBytesMax = 256;

    private readonly StringBuilder _line = new();

    /// <summary>The nonce that the next line carries.</summary>
    public string Nonce { get; set; } = "00000000";

    /// <summary>FB1 lines made since boot.</summary>
    public int SampleCount { get; set; }

    /// <summary>FB2 lines made since boot.</summary>
    public int FactCount { get; set; }

    /// <summary>The next FB1 line, without its line end.</summary>
    /// <param name="uptime">Since the kernel started.</param>
    /// <param name="registers">HFSTS1 to HFSTS6; null where the device cannot be seen.</param>
    public string NextSample(TimeSpan uptime, IReadOnlyList<uint>? registers)
    {
        SampleCount++;
        var line = new StringBuilder("FB1 ");
        line.Append(Nonce).Append(' ');
        line.Append(SampleCount.ToString(CultureInfo.InvariantCulture)).Append(' ').Append(Seconds(uptime));
        for (int i = 0; i < 6; i++)
            line.Append(' ').Append(registers?[i].ToString("x8", CultureInfo.InvariantCulture) ?? "--------");
        uint crc = Crc32.Of(Encoding.ASCII.GetBytes(line.ToString()));
        return line.Append(' ').Append(crc.ToString("x8", CultureInfo.InvariantCulture)).ToString();
    }

    /// <summary>The next FB2 line, without its line end.</summary>
    /// <param name="uptime">Since the kernel started.</param>
    /// <param name="facts">Keys and what they say; texts as they are.</param>
    public string NextFacts(TimeSpan uptime, IEnumerable<(string Key, string Text)> facts)
    {
        FactCount++;
        var line = new StringBuilder("FB2 ");
        line.Append(Nonce).Append(' ');
        line.Append(FactCount.ToString(CultureInfo.InvariantCulture)).Append(' ').Append(Seconds(uptime));
        foreach ((string key, string text) in facts)
            line.Append(' ').Append(key).Append('=').Append(Escape(text));
        uint crc = Crc32.Of(Encoding.ASCII.GetBytes(line.ToString()));
        return line.Append(' ').Append(crc.ToString("x8", CultureInfo.InvariantCulture)).ToString();
    }

    /// <summary>Takes bytes from the serial line.</summary>
    /// <returns>What well-formed questions in them want answered at once.</returns>
    public AgentAnswers Receive(ReadOnlySpan<byte> bytes)
    {
        var wanted = AgentAnswers.None;
        foreach (byte value in bytes)
        {
            if (value != '\n')
            {
                if (_line.Length < LineBytesMax)
                    _line.Append((char)value);
                continue;
            }

            string line = _line.ToString();
            _line.Clear();
            if (IsRestart(line))
                wanted |= AgentAnswers.Restart;
            Match query = Query().Match(line);
            if (!query.Success)
                continue;
            string nonce = query.Groups[2].Value;
            bool facts = query.Groups[1].Value == "F";
            wanted |= facts ? AgentAnswers.Facts
                : nonce == Nonce ? AgentAnswers.Sample : AgentAnswers.Sample | AgentAnswers.Facts;
            Nonce = nonce;
        }

        return wanted;
    }

    /// <summary>Seconds with two decimals, as /proc/uptime has them.</summary>
    public static string Seconds(TimeSpan uptime) => uptime.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);

    // Only for the nonce that it has been given already, and with a checksum.
    private bool IsRestart(string line)
    {
        Match order = Order().Match(line);
        return order.Success && order.Groups[2].Value == Nonce && Nonce != "00000000"
            && Crc32.Of(Encoding.ASCII.GetBytes(order.Groups[1].Value))
                .ToString("x8", CultureInfo.InvariantCulture) == order.Groups[3].Value;
    }

    private static string Escape(string text)
    {
        if (text.Length == 0)
            return "-";
        var escaped = new StringBuilder(text.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            if (value is <= 0x20 or >= 0x7F or (byte)'%' or (byte)'=')
                escaped.Append('%').Append(value.ToString("x2", CultureInfo.InvariantCulture));
            else
                escaped.Append((char)value);
        }

        return escaped.ToString();
    }

    [GeneratedRegex(@"\A(FBR ([0-9a-f]{8})) ([0-9a-f]{8})\r?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Order();

    [GeneratedRegex(@"\AFB([QF]) ([0-9a-f]{8})\r?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Query();
}
