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

    public required FaultPlan Plan { get; init; }

    public required VirtualBench Bench { get; init; }

    public required BenchWitness Witness { get; init; }

    /// <summary>What was written, and what of it failed.</summary>
    public required DiskFaults Disk { get; init; }

    /// <summary>The disk of this process.</summary>
    public required CampaignFolders Folders { get; init; }

    /// <summary>What the chip held when the process began.</summary>
    public required byte[] Before { get; init; }

    /// <summary>The job that had left the board half-written when the process began; null for none.</summary>
    public required string? MarkedBefore { get; init; }

    public required bool? RelayBefore { get; init; }

    public bool? RelayAfter { get; set; }

    /// <summary>What the chip holds now; empty after a kill.</summary>
    public byte[] After { get; set; } = [];

    public string Directory { get; set; } = "";

    /// <summary>Null if the process was killed, or an exception escaped.</summary>
    public JobResult? Result { get; set; }

    public Exception? Escaped { get; set; }

    public bool HalfWritten { get; set; }

    /// <summary>The disk as the kill left it; null if the process ended by itself.</summary>
    public CampaignFolders? Killed { get; set; }

    public int Contentions { get; set; }

    public TimeSpan EndedAt { get; set; }

    /// <summary>The sound records of the journal on disk.</summary>
    public IReadOnlyList<JournalData> Journal => _journal ??= ReadJournal();

    private List<JournalData> ReadJournal()
    {
        string path = Path.Combine(Directory, JournalWriter.FileName);
        return Directory.Length > 0 && File.Exists(path)
            ? [.. JournalReader.ReadPrefix(File.ReadAllBytes(path), out _, out _).Select(record => record.Data)]
            : [];
    }
}
