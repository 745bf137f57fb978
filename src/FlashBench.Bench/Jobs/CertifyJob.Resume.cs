using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs.Phases;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Jobs;

public sealed partial class CertifyJob
{
    /// <summary>Goes on with a job whose process was killed, stopped by its operator, or ran out of disk
    /// space.</summary>
    /// <param name="interrupted">The job that lies in the directory of this one's folders; this one's options are
    /// <see cref="InterruptedJob.Options"/> and its clock <see cref="InterruptedJob.Clock"/>.</param>
    /// <param name="cancel">Stops it at the next point where the board is in a known state.</param>
    /// <remarks>The phase that was interrupted is made anew; a write after its first erase goes on, and boots that were
    /// watched to their end count. Nothing that the job had shown is taken back.</remarks>
    /// <exception cref="ResumeRefusedException">It cannot go on here and now; it stays interrupted.</exception>
    /// <exception cref="Hardware.BenchException">The bench failed before the job went on; it stays interrupted.
    /// </exception>
    /// <exception cref="EvidenceException">Journal and console do not agree.</exception>
    /// <exception cref="JournalWriteException">Evidence could not be written; the board is in its safe state.
    /// </exception>
    public async Task<JobResult> ResumeAsync(InterruptedJob interrupted, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(interrupted);
        if (interrupted.IsDecided)
            return Rebuild(folders, interrupted);
        if (interrupted.Refusal(options.Software) is { } refusal)
            throw new ResumeRefusedException(refusal);
        if (folders.State.DirtyJob(options.Bench) is { } culprit && culprit != options.Job)
        {
            throw new ResumeRefusedException(
                $"job {culprit} left the chip of bench {options.Bench} half-written: that one goes first");
        }

        _records.AddRange(interrupted.Records);
        List<JournalData.ConsoleChunk> chunks = [.. _records.Select(r => r.Data).OfType<JournalData.ConsoleChunk>()];
        long loose = ConsoleLog.LooseBytes(folders.Directory, chunks);
        using JournalWriter journal = JournalWriter.Reopen(
            folders.Directory, clock, interrupted.Records[^1], interrupted.SoundBytes, interrupted.TornBytes);
        journal.Probe = JournalProbe;
        journal.Reserve = folders.Reserve;
        journal.Appended = _records.Add;
        journal.Append(new JournalData.JobResume(
            interrupted.Resumes + 1, interrupted.Phase, interrupted.TornBytes, loose, options.Software,
            [.. parts.Identities]));
        EvidenceWriter.RemoveOutdated(folders.Directory);
        using ConsoleLog log = ConsoleLog.Reopen(folders.Directory, journal, chunks);
        return await RunAsync(
            journal, log, interrupted.Start, interrupted, job => GoOnAsync(job, interrupted, cancel));
    }

    /// <summary>Makes the signed record of a job that is decided, if it lacks it; no board is needed.</summary>
    /// <param name="folders">Those of the job.</param>
    /// <param name="interrupted">A job with <see cref="InterruptedJob.IsDecided"/>.</param>
    /// <exception cref="EvidenceException">The decision does not follow from journal and console.</exception>
    /// <exception cref="JournalWriteException">The record could not be written.</exception>
    public static JobResult Rebuild(JobFolders folders, InterruptedJob interrupted)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(interrupted);
        JobFacts facts = JobFold.OfFolder(folders.Directory, interrupted.Records);
        Judgement judgement = Decision.Decide(facts);
        if (interrupted.Records[^1].Data is not JournalData.Decision decision
            || !DecisionRecord.Matches(decision, judgement))
        {
            throw new EvidenceException(
                JournalWriter.FileName, 0, "the decision does not follow from the records before it");
        }

        if (!File.Exists(Path.Combine(folders.Directory, DsseEnvelope.FileName))) // written last
            EvidenceWriter.Write(folders, interrupted.Records, facts, judgement);
        return new JobResult(
            judgement, facts.IsDirty, facts.Backup is { Stored: true }, facts.Plan is not null, facts.IsSimulated)
        {
            Erased = IsErased(interrupted.Records),
        };
    }

    private async Task GoOnAsync(JobContext job, InterruptedJob interrupted, CancellationToken cancel)
    {
        var held = new HeldSlots(Gate, job);
        try
        {
            foreach (string remark in JobRemarks.Of(options, parts, clock.Time.GetUtcNow()))
            {
                if (!_records.Exists(record => record.Data is JournalData.Deviation said && said.Text == remark))
                    job.Deviate(remark);
            }

            job.Dirty = interrupted.IsDirty;
            job.Marked = folders.State.DirtyJob(options.Bench) is not null;
            if (Phases(job).Exists(phase => phase.Name != "certify" && interrupted.Ended(phase.Name) is null))
            {
                await held.EnterAsync("identify", cancel);
                await ChipAgainStep.RunAsync(job, interrupted, cancel);
                await held.CloseProgrammerAsync();
            }

            await RunPhasesAsync(job, held, cancel);
        }
        finally
        {
            await LeaveAsync(job, held);
        }
    }
}
