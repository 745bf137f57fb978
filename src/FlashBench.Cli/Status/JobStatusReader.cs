using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Status;

/// <summary>Tells from a job directory where the job stands, tolerating an end that a crash has torn.</summary>
/// <remarks>
/// The journal is read as `certificate verify` reads it, up to the first record that is not sound: what follows damage
/// is not believed.
/// </remarks>
public static class JobStatusReader
{
    /// <summary>Reads the jobs of an evidence folder.</summary>
    /// <param name="directories">Job directories, latest written first.</param>
    /// <returns>Each with its status, in the same order; a job is <see cref="JobStage.PutBack"/> by what came after it.
    /// </returns>
    public static IEnumerable<(string Directory, JobStatus Status)> ReadAll(IEnumerable<string> directories)
    {
        var putBack = new HashSet<string>(StringComparer.Ordinal);
        foreach (string directory in directories)
        {
            JobStatus status = Read(directory);
            if (status.HasPutBack)
                putBack.Add(status.BackupSha256);
            bool isWhole = status.Stage == JobStage.Dirty && putBack.Contains(status.BackupSha256);
            yield return (directory, isWhole ? status with { Stage = JobStage.PutBack } : status);
        }
    }

    /// <summary>Reads a job directory; the job may be running.</summary>
    public static JobStatus Read(string directory)
    {
        try
        {
            JobStatus status = Of(EvidenceFolder.ReadFile(directory, JournalWriter.FileName));
            return status with { HasCertificate = File.Exists(Path.Combine(directory, DsseEnvelope.FileName)) };
        }
        catch (EvidenceException e)
        {
            return new JobStatus { Stage = JobStage.Unreadable, Damage = e.Message };
        }
    }

    /// <summary>Where the job of this journal stands, as if it had no certificate.</summary>
    /// <param name="journal">The file's bytes; the end may be torn.</param>
    public static JobStatus Of(ReadOnlyMemory<byte> journal)
    {
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(journal, out _, out string fault);
        JobStatus status = records.Aggregate(new JobStatus(), (before, record) => Apply(before, record.Data));
        status = status with { Records = records.Count };
        return fault switch
        {
            "" => status,
            JournalReader.NoLineEnd => status with { Torn = true },
            _ => status with { DamagedLine = records.Count + 1, Damage = fault },
        };
    }

    private static JobStatus Apply(JobStatus status, JournalData data)
    {
        JobStatus next = status.Stage == JobStage.Empty ? status with { Stage = JobStage.Unfinished } : status;
        return data switch
        {
            JournalData.JobStart start => next with
            {
                Job = start.Job,
                Bench = start.Bench,
                Dut = start.Dut,
                Simulated = start.Simulated,
            },
            JournalData.PhaseBegin phase => next with
            {
                Phase = phase.Name,
                PhaseNumber = phase.Number,
                PhaseCount = phase.Count,
                PhaseOpen = true,
            },
            JournalData.PhaseEnd phase => next with
            {
                PhaseOpen = false,
                Verdict = phase.Verdict,
                Reason = phase.Reason,
                HasPutBack = phase is { Name: "restore", Verdict: Bench.Verdict.Pass } && next.BackupSha256.Length > 0,
            },
            JournalData.Backup { Stored: true } backup => next with { BackupSha256 = backup.Sha256 },
            JournalData.RestoreOf backup => next with { BackupSha256 = backup.Sha256 },
            JournalData.Dirty => next with { Stage = JobStage.Dirty },
            JournalData.Clean => next with { Stage = JobStage.Unfinished },
            JournalData.Decision decision => Decided(next, decision),
            _ => next,
        };
    }

    // A verdict does not make a half-written chip whole.
    private static JobStatus Decided(JobStatus status, JournalData.Decision decision) => status with
    {
        Verdict = decision.Verdict,
        Reason = decision.Reason,
        Level = decision.Level,
        Stage = status.Stage == JobStage.Dirty ? JobStage.Dirty : JobStage.Finished,
    };
}
