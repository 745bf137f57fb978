using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace FlashBench.Bench.Journal;

/// <summary>One line of journal.jsonl: its bytes, and back. Writing and reading share this file and nothing
/// else.</summary>
internal static class JournalLine
{
    /// <summary>`prev` of the first record.</summary>
    public const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";

    private const string UtcFormat = "yyyy-MM-ddTHH:mm:ss.ffffffZ";

    public static byte[] Write(long seq, string prev, JournalTime at, JournalData data)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("seq", seq);
            writer.WriteString("prev", prev);
            writer.WriteNumber("mono", at.MonoUs);
            writer.WriteNumber("boot", at.BootUs);
            writer.WriteString("bootId", at.BootId);
            writer.WriteString("utc", at.Utc.UtcDateTime.ToString(UtcFormat, CultureInfo.InvariantCulture));
            writer.WriteString("type", JournalJson.NameOf(data));
            writer.WritePropertyName("data");
            JournalJson.Write(writer, data);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    public static string Hash(ReadOnlySpan<byte> line) => Convert.ToHexStringLower(SHA256.HashData(line));

    /// <summary>Reads one whole line, line end included.</summary>
    /// <returns>Sequence number, `prev`, time and data; null if the line is not a record.</returns>
    /// <remarks>A record has exactly one form: the bytes that <see cref="Write"/> makes. Members that are unknown,
    /// repeated or in another order, and values in another notation, are thereby refused.</remarks>
    public static (long Seq, string Prev, JournalTime At, JournalData Data)? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            return Parse(line) is var (seq, prev, at, data) && line.Span.SequenceEqual(Write(seq, prev, at, data))
                ? (seq, prev, at, data)
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    private static (long Seq, string Prev, JournalTime At, JournalData Data)? Parse(ReadOnlyMemory<byte> line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        if (!JournalLimits.IsData(root)
            || JournalJson.Read(Text(root, "type"), root.GetProperty("data")) is not { } data)
        {
            return null;
        }

        var at = new JournalTime(
            root.GetProperty("mono").GetInt64(), root.GetProperty("boot").GetInt64(), Text(root, "bootId"),
            DateTimeOffset.ParseExact(
                Text(root, "utc"), UtcFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        return JournalLimits.IsTime(at) ? (root.GetProperty("seq").GetInt64(), Text(root, "prev"), at, data) : null;
    }

    private static string Text(JsonElement root, string name) =>
        root.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");
}
