using System.Collections.Frozen;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs.Phases;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Jobs;

/// <summary>A backup of the vault, and the chip that it was taken of.</summary>
/// <param name="Job">The job that took it; empty if only the chip is known.</param>
/// <param name="Dut">Serial of its board.</param>
/// <param name="Sha256">Its hash.</param>
/// <param name="JedecId">Id of its chip, six hex digits.</param>
/// <param name="UniqueId">Unique id of its chip; empty if it has none.</param>
/// <param name="SizeBytes">Size of its chip; 0 if only the image tells.</param>
public sealed record BackupToRestore(
    string Job, string Dut, string Sha256, string JedecId, string UniqueId, uint SizeBytes)
{
    /// <summary>True if the operator said that the board has another chip now, and typed its serial.</summary>
    public bool ToNewChip { get; init; }

    /// <summary>Where blocks of the chip begin that were under way when the job was killed: what they seem to hold is
    /// not believed.</summary>
    public IReadOnlySet<uint> Torn { get; init; } = new HashSet<uint>();

    /// <summary>Jobs, beside <see cref="Job"/>, whose mark on the bench is one of this chip: a kill may have come
    /// before they marked the chip itself.</summary>
    public IReadOnlySet<string> MarkedBy { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The same behind other jobs on this chip that a kill may have ended amid a block: what they tore is not
    /// believed, and a mark of theirs is one of this chip.</summary>
    /// <param name="directories">Their directories; one of another chip, or whose journal cannot be read, says nothing.
    /// </param>
    public BackupToRestore Behind(IEnumerable<string> directories)
    {
        ArgumentNullException.ThrowIfNull(directories);
        List<IReadOnlyList<JournalRecord>> jobs = [.. directories.Select(RecordsOf).Where(IsOfThisChip)];
        return this with
        {
            Torn = jobs.SelectMany(job => TornBlocks.In(job.Select(record => record.Data))).Concat(Torn).ToHashSet(),
            MarkedBy = jobs.Select(job => ((JournalData.JobStart)job[0].Data).Job).Concat(MarkedBy).ToHashSet(),
        };
    }

    private static IReadOnlyList<JournalRecord> RecordsOf(string directory)
    {
        try
        {
            return JournalReader.ReadPrefix(
                EvidenceFolder.ReadFile(directory, JournalWriter.FileName), out _, out _);
        }
        catch (EvidenceException)
        {
            return [];
        }
    }

    private bool IsOfThisChip(IReadOnlyList<JournalRecord> job) => job is [{ Data: JournalData.JobStart }, ..]
        && job.Select(record => record.Data).OfType<JournalData.Chip>().LastOrDefault() is { } chip
        && (chip.JedecId, chip.UniqueId) == (JedecId, UniqueId);

    /// <summary>The backup that a job took, or that it was putting back.</summary>
    /// <param name="directory">Its directory; the job may have ended, or not.</param>
    /// <returns>Null if it took none.</returns>
    /// <exception cref="EvidenceException">The journal is missing or has no first record.</exception>
    public static BackupToRestore? OfJob(string directory)
    {
        // Damage behind the backup does not matter here: the image is found by its hash.
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(
            EvidenceFolder.ReadFile(directory, JournalWriter.FileName), out _, out _);
        if (records.Count == 0 || records[0].Data is not JournalData.JobStart start)
            throw new EvidenceException(JournalWriter.FileName, 0, "the first record is no job.start");
        var data = records.Select(record => record.Data).ToList();
        if (data.OfType<JournalData.RestoreOf>().LastOrDefault() is { } again)
        {
            // Only a chip that was written to was found to be the right one.
            return data.Exists(record => record is JournalData.Dirty)
                && data.OfType<JournalData.Chip>().LastOrDefault() is { } here
                ? new BackupToRestore(
                    again.Job, start.Dut, again.Sha256, here.JedecId, here.UniqueId, here.SizeBytes)
                {
                    Torn = TornBlocks.In(data),
                    MarkedBy = new HashSet<string> { start.Job },
                }
                : null;
        }

        return data.OfType<JournalData.Backup>().LastOrDefault(backup => backup.Stored) is { } taken
            && data.OfType<JournalData.Chip>().LastOrDefault() is { } chip
            ? new BackupToRestore(
                start.Job, start.Dut, taken.Sha256, chip.JedecId, chip.UniqueId, chip.SizeBytes)
            {
                Torn = TornBlocks.In(data),
            }
            : null;
    }

    /// <summary>The backup of the chip that belongs to a board: the last one that was found stock, else the last one.
    /// </summary>
    /// <param name="state">What this host remembers.</param>
    /// <param name="dut">Serial of the board.</param>
    /// <param name="sizeBytes">Size of the chip.</param>
    /// <returns>Null if the board or its backup is not known, or its chip has no unique id.</returns>
    /// <exception cref="JournalWriteException">What is remembered cannot be read.</exception>
    public static BackupToRestore? OfBoard(BenchState state, string dut, uint sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Binding(dut) is { UniqueId.Length: > 0 } bound
            && state.Chips.Backup(new Programming.ChipKey(bound.JedecId, bound.UniqueId, sizeBytes)) is { } latest
            && (bound.BackupSha256 ?? latest) is var sha256
            ? new BackupToRestore("", dut, sha256, bound.JedecId, bound.UniqueId, sizeBytes)
            : null;
    }
}
