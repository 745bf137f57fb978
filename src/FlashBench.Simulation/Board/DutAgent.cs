using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlashBench.Simulation.Board;

/// <summary>The agent that runs in the board's operating system and reads the ME's registers.</summary>
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

    /// <summary>Lines made since boot.</summary>
    public int SampleCount { get; set; }

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

    /// <summary>Takes bytes from the serial line.</summary>
    /// <returns>True if they ended a well-formed query: answer at once.</returns>
    public bool Receive(ReadOnlySpan<byte> bytes)
    {
        bool asked = false;
        foreach (byte value in bytes)
        {
            if (value != '\n')
            {
                if (_line.Length < LineBytesMax)
                    _line.Append((char)value);
                continue;
            }

            Match query = Query().Match(_line.ToString());
            _line.Clear();
            if (!query.Success)
                continue;
            Nonce = query.Groups[1].Value;
            asked = true;
        }

        return asked;
    }

    /// <summary>Seconds with two decimals, as /proc/uptime has them.</summary>
    public static string Seconds(TimeSpan uptime) => uptime.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\AFBQ ([0-9a-f]{8})\r?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Query();
}
