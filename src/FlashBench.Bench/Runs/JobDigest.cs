using System.Text.Json.Serialization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Runs;

/// <summary>What tables and charts need of one job; derived from its journal, and derived again by whoever doubts it.
/// </summary>
/// <param name="Job">Job id, and name of its directory.</param>
/// <param name="Verdict">The decision.</param>
/// <param name="Level">The level that was reached.</param>
/// <param name="Reason">Why; empty for a PASS.</param>
/// <param name="Class">Who must act.</param>
/// <param name="StartedUtc">First record.</param>
/// <param name="EndedUtc">Last record before the decision.</param>
/// <param name="Seconds">Time between them on the bench's monotonic clock.</param>
/// <param name="Dirty">True if the chip was left half-written.</param>
/// <param name="Boots">Watched boots, the baseline first.</param>
public sealed record JobDigest(
    string Job, Verdict Verdict, string Level, string Reason, ErrorClass Class, DateTimeOffset StartedUtc,
    DateTimeOffset EndedUtc, double Seconds, bool Dirty, BootDigest[] Boots)
{
    private const double UsPerSecond = 1e6;

    /// <summary>SHA-256 of the backup that it put into the vault, or was to put back; null if there is none: two reads
    /// that differ are no backup.</summary>
    public string? BackupSha256 { get; init; }

    /// <summary>ME version of the board; null if the job did not get so far.</summary>
    public string? MeVersion { get; init; }

    /// <summary>Name of its directory in the run's folder.</summary>
    public string Directory { get; init; } = "";

    /// <summary>True if the chip was changed, or began to be.</summary>
    public bool Written { get; init; }

    /// <summary>Checks that kept it from a PASS, as in "A6 C1"; empty for a PASS.</summary>
    public string OpenChecks { get; init; } = "";

    /// <summary>True if it is no PASS only for what its policy does not claim.</summary>
    public bool HoldsClaims { get; init; }

    /// <summary>Lines of its journal; the last one is the decision.</summary>
    public int Lines { get; init; }

    /// <summary>Its boots without baselines.</summary>
    [JsonIgnore]
    public IEnumerable<BootDigest> WatchedBoots => Boots.Where(boot => boot.Kind != BootKind.Baseline);

    /// <summary>True for a job that put a backup back, and read it back equal.</summary>
    public bool IsRestored { get; init; }

    /// <summary>True if no decided journal stands behind it: the bench could not be opened, or what was left of the job
    /// cannot go on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NoRecord { get; init; }

    /// <summary>True if the bench broke before the chip was changed: the same job may be tried again.</summary>
    [JsonIgnore]
    public bool MayBeRepeated => End.IsRepeatable && !IsRestored;

    /// <summary>What it says of its bench.</summary>
    [JsonIgnore]
    public JobEnd End => new(Verdict, Class, Reason, Written || Dirty);

    /// <summary>Derives the digest of a job directory whose journal ends with a decision.</summary>
    /// <exception cref="EvidenceException">Journal and console do not agree, or nothing was decided.</exception>
    public static JobDigest OfFolder(string directory)
    {
        IReadOnlyList<JournalRecord> records = JournalReader.ReadStrict(
            EvidenceFolder.ReadFile(directory, JournalWriter.FileName));
        if (records is not [{ Data: JournalData.JobStart }, .., { Data: JournalData.Decision }])
            throw new EvidenceException(JournalWriter.FileName, 0, "the job is not decided");
        JobFacts facts = JobFold.OfFolder(directory, records);
        JobDigest digest = Of(facts, Decision.Decide(facts));
        return digest with
        {
            Directory = Path.GetFileName(directory),
            Lines = records.Count,
            Boots = [.. digest.Boots.Select(boot => LinesOf(boot, records))],
        };
    }

    // The last time that the boot began: one that an interruption cut off is made anew.
    private static BootDigest LinesOf(BootDigest boot, IReadOnlyList<JournalRecord> records)
    {
        JournalRecord? begin = records.LastOrDefault(
            record => record.Data is JournalData.BootBegin begun && begun.Number == boot.Number);
        JournalRecord? end = records.LastOrDefault(
            record => record.Data is JournalData.BootEnd ended && ended.Number == boot.Number);
        return begin is null ? boot : boot with
        {
            FirstLine = (int)begin.Seq + 1,
            LastLine = (int)(end ?? records[^1]).Seq + 1,
        };
    }

    /// <summary>The end of a job that has no decision of its own: an ERROR.</summary>
    /// <param name="job">Its id; also the name of its directory, if it has one.</param>
    /// <param name="why">A sentence without a full stop.</param>
    /// <param name="who">Who must act.</param>
    /// <param name="utc">When.</param>
    public static JobDigest WithoutRecord(string job, string why, ErrorClass who, DateTimeOffset utc) =>
        new(job, Verdict.Error, nameof(EvidenceLevel.None), why, who, utc, utc, 0, Dirty: false, [])
        {
            Directory = job,
            NoRecord = true,
        };

    /// <summary>Derives the digest.</summary>
    public static JobDigest Of(JobFacts facts, Judgement judgement)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(judgement);
        return new JobDigest(
            facts.Start.Job, judgement.Verdict, judgement.Level.ToString(), judgement.Reason, judgement.Class,
            facts.StartedUtc, facts.EndedUtc, InSeconds(facts.EndedUs), facts.IsDirty, [.. facts.Boots.Select(BootOf)])
        {
            BackupSha256 = facts.Backup is { Stored: true } backup ? backup.Sha256 : facts.Restored?.Sha256,
            MeVersion = facts.Audit?.Version,
            Written = facts.BlocksWritten > 0 || facts.IsDirty,
            OpenChecks = string.Join(' ', judgement.Checks.Where(PolicyClaims.IsOpen).Select(check => check.Id)),
            HoldsClaims = judgement.Verdict != Verdict.Pass && !facts.IsDirty && facts.Start is { Control: null }
                && facts.Restored is null && !facts.Start.Watch.Shortened
                && PolicyClaims.Hold(facts.Start.Policy, judgement.Checks, facts.Phases),
            IsRestored = facts.Restored is not null && !facts.IsDirty
                && facts.ReadBacks.GetValueOrDefault("restore") is { DifferingBytes: 0 },
        };
    }

    private static BootDigest BootOf(BootObservation boot)
    {
        var on = boot.Power.Where(
            sample => sample.AtUs >= boot.PowerGoodUs && sample.AtUs < (boot.PowerLostUs ?? long.MaxValue)).ToList();
        return new BootDigest(boot.Number, boot.Kind, boot.Class)
        {
            OsUpSeconds = Between(boot.PowerGoodUs, boot.OsUpUs),
            ObservedSeconds = Between(boot.CountedFromUs, boot.LastSignUs),
            LostSeconds = Between(boot.PowerGoodUs, boot.PowerLostUs),
            LongestGapSeconds = InSeconds(boot.LongestGapUs),
            MilliampsMean = on.Count > 0 ? (int)Math.Round(on.Average(sample => sample.Milliamps)) : null,
            MillivoltsMin = on.Count > 0 ? on.Min(sample => sample.Millivolts) : null,
            MillivoltsMax = on.Count > 0 ? on.Max(sample => sample.Millivolts) : null,
            ClockPartsPerMillion = boot.Clock?.PartsPerMillion,
        };
    }

    private static double? Between(long? from, long? to) => to - from is long us ? InSeconds(us) : null;

    private static double InSeconds(long us) => Math.Round(us / UsPerSecond, 3);
}

/// <summary>What tables and charts need of one boot.</summary>
/// <param name="Number">Within its job, from 1.</param>
/// <param name="Kind">One of <see cref="BootKind"/>.</param>
/// <param name="Class">How it ended.</param>
public sealed record BootDigest(int Number, string Kind, BootClass Class)
{
    /// <summary>First line of its journal that is about it, from 1; 0 if that is not known.</summary>
    public int FirstLine { get; init; }

    /// <summary>Last line of its journal that is about it.</summary>
    public int LastLine { get; init; }

    /// <summary>From power-good to the first sign of the operating system; null if it never came.</summary>
    public double? OsUpSeconds { get; init; }

    /// <summary>From the last reset to the last sign of life; null if none came.</summary>
    public double? ObservedSeconds { get; init; }

    /// <summary>From power-good to the loss of the rail; null while power held.</summary>
    public double? LostSeconds { get; init; }

    /// <summary>Longest silence once the operating system was up.</summary>
    public double LongestGapSeconds { get; init; }

    /// <summary>Mean supply current while on, in milliamps; null if nothing was measured.</summary>
    public int? MilliampsMean { get; init; }

    /// <summary>Lowest rail while on, in millivolts.</summary>
    public int? MillivoltsMin { get; init; }

    /// <summary>Highest rail while on, in millivolts.</summary>
    public int? MillivoltsMax { get; init; }

    /// <summary>The board's clock against the bench's; null where it could not be compared.</summary>
    public double? ClockPartsPerMillion { get; init; }
}
