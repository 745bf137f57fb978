using System.Collections.ObjectModel;
using System.Text.RegularExpressions;

namespace FlashBench.Bench.Watch;

/// <summary>Reads the "key=value" fields of an FB2 line.</summary>
/// <remarks>Source: docs/console-protocol.md. One field that differs from it spoils its line.</remarks>
internal static partial class BoardFactText
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const int FactsMax = 16;

    // What the known keys may say. A key that is not among them is taken as it is, and no check asks for it.
    private static readonly Dictionary<string, Regex> Known = new()
    {
        [BoardFacts.Processor] = Text(),
        [BoardFacts.ProcessorFlags] = Flags(),
        [BoardFacts.Chipset] = Chipset(),
        [BoardFacts.Engine] = Engine(),
        [BoardFacts.EngineVersion] = Text(),
        [BoardFacts.Network] = Network(),
        [BoardFacts.BootGuard] = BootGuard(),
        [BoardFacts.Kernel] = Text(),
    };

    /// <summary>No facts.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Reads fields.</summary>
    /// <returns>Values by key, still escaped; null if a field is not sound or a key stands there twice.</returns>
    public static IReadOnlyDictionary<string, string>? Read(ReadOnlySpan<string> fields)
    {
        if (fields.Length > FactsMax)
            return null;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string field in fields)
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                return null;
            (string key, string value) = (field[..equals], field[(equals + 1)..]);
            bool sound = Key().IsMatch(key) && (Known.GetValueOrDefault(key) ?? Text()).IsMatch(value);
            if (!sound || !facts.TryAdd(key, value))
                return null;
        }

        return facts;
    }

    /// <summary>A value for people: blanks, percent and equals signs as they were; other escapes stay.</summary>
    public static string Plain(string value) => value
        .Replace("%20", " ", StringComparison.Ordinal).Replace("%3d", "=", StringComparison.Ordinal)
        .Replace("%25", "%", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z][a-z0-9]{0,15}\z", Options)]
    private static partial Regex Key();

    // Printable ASCII without blank, "%" and "=", or the escape of one of these or of a byte outside ASCII's print.
    [GeneratedRegex(@"\A([!-$&-<>-~]|%([01][0-9a-f]|20|25|3d|7f|[89a-f][0-9a-f])){1,400}\z", Options)]
    private static partial Regex Text();

    [GeneratedRegex(@"\A(-|none|smx|vmx|smx,vmx)\z", Options)]
    private static partial Regex Flags();

    [GeneratedRegex(@"\A(-|[0-9a-f]{4}:[0-9a-f]{4})\z", Options)]
    private static partial Regex Chipset();

    [GeneratedRegex(@"\A(-|none|00:16\.[0-3]/[0-9a-f]{4}:[0-9a-f]{4}(,00:16\.[0-3]/[0-9a-f]{4}:[0-9a-f]{4}){0,3})\z",
        Options)]
    private static partial Regex Engine();

    [GeneratedRegex(
        @"\A(-|none|(([0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/[0-9a-f]{4}:[0-9a-f]{4}/02[0-9a-f]{2}" +
        @"(,(?!\z)|\z)){1,8})\z",
        Options)]
    private static partial Regex Network();

    [GeneratedRegex(@"\A(-|[0-9a-f]{16})\z", Options)]
    private static partial Regex BootGuard();
}
