namespace FlashBench.Bench.Watch;

/// <summary>One thing that the agent said of the board.</summary>
/// <param name="Key">Its name, as in docs/console-protocol.md.</param>
/// <param name="Value">What was said, escaped as on the line; null if two lines of one boot differ.</param>
public sealed record BoardFact(string Key, string? Value);

/// <summary>What the agent said of the board in one boot: FB2 lines that are intact, of this boot, and fit its clock.
/// </summary>
/// <remarks>Nothing here is ever a guess: "-" and a missing key both mean that nobody knows.</remarks>
public sealed class BoardFacts
{
    /// <summary>Brand string of the processor.</summary>
    public const string Processor = "cpu";

    /// <summary>"smx", "vmx", both or "none".</summary>
    public const string ProcessorFlags = "cpuflags";

    /// <summary>PCI ids of device 00:1f.0.</summary>
    public const string Chipset = "pch";

    /// <summary>Functions of device 00:16 that the host sees.</summary>
    public const string Engine = "me";

    /// <summary>Firmware version that the ME told the kernel; "none" if it told none.</summary>
    public const string EngineVersion = "meifw";

    /// <summary>Network controllers.</summary>
    public const string Network = "nic";

    /// <summary>Model-specific register 0x13A.</summary>
    public const string BootGuard = "msr13a";

    /// <summary>Release of the kernel.</summary>
    public const string Kernel = "kernel";

    private const string Unknown = "-";
    private const int KeysMax = 32;

    private readonly SortedDictionary<string, string?> _values = new(StringComparer.Ordinal);

    /// <summary>Everything that was said, in order of the keys.</summary>
    public IReadOnlyList<BoardFact> All => [.. _values.Select(pair => new BoardFact(pair.Key, pair.Value))];

    /// <summary>True once every line that the agent sends has come.</summary>
    public bool IsComplete => ((string[])
        [Processor, ProcessorFlags, Chipset, Engine, EngineVersion, Network, BootGuard, Kernel])
        .All(_values.ContainsKey);

    /// <summary>Keys on which lines of this boot differ.</summary>
    public IEnumerable<string> Contradictions => _values.Where(pair => pair.Value is null).Select(pair => pair.Key);

    /// <summary>The value of a key, escaped as on the line; null if it is unknown or contradictory.</summary>
    public string? Find(string key) => _values.GetValueOrDefault(key) is { } value and not Unknown ? value : null;

    /// <summary>Takes the facts of one line.</summary>
    internal void Add(IReadOnlyDictionary<string, string> facts)
    {
        foreach ((string key, string value) in facts)
        {
            if (_values.TryGetValue(key, out string? known))
                _values[key] = known == value ? value : null;
            else if (_values.Count < KeysMax)
                _values[key] = value;
        }
    }
}
