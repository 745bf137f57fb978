using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashBench.Hardware.Power.Holder;

/// <summary>What a client asks of the relay holder; one JSON object a line.</summary>
/// <param name="Op">"open", "read" or "drive".</param>
/// <param name="Line">For "open": the line.</param>
/// <param name="Handle">For the others: what "open" returned, valid on the same connection.</param>
/// <param name="Active">For "drive": the level.</param>
internal sealed record HolderRequest(
    string Op, OutputLineSpec? Line = null, int? Handle = null, bool? Active = null);

/// <summary>What the relay holder answers; one JSON object a line, in the order of the requests.</summary>
/// <param name="Ok">True if it was done.</param>
/// <param name="Error">Why not, as a sentence.</param>
/// <param name="Gone">True if the part is gone: only opening the line again can help.</param>
/// <param name="Handle">For "open": names the line on this connection.</param>
/// <param name="Level">The level that the part says it drives; null if it cannot tell.</param>
/// <param name="Part">For "open": what drives the line.</param>
/// <param name="Simulated">For "open": true if that is no real part.</param>
/// <param name="Cause">Why not, where that tells who must act.</param>
internal sealed record HolderAnswer(
    bool Ok, string? Error = null, bool Gone = false, int? Handle = null, bool? Level = null, string? Part = null,
    bool Simulated = false, PartCause? Cause = null);

/// <summary>JSON shapes of the protocol; no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(HolderRequest))]
[JsonSerializable(typeof(HolderAnswer))]
internal sealed partial class HolderJson : JsonSerializerContext
{
    /// <summary>Longest request or answer, line end included.</summary>
    internal const int LineBytesMax = 16_384;

    /// <summary>Reads a request; null if it is none.</summary>
    internal static HolderRequest? ReadRequest(ReadOnlySpan<byte> line) => Read(line, Default.HolderRequest);

    /// <summary>Reads an answer; null if it is none.</summary>
    internal static HolderAnswer? ReadAnswer(ReadOnlySpan<byte> line) => Read(line, Default.HolderAnswer);

    /// <summary>A message with its line end.</summary>
    internal static byte[] Line(HolderRequest request) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(request, Default.HolderRequest), (byte)'\n'];

    /// <summary>A message with its line end.</summary>
    internal static byte[] Line(HolderAnswer answer) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(answer, Default.HolderAnswer), (byte)'\n'];

    private static T? Read<T>(ReadOnlySpan<byte> line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, shape);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null; // NotSupportedException: a line of no kind
        }
    }
}
