using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Jobs;

public sealed partial class CertifyJob
{
    /// <summary>Puts a backup back instead: a job of three phases, in a directory and a record of its own.</summary>
    /// <param name="backup">Which one, and of which chip.</param>
    /// <param name="cancel">Stops it at the next point where the board is in a known state.</param>
    /// <returns>Never a PASS: the phase "restore" says whether the backup is back.</returns>
    /// <remarks>The board is not booted. A mark of a half-written chip, whoever left it, is taken away once a whole
    /// read through a new handle agreed with the backup.</remarks>
    /// <exception cref="JournalWriteException">Evidence could not be written; the board is in its safe state.
    /// </exception>
    public async Task<JobResult> RestoreAsync(BackupToRestore backup, CancellationToken cancel)
    {
        _backup = backup ?? throw new ArgumentNullException(nameof(backup));
        using var journal = new JournalWriter(folders.Directory, clock)
        {
            Probe = JournalProbe,
            Reserve = folders.Reserve,
            Appended = _records.Add
        };
        JournalData.JobStart start = FirstRecord();
        journal.Append(start);
        journal.Append(new JournalData.RestoreOf(backup.Job, backup.Sha256, backup.ToNewChip));
        using var log = new ConsoleLog(folders.Directory, journal);
        return await RunAsync(journal, log, start, interrupted: null, job => RunOnBoardAsync(job, cancel));
    }

    /// <summary>True once the backup is back and was read back equal.</summary>
    public bool IsRestored => _records.Exists(record =>
        record.Data is JournalData.PhaseEnd { Name: Restore, Verdict: Verdict.Pass });
}
