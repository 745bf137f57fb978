using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>How one process of a case ended, by the models and the disk.</summary>
internal sealed class ProcessEnd
{
    private IReadOnlyList<JournalData>? _journal;

    public required CampaignCase Case { get; init; }

    public required CampaignProcess Process { get; init; }

    public required VirtualBench Bench { get; init; }

    public required BenchWitness Witness { get; init; }

    /// <summary>What was written, and what of it failed.</summary>
    public required DiskFaults Disk { get; init; }

    /// <summary>What the chip held when the process began.</summary>
    public required byte[] Before { get; init; }

    /// <summary>The job that had left the board half-written when the process began; null for none.</summary>
    public required string? MarkedBefore { get; init; }

    public required bool? RelayBefore { get; init; }

    /// <summary>What went wrong while it ran.</summary>
    public FaultPlan Plan => Process.Plan;

    public ProcessTask Task => Process.Task;

    /// <summary>The disk of this process.</summary>
    public CampaignFolders Folders => Process.Folders;

    public bool? RelayAfter { get; set; }

    /// <summary>The relay's contact at the kill; null without one.</summary>
    public bool? RelayAtKill { get; set; }

    /// <summary>What the chip holds now; empty after a kill.</summary>
    public byte[] After { get; set; } = [];

    public string Directory { get; set; } = "";

    /// <summary>Records that were in the journal when the process began.</summary>
    public int RecordsBefore { get; set; }

    /// <summary>Null if the process was killed, or an exception escaped.</summary>
    public JobResult? Result { get; set; }

    public Exception? Escaped { get; set; }

    public bool HalfWritten { get; set; }

    /// <summary>True if this process put a backup back and read it back equal.</summary>
    public bool Restored { get; set; }

    /// <summary>The disk as the kill left it; null if the process ended by itself.</summary>
    public CampaignFolders? Killed { get; set; }

    public int Contentions { get; set; }

    public TimeSpan EndedAt { get; set; }

    /// <summary>The disk that the next process finds.</summary>
    public CampaignFolders Left => Killed ?? Folders;

    /// <summary>The job directory there.</summary>
    public string DirectoryLeft => Directory.Length == 0
        ? "" : Path.Combine(Left.Evidence, Path.GetFileName(Directory));

    /// <summary>True if it ended without a record that says how: killed, or the disk failed.</summary>
    public bool Interrupted => Killed is not null || Escaped is JournalWriteException;

    /// <summary>This process and those before it of the same job, the first one first.</summary>
    public IEnumerable<ProcessEnd> Lives => Process.Earlier.Append(this);

    /// <summary>The sound records of the journal on disk.</summary>
    public IReadOnlyList<JournalData> Journal => _journal ??= ReadJournal();

    /// <summary>Those that this process wrote.</summary>
    public IEnumerable<JournalData> OwnJournal => Journal.Skip(RecordsBefore);

    /// <summary>True if the job is decided and its record was written whole.</summary>
    public static bool IsConcluded(string directory) =>
        File.Exists(Path.Combine(directory, DsseEnvelope.FileName));

    /// <summary>Reads the journal as it is now.</summary>
    public IReadOnlyList<JournalData> ReadJournal()
    {
        string path = Path.Combine(Directory, JournalWriter.FileName);
        return Directory.Length > 0 && File.Exists(path)
            ? [.. JournalReader.ReadPrefix(File.ReadAllBytes(path), out _, out _).Select(record => record.Data)]
            : [];
    }
}
