using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Jobs;

/// <summary>What a `certify` job was asked to do.</summary>
public sealed record CertifyOptions
{
    /// <summary>Job id; also the name of its directory unless that is taken.</summary>
    public required string Job { get; init; }

    /// <summary>Bench id.</summary>
    public required string Bench { get; init; }

    /// <summary>The board's profile.</summary>
    public required DutProfile Profile { get; init; }

    /// <summary>Serial or asset id of the board.</summary>
    public required string Dut { get; init; }

    /// <summary>True if the operator named the board: then its chip must be the one known under that name.</summary>
    public required bool BindDut { get; init; }

    /// <summary>True if the operator confirmed that this board has another chip, or another GbE region, than before.
    /// </summary>
    public bool ConfirmChip { get; init; }

    /// <summary>Who stands at the bench.</summary>
    public required string Operator { get; init; }

    /// <summary>What the laboratory wants the report to say; null if nothing was stated.</summary>
    public Journal.JournalData.Laboratory? Laboratory { get; init; }

    /// <summary>Host name for the record.</summary>
    public required string Host { get; init; }

    /// <summary>Program name and version for the record.</summary>
    public required string Software { get; init; }

    /// <summary>Level that a PASS needs.</summary>
    public required EvidenceLevel Require { get; init; }

    /// <summary>How the ME is neutralized: one of <see cref="NeutralizationPolicy.Names"/>. A record of any other than
    /// the default one says so, and is no PASS unless it shows all that one would.</summary>
    public string Policy { get; init; } = NeutralizationPolicy.Purism;

    /// <summary>Negative control; null for an ordinary job.</summary>
    public NegativeControl? Control { get; init; }

    /// <summary>The control's name as command line and record spell it; null for an ordinary job.</summary>
    public string? ControlName => Control is { } control ? NegativeControls.NameOf(control) : null;

    /// <summary>True if the control is that nothing is written.</summary>
    public bool KeepsStock => Control is { } control && NegativeControls.KeepsStock(control);

    /// <summary>The image of which the board gets something before it is neutralized; null for none. A job that goes on
    /// has it from its record and the vault.</summary>
    public ImageToTake? Image { get; init; }

    /// <summary>The valid commissioning record of this bench and board type; null for none. With one the baseline is
    /// short.</summary>
    public JournalData.Commissioning? Commissioning { get; init; }

    /// <summary>Why a record that is there does not count; null if it counts, or if none is there.</summary>
    public string? CommissioningFault { get; init; }

    /// <summary>Watches the baseline this long instead of the profile's time; null for that.</summary>
    public TimeSpan? BaselineMinimum { get; init; }

    /// <summary>Watches every boot only for this long, to try a bench out; such a job never passes. Null for the
    /// profile's times.</summary>
    public TimeSpan? ShortenedWatch { get; init; }

    /// <summary>Minutes of each soak that the operator asked for beside the profile's.</summary>
    public IReadOnlyList<int> SoakMinutes { get; init; } = [];

    /// <summary>Seed of a virtual bench, for the record; 0 for others.</summary>
    public long Seed { get; init; }

    /// <summary>True if a virtual bench runs in real time, for the record.</summary>
    public bool RealTime { get; init; }

    /// <summary>What spoke against this bench, board or image, and was overruled by the operator; for the record.
    /// </summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];

    /// <summary>What was arranged to go wrong on a simulated bench, for the record; null for nothing.</summary>
    public string? FaultPlan { get; init; }

    /// <summary>True to stop after the plan.</summary>
    public bool DryRun { get; init; }

    /// <summary>Keys trusted to sign firmware; the test key is among them only on a simulated bench.</summary>
    public required KeyRing Keys { get; init; }

    /// <summary>Name of the test key in <see cref="Keys"/>; null if there is none.</summary>
    public string? TestKeyName { get; init; }

    /// <summary>True if the programmer is virtual; any simulated part marks the whole job.</summary>
    public required bool Simulated { get; init; }

    /// <summary>Draws a nonce for one boot: 8 lower-case hex digits, never all zero.</summary>
    public required Func<string> DrawNonce { get; init; }
}
