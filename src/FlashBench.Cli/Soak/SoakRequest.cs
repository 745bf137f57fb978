using FlashBench.Bench.Config;

namespace FlashBench.Cli.Soak;

/// <summary>What the command line of `soak` asked for.</summary>
/// <param name="Benches">Bench ids; null for all of the configuration.</param>
/// <param name="Images">Image files, in order; empty for what each board has.</param>
internal sealed record SoakRequest(IReadOnlyList<string>? Benches, IReadOnlyList<string> Images)
{
    /// <summary>Serials of boards by bench id; real benches need one.</summary>
    public IReadOnlyDictionary<string, string> Duts { get; init; } = new Dictionary<string, string>();

    /// <summary>How often all images go round; null for until the deadline.</summary>
    public int? Cycles { get; init; }

    /// <summary>Time of day by which the boards are free again; null for none.</summary>
    public TimeOnly? Until { get; init; }

    /// <summary>True if the first FAIL ends the run.</summary>
    public bool StopOnFail { get; init; }

    /// <summary>True if a closed terminal stops the run.</summary>
    public bool StopOnHangup { get; init; }

    /// <summary>True if the boards keep the last image.</summary>
    public bool Leave { get; init; }

    /// <summary>True if a bench that is unknown or bad must pass a health check first.</summary>
    public bool Check { get; init; }

    /// <summary>True to stop after the plan of the run.</summary>
    public bool DryRun { get; init; }

    /// <summary>True to start virtual benches from what their chips hold.</summary>
    public bool Keep { get; init; }

    /// <summary>True to run virtual benches in real time.</summary>
    public bool RealTime { get; init; }

    /// <summary>Level that a PASS needs; null for each profile's.</summary>
    public EvidenceLevel? Require { get; init; }

    /// <summary>Name of the operator; null if not given.</summary>
    public string? Operator { get; init; }

    /// <summary>Evidence folder; null for the configured one.</summary>
    public string? Evidence { get; init; }
}
