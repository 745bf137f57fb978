using System.Text;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>Kinds of line that the agent and the heartbeat send.</summary>
internal enum AgentLineKind
{
    /// <summary>"heartbeat": without nonce and checksum.</summary>
    Heartbeat,

    /// <summary>"FB1": the ME's registers.</summary>
    Sample,

    /// <summary>"FB2": what the board is made of.</summary>
    Facts,
}

/// <summary>One intact line of the agent or of the heartbeat.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Nonce">Nonce of an FB1 or FB2 line; empty for a heartbeat.</param>
/// <param name="Number">Counter of this kind of line since the board's boot.</param>
/// <param name="Uptime">The board's uptime.</param>
/// <remarks>Source: docs/console-protocol.md. A line that differs from it in any byte does not parse.</remarks>
internal sealed record AgentLine(AgentLineKind Kind, string Nonce, long Number, TimeSpan Uptime)
{
    private const int SampleFields = 11, FactFieldsMin = 6, HeadFields = 4, FactsLengthMax = 512;

    private static readonly MeRegisters NoRegisters = new(null);

    /// <summary>True for an FB1 line.</summary>
    public bool IsSample => Kind == AgentLineKind.Sample;

    /// <summary>True if a nonce and a checksum came with the line.</summary>
    public bool IsChecked => Kind != AgentLineKind.Heartbeat;

    /// <summary>HFSTS1 to HFSTS6 of an FB1 line; null where the register was not there.</summary>
    public MeRegisters Registers { get; private init; } = NoRegisters;

    /// <summary>Facts of an FB2 line, each key once.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; private init; } = BoardFactText.None;

    /// <summary>True if a line claims to be an FB1 line.</summary>
    public static bool ClaimsSample(ReadOnlySpan<byte> line) => line.StartsWith("FB1"u8);

    /// <summary>True if a line claims to be an FB2 line.</summary>
    public static bool ClaimsFacts(ReadOnlySpan<byte> line) => line.StartsWith("FB2"u8);

    /// <returns>The line, or null if it is anything else than an intact agent or heartbeat line.</returns>
    public static AgentLine? Parse(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] is not ((byte)'F' or (byte)'h') || AgentText.HasForeignBytes(line))
            return null;
        if (line.StartsWith("FB1 "u8))
            return ParseSample(line);
        if (line.StartsWith("FB2 "u8))
            return ParseFacts(line);
        return line.StartsWith("heartbeat "u8) ? ParseHeartbeat(line) : null;
    }

    private static AgentLine? ParseSample(ReadOnlySpan<byte> line)
    {
        string[] fields = Encoding.ASCII.GetString(line).Split(' ');
        if (fields.Length != SampleFields || Checked(AgentLineKind.Sample, line, fields) is not { } head)
            return null;
        var registers = new uint?[6];
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i] = AgentText.Hex(fields[HeadFields + i]);
            if (registers[i] is null && fields[HeadFields + i] != "--------")
                return null;
        }

        return head with
        {
            Registers = new MeRegisters(
                registers[0], registers[1], registers[2], registers[3], registers[4], registers[5]),
        };
    }

    private static AgentLine? ParseFacts(ReadOnlySpan<byte> line)
    {
        if (line.Length > FactsLengthMax)
            return null;
        string[] fields = Encoding.ASCII.GetString(line).Split(' ');
        if (fields.Length < FactFieldsMin || Checked(AgentLineKind.Facts, line, fields) is not { } head)
            return null;
        return BoardFactText.Read(fields.AsSpan(HeadFields..^1)) is { } facts ? head with { Facts = facts } : null;
    }

    // Nonce, counter, uptime and the checksum over everything before it.
    private static AgentLine? Checked(AgentLineKind kind, ReadOnlySpan<byte> line, string[] fields)
    {
        if (AgentText.Hex(fields[^1]) != Crc32.Of(line[..line.LastIndexOf((byte)' ')]))
            return null;
        return AgentText.Hex(fields[1]) is not null && AgentText.Count(fields[2]) is long number
            && AgentText.Seconds(fields[3]) is TimeSpan uptime
            ? new AgentLine(kind, fields[1], number, uptime)
            : null;
    }

    private static AgentLine? ParseHeartbeat(ReadOnlySpan<byte> line)
    {
        string[] fields = Encoding.ASCII.GetString(line).Split(' ');
        return fields.Length == 4 && fields[2] == "up" && AgentText.Count(fields[1]) is long number
            && AgentText.Seconds(fields[3]) is TimeSpan uptime
            ? new AgentLine(AgentLineKind.Heartbeat, "", number, uptime)
            : null;
    }
}
