using System.Text;
using System.Text.Json;

namespace FlashBench.Bench.Config;

/// <summary>Reads strict JSON (no comments, no trailing commas, no key twice) into nodes with line numbers.</summary>
internal ref struct ConfigDocument
{
    /// <summary>Largest accepted file; a hundred benches need about 30 KiB.</summary>
    public const int BytesMax = 1 << 20;

    private const int DepthMax = 16;
    private const int KeysMax = 64;
    private const int ReasonLengthMax = 160;

    private readonly string _file;
    private readonly ReadOnlySpan<byte> _bytes;
    private Utf8JsonReader _reader;
    private int _line = 1;
    private int _counted; // line ends before this offset are in _line

    private ConfigDocument(ReadOnlySpan<byte> bytes, string file)
    {
        _file = file;
        _bytes = bytes;
        _reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <summary>The one value of the file.</summary>
    /// <exception cref="ConfigException">Too large, not JSON, or a key twice in one object.</exception>
    public static ConfigNode Parse(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length > BytesMax)
            throw new ConfigException(file, $"larger than {BytesMax} bytes; this is no configuration");
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes["\uFEFF"u8.Length..]; // some editors write the mark; it means nothing in UTF-8

        var document = new ConfigDocument(bytes, file);
        return document.ReadAll();
    }

    private ConfigNode ReadAll()
    {
        string path = "$"; // the last place that was reached, for the complaint
        try
        {
            _reader.Read();
            ConfigNode root = ReadValue(ref path);
            _reader.Read(); // anything behind the value is a fault of its own
            return root;
        }
        catch (JsonException fault)
        {
            throw new ConfigException(_file, (int)(fault.LineNumber ?? 0) + 1, path, $"not JSON: {Reason(fault)}");
        }
        catch (InvalidOperationException) // the reader's answer to a string that is not Unicode
        {
            throw new ConfigException(_file, Line(), path, "not JSON: the text is not valid Unicode");
        }
    }

    private ConfigNode ReadValue(ref string path)
    {
        JsonTokenType type = _reader.TokenType;
        var node = new ConfigNode(_file, type, path, Line()) { Value = Scalar(type) };
        while (type is JsonTokenType.StartObject && Next() != JsonTokenType.EndObject)
            ReadMember(node, ref path);
        while (type is JsonTokenType.StartArray && Next() != JsonTokenType.EndArray)
        {
            path = node.PathOf(node.Items.Count);
            node.Items.Add(ReadValue(ref path));
        }
        return node;
    }

    private void ReadMember(ConfigNode node, ref string path)
    {
        string key = _reader.GetString()!;
        path = node.PathOf(key);
        if (node.Members.Count == KeysMax)
            throw new ConfigException(_file, Line(), path, $"more than {KeysMax} keys in one object");
        if (node.Find(key) is not null)
            throw new ConfigException(_file, Line(), path, "this key stands here twice");
        Next();
        node.Members.Add((key, ReadValue(ref path)));
    }

    private JsonTokenType Next()
    {
        _reader.Read();
        return _reader.TokenType;
    }

    private readonly string Scalar(JsonTokenType type) => type switch
    {
        JsonTokenType.String => _reader.GetString()!,
        JsonTokenType.Number => Encoding.ASCII.GetString(_reader.ValueSpan),
        _ => "",
    };

    private int Line()
    {
        int start = (int)_reader.TokenStartIndex;
        _line += _bytes[_counted..start].Count((byte)'\n');
        _counted = start;
        return _line;
    }

    // The reader appends its own "LineNumber: ..." to the sentence.
    private static string Reason(JsonException fault)
    {
        string text = fault.Message;
        int tail = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return ConfigNode.Shown(tail < 0 ? text : text[..tail], ReasonLengthMax).TrimEnd('.');
    }
}
