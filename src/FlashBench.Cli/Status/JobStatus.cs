using FlashBench.Bench;

namespace FlashBench.Cli.Status;

/// <summary>How far a job came, by the last complete record of its journal.</summary>
public enum JobStage
{
    /// <summary>The journal has no complete record yet.</summary>
    Empty,

    /// <summary>No verdict is recorded: the job runs, or was interrupted.</summary>
    Unfinished,

    /// <summary>As <see cref="Unfinished"/>, and the chip is half-written: the board must not be booted.</summary>
    Dirty,

    /// <summary>It was <see cref="Dirty"/>, and a later job put its backup back.</summary>
    PutBack,

    /// <summary>The verdict is recorded.</summary>
    Finished,

    /// <summary>The journal is no file that can be read; <see cref="JobStatus.Damage"/> says why.</summary>
    Unreadable,
}

/// <summary>Where a job stands, as its journal tells it.</summary>
/// <remarks>The texts come from a file and are shown through <see cref="Output.PlainText"/> only.</remarks>
public sealed record JobStatus
{
    /// <summary>Job id as recorded; empty before the first record.</summary>
    public string Job { get; init; } = "";

    /// <summary>Bench id.</summary>
    public string Bench { get; init; } = "";

    /// <summary>Serial number of the board.</summary>
    public string Dut { get; init; } = "";

    /// <summary>True if any part of the bench was simulated; null before the first record.</summary>
    public bool? Simulated { get; init; }

    /// <summary>How far it came.</summary>
    public JobStage Stage { get; init; }

    /// <summary>Name of the phase that began last; empty before the first.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Number of that phase, from 1; 0 before the first.</summary>
    public int PhaseNumber { get; init; }

    /// <summary>Number of phases of the job.</summary>
    public int PhaseCount { get; init; }

    /// <summary>True while that phase has begun and not ended.</summary>
    public bool PhaseOpen { get; init; }

    /// <summary>Verdict of the job when finished, else of the last ended phase; null when there is none.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Reason given with <see cref="Verdict"/>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Evidence level reached ("L3"); empty before the verdict.</summary>
    public string Level { get; init; } = "";

    /// <summary>SHA-256 of the backup that it took, or was to put back; empty if there is none.</summary>
    public string BackupSha256 { get; init; } = "";

    /// <summary>True if the job puts a backup back, and has done so.</summary>
    public bool HasPutBack { get; init; }

    /// <summary>Number of complete records.</summary>
    public long Records { get; init; }

    /// <summary>True if the file ends inside a record, which a crash or a running job explains.</summary>
    public bool Torn { get; init; }

    /// <summary>1-based number of the first complete line that is no sound record; null if there is none.</summary>
    public long? DamagedLine { get; init; }

    /// <summary>What is wrong with that line ("is not a journal record") or with the file; empty if nothing
    /// is.</summary>
    public string Damage { get; init; } = "";

    /// <summary>True if the signed certificate is there; whether it is authentic, only `certificate verify`
    /// says.</summary>
    public bool HasCertificate { get; init; }
}
