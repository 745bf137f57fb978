using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FlashBench.Bench.Config;

/// <summary>One JSON value that knows where it stands, so that every complaint can name line and path.</summary>
/// <remarks>
/// The accessors read a member, check type, limits and presence, and throw <see cref="ConfigException"/> otherwise.
/// A caller lists the known keys first (<see cref="Only"/>); nothing is skipped silently.
/// </remarks>
internal sealed class ConfigNode(string file, JsonTokenType type, string path, int line)
{
    private const int KeyLengthShown = 40;

    public JsonTokenType Type { get; } = type;

    /// <summary>The characters of a string or a number; empty for the other types.</summary>
    public string Value { get; init; } = "";

    public List<(string Key, ConfigNode Value)> Members { get; } = [];

    public List<ConfigNode> Items { get; } = [];

    /// <summary>Path of a member: ".key", or quoted where the key is not a plain word.</summary>
    public string PathOf(string key) => IsWord(key) ? $"{path}.{key}" : $"{path}['{Shown(key)}']";

    public string PathOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>The complaint about this value.</summary>
    public ConfigException Fault(string reason) => new(file, line, path, reason);

    /// <summary>SHA-256 of the value, lower-case hex: the same however it is laid out, and in whatever order its keys
    /// stand.</summary>
    public string Sha256()
    {
        var text = new StringBuilder();
        Describe(text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Demands an object with no other keys than these.</summary>
    public ConfigNode Only(params ReadOnlySpan<string> keys)
    {
        Demand(JsonTokenType.StartObject, "an object");
        foreach ((string key, ConfigNode value) in Members)
        {
            if (!keys.Contains(key))
                throw value.Fault($"unknown key; known here are {string.Join(", ", keys!)}");
        }
        return this;
    }

    public ConfigNode? Find(string key) =>
        Members.Find(member => member.Key == key) is { Value: { } found } ? found : null;

    public ConfigNode Get(string key) => Find(key) ?? throw Fault($"the key \"{key}\" is missing");

    public string Text(string key, int lengthMax) => Get(key).AsText(lengthMax);

    public int Number(string key, int min, int max) => Get(key).AsNumber(min, max);

    public bool Flag(string key, bool otherwise) => Find(key)?.AsFlag() ?? otherwise;

    public TimeSpan Seconds(string key, int min, int max) => TimeSpan.FromSeconds(Number(key, min, max));

    /// <summary>The items of an array member with at least one item.</summary>
    public List<ConfigNode> List(string key, int countMax)
    {
        ConfigNode list = Get(key).Demand(JsonTokenType.StartArray, "an array");
        if (list.Items.Count == 0 || list.Items.Count > countMax)
            throw list.Fault($"must have 1 to {countMax} entries, not {list.Items.Count}");
        return list.Items;
    }

    public string AsText(int lengthMax)
    {
        Demand(JsonTokenType.String, "a string");
        if (Value.Length == 0 || Value.Length > lengthMax)
            throw Fault($"must have 1 to {lengthMax} characters, not {Value.Length}");
        if (Value.Any(char.IsControl))
            throw Fault("must not contain control characters");
        return Value;
    }

    public int AsNumber(int min, int max)
    {
        Demand(JsonTokenType.Number, "a number");
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        if (!int.TryParse(Value, Whole, CultureInfo.InvariantCulture, out int number) || number < min || number > max)
            throw Fault($"must be a whole number from {min} to {max}, not {Shown(Value)}");
        return number;
    }

    public bool AsFlag() => Type switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Fault($"must be true or false, not {Named(Type)}"),
    };

    /// <summary>Foreign text as it may appear in a message: short, without control characters.</summary>
    public static string Shown(string text, int lengthMax = KeyLengthShown)
    {
        string start = text.Length <= lengthMax ? text : text[..lengthMax] + "...";
        return string.Concat(start.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }

    // Every text has its length before it, so that no two values have one description.
    private void Describe(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{Type} {Value.Length}:{Value} {Items.Count} {Members.Count}\n");
        foreach (ConfigNode item in Items)
            item.Describe(text);
        foreach ((string key, ConfigNode value) in Members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{key.Length}:{key} ");
            value.Describe(text);
        }
    }

    private ConfigNode Demand(JsonTokenType wanted, string wantedName) =>
        Type == wanted ? this : throw Fault($"must be {wantedName}, not {Named(Type)}");

    private static string Named(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    private static bool IsWord(string key) =>
        key.Length is > 0 and <= KeyLengthShown && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
