using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using FlashBench.Hardware;

namespace FlashBench.Bench.Jobs;

/// <summary>A job whose process ended before it: what its directory says, and how it goes on.</summary>
public sealed class InterruptedJob
{
    private readonly Interruption _interruption;

    private InterruptedJob(IReadOnlyList<JournalRecord> records, long end, long torn)
    {
        (Records, SoundBytes, TornBytes) = (records, end, torn);
        ResumedJournal counted = ResumedJournal.Of(records);
        Counted = [.. counted.Records.Select(record => record.Data)];
        Resumes = counted.Resumes.Count;
        _interruption = Interruption.Of(counted.Records);
    }

    /// <summary>What the job was asked.</summary>
    public JournalData.JobStart Start => (JournalData.JobStart)Records[0].Data;

    /// <summary>Its sound records.</summary>
    public IReadOnlyList<JournalRecord> Records { get; }

    /// <summary>When the last of them was made.</summary>
    public JournalTime Last => Records[^1].Time;

    /// <summary>Bytes of a torn last line.</summary>
    public long TornBytes { get; }

    /// <summary>How often it was resumed so far.</summary>
    public int Resumes { get; }

    /// <summary>The phase that had begun and not ended; empty between two.</summary>
    public string Phase => _interruption.Phase;

    /// <summary>True if its decision is journaled: only the signed record is missing, and no board is needed.</summary>
    public bool IsDecided => Records[^1].Data is JournalData.Decision { Verdict: not Verdict.Aborted };

    /// <summary>True if the chip may be half-written.</summary>
    public bool IsDirty => JobFold.IsDirty([.. Records.Select(record => record.Data)]);

    /// <summary>True if its first boot, the baseline, was watched to its end: it is not made again.</summary>
    public bool IsBaselineWatched =>
        Counted.Any(data => data is JournalData.BootEnd { Why: not JournalData.BootEnd.Stopped });

    /// <summary>SHA-256 of the backup in the vault; null if none was taken.</summary>
    public string? BackupSha256 => Find<JournalData.Backup>() is { Stored: true } backup ? backup.Sha256 : null;

    /// <summary>Byte offset behind the last sound record.</summary>
    internal long SoundBytes { get; }

    /// <summary>The records that still count.</summary>
    internal IReadOnlyList<JournalData> Counted { get; }

    /// <summary>What the interruption left.</summary>
    internal Interruption Interruption => _interruption;

    /// <summary>Reads a job directory.</summary>
    /// <exception cref="EvidenceException">The journal is missing, has no first record, or is damaged before its end.
    /// </exception>
    public static InterruptedJob Read(string directory)
    {
        byte[] journal = EvidenceFolder.ReadFile(directory, JournalWriter.FileName);
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(journal, out long end, out string fault);
        if (fault.Length > 0 && !IsTornTail(journal.AsSpan((int)end)))
            throw new EvidenceException(JournalWriter.FileName, end, $"record {records.Count} {fault}");
        if (records.Count == 0)
            throw new EvidenceException(JournalWriter.FileName, 0, "the job has no first record: nothing was begun");
        if (records[0].Data is not JournalData.JobStart)
            throw new EvidenceException(JournalWriter.FileName, 0, "the first record is no job.start");
        return new InterruptedJob(records, end, journal.Length - end);
    }

    /// <summary>What a job was asked, whatever became of it.</summary>
    /// <exception cref="EvidenceException">The journal is missing or has no first record.</exception>
    public static JournalData.JobStart StartOf(string directory)
    {
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(
            EvidenceFolder.ReadFile(directory, JournalWriter.FileName), out _, out _);
        return records is [{ Data: JournalData.JobStart start }, ..]
            ? start
            : throw new EvidenceException(JournalWriter.FileName, 0, "the first record is no job.start");
    }

    /// <summary>Why the job cannot go on; null if it can.</summary>
    /// <param name="software">Program name and version that would go on.</param>
    public string? Refusal(string software)
    {
        if (Start.Request.Kind != JournalData.JobRequest.Certify)
            return "it puts a backup back: do that anew with `restore`";
        if (Start.Software != software)
            return $"it was begun by {Start.Software}, and this is {software}: another program may judge otherwise";
        if (Start.Request.Seed is < int.MinValue or > int.MaxValue)
            return "its seed is none that a bench can have";
        // What was to follow the first record (laboratory, commissioning, remarks) is known to nobody any more.
        if (!Records.Any(record => record.Data is JournalData.PhaseBegin))
            return "it ended before its first phase: nothing was begun, run it anew";
        if (Records[^1].Data is not JournalData.Decision decision)
            return null;
        if (decision.Verdict != Verdict.Aborted)
            return $"it is decided: {decision.Verdict.ToString().ToUpperInvariant()}";
        return Phase.Length > 0 ? null : "its operator stopped it, and its board was put back";
    }

    /// <summary>The clocks on which it goes on.</summary>
    public BenchClock Clock(TimeProvider time, IBootClock boot, string bootId) =>
        BenchClock.GoingOn(Last, time, boot, bootId);

    /// <summary>What it was asked, as its first record says.</summary>
    /// <param name="profile">The board's profile, by the id in that record.</param>
    /// <param name="keys">Keys trusted to sign firmware.</param>
    /// <param name="testKeyName">Name of the test key among them; null if there is none.</param>
    /// <param name="drawNonce">Draws a nonce for one boot.</param>
    /// <exception cref="ResumeRefusedException">The profile is not the one that the job began with, or a newer program
    /// knows controls that this one does not.</exception>
    public CertifyOptions Options(
        DutProfile profile, KeyRing keys, string? testKeyName, Func<string> drawNonce)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.Sha256 != Start.Profile.Sha256)
            throw new ResumeRefusedException($"the profile {profile.Id} is not the one that the job began with");
        if (!Enum.TryParse(Start.Require, out EvidenceLevel require))
            throw new ResumeRefusedException("the required level is unknown");
        if (Start.Control is not null && NegativeControls.Find(Start.Control) is null)
            throw new ResumeRefusedException($"the control \"{Start.Control}\" is unknown");
        if (!NeutralizationPolicy.Names.Contains(Start.Policy))
            throw new ResumeRefusedException($"the policy \"{Start.Policy}\" is unknown");
        return new CertifyOptions
        {
            Job = Start.Job,
            Policy = Start.Policy,
            Bench = Start.Bench,
            Profile = profile,
            Dut = Start.Dut,
            BindDut = Start.Request.BindDut,
            ConfirmChip = Start.Request.ConfirmChip,
            Operator = Start.Operator,
            Laboratory = Find<JournalData.Laboratory>(),
            Host = Start.Host,
            Software = Start.Software,
            Require = require,
            Control = NegativeControls.Find(Start.Control),
            Commissioning = Find<JournalData.Commissioning>(),
            ShortenedWatch = Start.Watch.Shortened ? TimeSpan.FromSeconds(Start.Watch.MinimumSeconds) : null,
            DryRun = Start.Request.DryRun,
            Seed = Start.Request.Seed,
            RealTime = Start.Request.RealTime,
            Keys = keys,
            TestKeyName = testKeyName,
            Simulated = Start.Simulated,
            DrawNonce = drawNonce,
        };
    }

    /// <summary>The last record of a type that counts; null if there is none.</summary>
    internal T? Find<T>()
        where T : JournalData => Counted.OfType<T>().LastOrDefault();

    /// <summary>How a phase ended; null if it did not.</summary>
    internal JournalData.PhaseEnd? Ended(string phase) =>
        Counted.OfType<JournalData.PhaseEnd>().LastOrDefault(end => end.Name == phase && end.Name != Phase);

    // Part of a record: a line without its end, or one whose blocks the file system had not all written, which read as
    // zero. A whole line that is not understood is not touched.
    private static bool IsTornTail(ReadOnlySpan<byte> rest)
    {
        int lineEnd = rest.IndexOf((byte)'\n');
        return lineEnd < 0 || (lineEnd == rest.Length - 1 && rest.Contains((byte)0));
    }
}
