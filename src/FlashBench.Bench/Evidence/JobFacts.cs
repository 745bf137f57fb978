using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;

namespace FlashBench.Bench.Evidence;

/// <summary>A job as its journal and console bytes tell it: the only input of decision, certificate and
/// report.</summary>
/// <remarks>A null property means that the job did not get that far.</remarks>
public sealed record JobFacts
{
    /// <summary>The first record.</summary>
    public required JournalData.JobStart Start { get; init; }

    /// <summary>What laboratory and customer stated.</summary>
    public JournalData.Laboratory Laboratory { get; init; } = JournalData.Laboratory.NotStated;

    /// <summary>The commissioning record that the job cites; null for none.</summary>
    public JournalData.Commissioning? Commissioning { get; init; }

    /// <summary>When the job began, for display and for the age of the commissioning record.</summary>
    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>When the job last went on after an interruption; null if it had none.</summary>
    public DateTimeOffset? WentOnUtc { get; init; }

    /// <summary>When the last record before the decision was made, for display.</summary>
    public required DateTimeOffset EndedUtc { get; init; }

    /// <summary>Same, on the monotonic clock.</summary>
    public required long EndedUs { get; init; }

    /// <summary>Ended phases in order, each with its start and end.</summary>
    public required IReadOnlyList<PhaseFacts> Phases { get; init; }

    /// <summary>Programmer and chip.</summary>
    public JournalData.Chip? Chip { get; init; }

    /// <summary>Every whole read for the backup.</summary>
    public required IReadOnlyList<JournalData.BackupPass> BackupPasses { get; init; }

    /// <summary>The backup.</summary>
    public JournalData.Backup? Backup { get; init; }

    /// <summary>What the backup contains.</summary>
    public JournalData.Audit? Audit { get; init; }

    /// <summary>The image of which the board was to get something; null for none.</summary>
    public JournalData.Image? Image { get; init; }

    /// <summary>What that image contains, and what of it the board gets.</summary>
    public JournalData.ImageAudit? ImageAudit { get; init; }

    /// <summary>What was neutralized: what the image made of the backup, or the backup.</summary>
    public JournalData.Audit? Source => ImageAudit is { ComposedSha256.Length: > 0 } image ? image.Content : Audit;

    /// <summary>What the firmware was made of that the board holds at the end.</summary>
    internal JournalData.Audit? Held => FlashChecks.Count > 0 ? Source : Audit;

    /// <summary>What was to be changed.</summary>
    public JournalData.Plan? Plan { get; init; }

    /// <summary>True between the first erase and a whole read-back: the chip may be half-written.</summary>
    public required bool IsDirty { get; init; }

    /// <summary>Blocks written.</summary>
    public required int BlocksWritten { get; init; }

    /// <summary>Full reads: "verify" after the write, "re-read" after the run, "restore" after putting back.</summary>
    public required IReadOnlyDictionary<string, JournalData.ReadBack> ReadBacks { get; init; }

    /// <summary>Neutralization by content: "verify" after the write, "re-read" after the run.</summary>
    public required IReadOnlyDictionary<string, JournalData.FlashCheck> FlashChecks { get; init; }

    /// <summary>Watched boots, the baseline first.</summary>
    public required IReadOnlyList<BootObservation> Boots { get; init; }

    /// <summary>The backup that this job put back; null for other jobs.</summary>
    public JournalData.RestoreOf? Restored { get; init; }

    /// <summary>How often the job was interrupted and went on; its interrupted boots are not among <see cref="Boots"/>
    /// unless they had shown a failure.</summary>
    public IReadOnlyList<ResumeFacts> Resumes { get; init; } = [];

    /// <summary>Numbers of those among <see cref="Boots"/> that were cut off and made anew: they count for what their
    /// ME had said against the job, not for how they ended.</summary>
    public IReadOnlySet<int> CutOff { get; init; } = new HashSet<int>();

    /// <summary>Deviations in order.</summary>
    public required IReadOnlyList<string> Deviations { get; init; }

    /// <summary>Console: bytes, and chunks as journaled.</summary>
    public required IReadOnlyList<JournalData.ConsoleChunk> Console { get; init; }

    /// <summary>The bench's parts: those named at the start, and the programmer once it was opened.</summary>
    public IEnumerable<PartIdentity> Parts => Chip is { } chip ? Start.Parts.Append(chip.Programmer) : Start.Parts;

    /// <summary>True if any part was simulated or the image was signed with the test key (rule I7), whatever the first
    /// record says.</summary>
    public bool IsSimulated => Start.Simulated || Parts.Any(part => part.Simulated) || Audit is { TestKey: true }
        || ImageAudit is { Content.TestKey: true }
        || Resumes.Any(resume => resume.Parts.Any(part => part.Simulated));

    /// <summary>What keeps the records from being those of a whole job in its right order; a PASS needs none.</summary>
    public required IReadOnlyList<string> CourseFaults { get; init; }

    /// <summary>Number of records folded, the decision not counted.</summary>
    public required long Records { get; init; }
}

/// <summary>One ended phase.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StartUs">Start on the job's monotonic clock.</param>
/// <param name="EndUs">End on the same clock.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Reason">Why; empty for a PASS.</param>
/// <param name="Class">Who must act.</param>
public sealed record PhaseFacts(
    string Name, long StartUs, long EndUs, Verdict Verdict, string Reason, ErrorClass Class);
