using System.Text.Json;
using System.Text.RegularExpressions;

namespace FlashBench.Tests.Config;

/// <summary>As much of JSON Schema as the schema of DUT profiles uses; a keyword that is not known here is an error, so
/// that nothing in a schema goes unchecked.</summary>
internal static class JsonSchema
{
    /// <summary>The first fault of a value, or null when it fits.</summary>
    public static string? Fault(JsonElement schema, JsonElement value, string path = "$") => schema.EnumerateObject()
        .Select(rule => Of(rule, schema, value, path))
        .FirstOrDefault(fault => fault is not null);

    private static string? Of(JsonProperty rule, JsonElement schema, JsonElement value, string path) => rule.Name switch
    {
        "$schema" or "title" => null,
        "type" => IsOf(rule.Value.GetString()!, value) ? null : $"{path} is no {rule.Value}",
        "enum" => rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
            ? null : $"{path} is none of {rule.Value}",
        "required" => rule.Value.EnumerateArray().Select(key => key.GetString()!)
            .Where(key => !Has(value, key)).Select(key => $"{path}.{key} is missing").FirstOrDefault(),
        "dependentRequired" => rule.Value.EnumerateObject()
            .Where(one => Has(value, one.Name) && one.Value.EnumerateArray().Any(key => !Has(value, key.GetString()!)))
            .Select(one => $"{path}.{one.Name} needs {one.Value}").FirstOrDefault(),
        "additionalProperties" => value.ValueKind == JsonValueKind.Object && !rule.Value.GetBoolean()
            ? value.EnumerateObject()
                .Where(member => !schema.GetProperty("properties").TryGetProperty(member.Name, out _))
                .Select(member => $"{path}.{member.Name} is unknown").FirstOrDefault()
            : null,
        "properties" => rule.Value.EnumerateObject()
            .Select(one => value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty(one.Name, out JsonElement inner)
                ? Fault(one.Value, inner, $"{path}.{one.Name}") : null)
            .FirstOrDefault(fault => fault is not null),
        "items" => Items(value).Select((item, index) => Fault(rule.Value, item, $"{path}[{index}]"))
            .FirstOrDefault(fault => fault is not null),
        "minItems" => Limit(Items(value).Length >= rule.Value.GetInt32(), rule, path),
        "maxItems" => Limit(Items(value).Length <= rule.Value.GetInt32(), rule, path),
        "minimum" => Limit(!IsOf("integer", value) || value.GetInt64() >= rule.Value.GetInt64(), rule, path),
        "maximum" => Limit(!IsOf("integer", value) || value.GetInt64() <= rule.Value.GetInt64(), rule, path),
        "minLength" => Limit(Text(value) is not { } text || text.Length >= rule.Value.GetInt32(), rule, path),
        "maxLength" => Limit(Text(value) is not { } text || text.Length <= rule.Value.GetInt32(), rule, path),
        "pattern" => Limit(Text(value) is not { } text || Regex.IsMatch(text, rule.Value.GetString()!), rule, path),
        _ => throw new InvalidOperationException($"{path}: the schema uses {rule.Name}, which is not checked"),
    };

    private static string? Limit(bool holds, JsonProperty rule, string path) =>
        holds ? null : $"{path} breaks {rule.Name} {rule.Value}";

    private static bool Has(JsonElement value, string key) =>
        value.ValueKind != JsonValueKind.Object || value.TryGetProperty(key, out _);

    private static string? Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement[] Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new InvalidOperationException($"the schema uses the type {type}, which is not checked"),
    };
}
