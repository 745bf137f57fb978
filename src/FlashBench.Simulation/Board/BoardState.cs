using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>How far the board's supply has come.</summary>
internal enum BoardPhase
{
    /// <summary>The relay's contact is open.</summary>
    Unpowered,

    /// <summary>Contact closed, main rails not asked for yet.</summary>
    Starting,

    /// <summary>Main rails up, the host runs.</summary>
    Running,

    /// <summary>Main rails off, standby up; only the relay brings the board back.</summary>
    StandbyOnly,

    /// <summary>S3: main rails off, memory refreshed; only the relay brings the board back.</summary>
    Asleep,
}

/// <summary>The part of a bench's state file that belongs to the board.</summary>
/// <param name="Genuine">What silicon and firmware maker know.</param>
/// <param name="Driven">The relay's coil.</param>
/// <param name="ContactClosed">The relay's contact.</param>
/// <param name="Phase">Supply.</param>
/// <param name="BootCount">Boots in the life of the board.</param>
internal sealed record BoardState(
    GenuineRecord Genuine, bool Driven, bool ContactClosed, BoardPhase Phase, long BootCount)
{
    /// <summary>Running only: time since the main rail was good.</summary>
    public TimeSpan SincePowerGood { get; init; }

    /// <summary>Running only: time since the boot began.</summary>
    public TimeSpan SinceBoot { get; init; }

    /// <summary>Running only: what the ME had decided.</summary>
    public MeOutcome? Me { get; init; }

    /// <summary>Running only: the agent's nonce.</summary>
    public string Nonce { get; init; } = "00000000";

    /// <summary>Running only: FB1 lines made.</summary>
    public int SampleCount { get; init; }

    /// <summary>Running only: FB2 lines made.</summary>
    public int FactCount { get; init; }

    /// <summary>A board that nobody has switched on yet.</summary>
    public static BoardState New(GenuineRecord genuine) => new(genuine, false, false, BoardPhase.Unpowered, 0);

    /// <summary>For the state file.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BoardStateJson.Default.BoardState);

    /// <summary>Reads what <see cref="ToBytes"/> made.</summary>
    /// <returns>Null if the bytes are not that.</returns>
    public static BoardState? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            BoardState? state = JsonSerializer.Deserialize(bytes, BoardStateJson.Default.BoardState);
            bool whole = state is { Genuine: { Partitions: not null, Further: not null } }
                and not { Me.Registers.Count: not 6 };
            return whole ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Serialises <see cref="BoardState"/> without reflection.</summary>
[JsonSerializable(typeof(BoardState))]
internal sealed partial class BoardStateJson : JsonSerializerContext;
