using System.Text.Json;

namespace FlashBench.Simulation.Qemu;

/// <summary>What FlashBench needs of one line from QEMU.</summary>
/// <param name="Id">Number of the command that it answers; null for an event.</param>
/// <param name="Status">The answer's "return"."status"; empty if it has none.</param>
/// <param name="Error">Why the command was refused; null if it was not.</param>
internal sealed record QmpMessage(string? Id, string Status, string? Error)
{
    private const int DepthMax = 16;

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is not one JSON object.</exception>
    public static QmpMessage Parse(ReadOnlyMemory<byte> line)
    {
        string? id = null, status = "", error = null;
        Walk(line.Span, (path, value) =>
        {
            switch (path)
            {
                case "id": id = value; break;
                case "return.status": status = value; break;
                case "error.desc": error = value; break;
            }
        });
        return new QmpMessage(id, status, error);
    }

    /// <summary>True for the line with which QEMU greets.</summary>
    /// <exception cref="JsonException">It is not one JSON object.</exception>
    public static bool IsGreeting(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("QMP"u8);
    }

    // Tells every text with the two outermost names that lead to it.
    private static void Walk(ReadOnlySpan<byte> line, Action<string, string> found)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = DepthMax });
        var names = new string[DepthMax + 1];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("not an object");
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                names[reader.CurrentDepth] = Text(ref reader);
            else if (reader.TokenType == JsonTokenType.String && reader.CurrentDepth is 1 or 2)
                found(string.Join('.', names[1..(reader.CurrentDepth + 1)]), Text(ref reader));
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("not UTF-8", e);
        }
    }
}
