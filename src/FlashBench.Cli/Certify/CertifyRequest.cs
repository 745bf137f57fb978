using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;

namespace FlashBench.Cli.Certify;

/// <summary>What the command line of `certify` asked for.</summary>
internal sealed record CertifyRequest
{
    /// <summary>Bench id; null for the default bench.</summary>
    public string? Bench { get; init; }

    /// <summary>Serial of the board; null if the operator named none.</summary>
    public string? Dut { get; init; }

    /// <summary>Name of the operator; null if not given.</summary>
    public string? Operator { get; init; }

    /// <summary>What laboratory and customer want the report to say.</summary>
    public StatedItems Stated { get; init; } = new(null, null, null, null);

    /// <summary>What the virtual chip holds, all of it; null for the generated image.</summary>
    public byte[]? VirtualFlash { get; init; }

    /// <summary>How the ME is neutralized; null for the default policy.</summary>
    public string? Policy { get; init; }

    /// <summary>Evidence folder; null for the configured one.</summary>
    public string? Evidence { get; init; }

    /// <summary>The image of which the board gets something; null for none.</summary>
    public ImageToTake? Image { get; init; }

    /// <summary>Negative control; null for an ordinary job.</summary>
    public NegativeControl? Control { get; init; }

    /// <summary>Level that a PASS needs; null for the profile's.</summary>
    public EvidenceLevel? Require { get; init; }

    /// <summary>Seed; null for the bench's own.</summary>
    public int? Seed { get; init; }

    /// <summary>The board has another chip than it is known with, and that is right.</summary>
    public bool ConfirmChip { get; init; }

    /// <summary>Stop after the plan.</summary>
    public bool DryRun { get; init; }

    /// <summary>Keep what the virtual chip holds.</summary>
    public bool Keep { get; init; }

    /// <summary>Real time instead of virtual time.</summary>
    public bool RealTime { get; init; }

    /// <summary>TCP port on which the virtual programmer is exported, to be reached through the USB library; null to
    /// reach it in the process.</summary>
    public int? UsbPort { get; init; }

    /// <summary>What shall go wrong on a virtual bench: a seed, or the file of a plan; null for nothing.</summary>
    public string? Faults { get; init; }

    /// <summary>How long every boot is watched instead of the profile's time; null for that.</summary>
    public TimeSpan? ShortenedWatch { get; init; }

    /// <summary>Minutes of each further soak.</summary>
    public IReadOnlyList<int> SoakMinutes { get; init; } = [];

    /// <summary>How long the baseline is watched instead of the profile's time; null for that.</summary>
    public TimeSpan? BaselineMinimum { get; init; }

    /// <summary>Whether the operator insists on a bench that takes no jobs, or on something that is quarantined; null
    /// for whoever looks after that himself.</summary>
    public bool? Insists { get; init; }

    /// <summary>Name of the run in a commissioning, which looks for no commissioning record; null for an ordinary job.
    /// </summary>
    public string? CommissioningRun { get; init; }

    /// <summary>True if the process has the bench already, for more than this one job.</summary>
    public bool Held { get; init; }
}
