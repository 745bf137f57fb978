using FlashBench.Bench.Config;

namespace FlashBench.Cli.Regress;

/// <summary>What the command line of `regress` asked for.</summary>
/// <param name="Images">Folder of images.</param>
internal sealed record RegressRequest(string Images)
{
    /// <summary>Names of policies, the columns.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>Ids of board types; null for those that the benches have.</summary>
    public IReadOnlyList<string>? Profiles { get; init; }

    /// <summary>Benches that run the cells; empty for virtual boards.</summary>
    public IReadOnlyList<string> Benches { get; init; } = [];

    /// <summary>Serials of boards by bench id; real benches need one.</summary>
    public IReadOnlyDictionary<string, string> Duts { get; init; } = new Dictionary<string, string>();

    /// <summary>Rounds of every run.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>True to take nothing over from an earlier run.</summary>
    public bool Again { get; init; }

    /// <summary>File with the results that are known; null for the previous run.</summary>
    public string? Baseline { get; init; }

    /// <summary>File that gets the results; null for none.</summary>
    public string? WriteBaseline { get; init; }

    /// <summary>Level that a PASS needs; null for each profile's.</summary>
    public EvidenceLevel? Require { get; init; }

    /// <summary>Name of the operator; null if not given.</summary>
    public string? Operator { get; init; }

    /// <summary>Evidence folder; null for the configured one.</summary>
    public string? Evidence { get; init; }
}
