namespace FlashBench.Bench.Regress;

/// <summary>What came out of one cell: an image, neutralized by one policy, for one type of board.</summary>
/// <param name="File">The image's path below the folder, "/" between names.</param>
/// <param name="Policy">Name of the policy; "" for a file that is no image of its own.</param>
/// <param name="Profile">Id of the board's profile; "" if none is for this image.</param>
/// <param name="Outcome">The end.</param>
/// <param name="Stage">The stage that decided it.</param>
/// <param name="Reason">Why; "" for a PASS.</param>
public sealed record CellResult(
    string File, string Policy, string Profile, CellOutcome Outcome, string Stage, string Reason)
{
    /// <summary>Bench on which it ran; "" for a virtual board of the profile, or for none.</summary>
    public string Bench { get; init; } = "";

    /// <summary>SHA-256 of the image, unpacked; "" if the file cannot be read.</summary>
    public string Image { get; init; } = "";

    /// <summary>Its ME, as in "ME 11.8.50.3425"; "" if none was found.</summary>
    public string Me { get; init; } = "";

    /// <summary>Digest of everything that the result depends on; "" if it is never taken over.</summary>
    public string Key { get; init; } = "";

    /// <summary>The stages of the static checks.</summary>
    public StageResult[] Stages { get; init; } = [];

    /// <summary>SHA-256 of the neutralized content; "" if there is none.</summary>
    public string Result { get; init; } = "";

    /// <summary>Bytes whose value the neutralization changes.</summary>
    public long ChangedBytes { get; init; }

    /// <summary>The level that the job reached; "" without one.</summary>
    public string Level { get; init; } = "";

    /// <summary>Checks of the job that keep it from a PASS, as in "A6 C1"; "" for none.</summary>
    public string OpenChecks { get; init; } = "";

    /// <summary>Directories of its jobs in the folder of <see cref="Run"/>, in their order.</summary>
    public string[] Jobs { get; init; } = [];

    /// <summary>The run in which it was examined.</summary>
    public string Run { get; init; } = "";

    /// <summary>Time of its jobs on their benches' clocks.</summary>
    public double Seconds { get; init; }

    /// <summary>True if a chip was left half-written.</summary>
    public bool Dirty { get; init; }

    /// <summary>True if its board is simulated, or part of its bench: no evidence of a real board (rule I7).</summary>
    public bool IsSimulated { get; init; }

    /// <summary>What it is compared and found again by.</summary>
    public (string File, string Policy, string Profile, string Bench) Place => (File, Policy, Profile, Bench);

    /// <summary>True if a later run may take it over as long as nothing changes: it would come out again.</summary>
    public bool IsLasting => Key.Length > 0 && (Outcome is CellOutcome.Pass or CellOutcome.Holds or CellOutcome.Static
        or CellOutcome.Refused or CellOutcome.Fail || (Outcome == CellOutcome.Inconclusive && Bench.Length == 0));

    /// <summary>True if a job stands behind it.</summary>
    public bool IsRun => Jobs.Length > 0;
}
