using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FlashBench.Cli.Output;

/// <summary>Machine output: one JSON object a line.</summary>
public static class JsonLine
{
    /// <summary>Writes one object and a line end, and flushes, so that a reader of the pipe sees it at once.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="kind">Value of the first member, `event`.</param>
    /// <param name="members">Writes the other members.</param>
    public static void Write(TextWriter output, string kind, Action<Utf8JsonWriter> members)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(members);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("event", kind);
            members(writer);
            writer.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n");
        output.Flush();
    }
}
