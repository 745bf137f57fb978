using FlashBench.Hardware;

namespace FlashBench.Bench.Journal;

/// <summary>What one journal record says. The nested types are the record types; every field is written.</summary>
/// <remarks>
/// Byte ranges are half-open [start, end) chip addresses; hashes are SHA-256 in lower-case hex; durations and times
/// end in `Us` (microseconds of the job's monotonic clock). No record carries a path, an image byte or a signature.
/// </remarks>
public abstract partial record JournalData
{
    /// <summary>First record: what was asked, of which board, with which parts.</summary>
    public sealed record JobStart(
        string Job, string Bench, string Dut, string Operator, string Policy, string? Control, string Require,
        string Host, string Software, bool Simulated, ProfileRef Profile, WatchNumbers Watch, PowerNumbers Power,
        PartIdentity[] Parts) : JournalData
    {
        /// <summary>The rest of what was asked: what going on after a crash needs to know.</summary>
        public JobRequest Request { get; init; } = new(JobRequest.Certify, false, false, false, 0, false);
    }

    /// <summary>What was asked beside the fields of the first record.</summary>
    /// <param name="Kind">Which job: <see cref="Certify"/> or <see cref="Restore"/>.</param>
    /// <param name="BindDut">True if the operator named the board.</param>
    /// <param name="ConfirmChip">True if the operator confirmed that the board has another chip than before.</param>
    /// <param name="DryRun">True to stop after the plan.</param>
    /// <param name="Seed">Of everything random on a virtual bench.</param>
    /// <param name="RealTime">True for real time.</param>
    public sealed record JobRequest(
        string Kind, bool BindDut, bool ConfirmChip, bool DryRun, long Seed, bool RealTime)
    {
        /// <summary>The main job.</summary>
        public const string Certify = "certify";

        /// <summary>Puts a backup back.</summary>
        public const string Restore = "restore";
    }

    /// <summary>Second record of a job that puts a backup back: which one.</summary>
    /// <param name="Job">The job that took it; empty if only the chip is known.</param>
    /// <param name="Sha256">Its hash.</param>
    /// <param name="ToNewChip">True if the operator said that the board has another chip now.</param>
    public sealed record RestoreOf(string Job, string Sha256, bool ToNewChip) : JournalData;

    /// <summary>The job goes on after its process had ended: killed, stopped by its operator, or out of disk space.
    /// </summary>
    /// <param name="Number">1 for the first time.</param>
    /// <param name="Phase">The phase that had begun and not ended; empty between two.</param>
    /// <param name="TornBytes">Bytes of a torn last line that were cut off.</param>
    /// <param name="LooseBytes">Bytes of console and index that no record knew, cut off.</param>
    /// <param name="Software">Program name and version.</param>
    /// <param name="Parts">The bench's parts as they are now.</param>
    public sealed record JobResume(
        int Number, string Phase, long TornBytes, long LooseBytes, string Software, PartIdentity[] Parts) : JournalData;

    /// <summary>This run of the job ended without a decision, since its evidence could not be written; nothing but
    /// <see cref="JobResume"/> follows.</summary>
    public sealed record JobHalt(string Reason) : JournalData;

    /// <summary>What laboratory and customer want the report to say; stands behind the first record if anything of it
    /// was stated. Empty texts were not stated.</summary>
    public sealed record Laboratory(
        string Name, string Address, string Location, string Accreditation, string Customer, string Received,
        string Condition, string ApprovedBy) : JournalData
    {
        /// <summary>Nothing was stated.</summary>
        public static Laboratory NotStated { get; } = new("", "", "", "", "", "", "", "");
    }

    /// <summary>A phase begins.</summary>
    public sealed record PhaseBegin(int Number, int Count, string Name) : JournalData;

    /// <summary>A phase ended.</summary>
    public sealed record PhaseEnd(string Name, Verdict Verdict, string Reason, ErrorClass Class) : JournalData;

    /// <summary>Something that a reader of the certificate must know although no check fails for it.</summary>
    public sealed record Deviation(string Text) : JournalData;

    /// <summary>Last record: the decision, as computed from all records before it.</summary>
    public sealed record Decision(
        Verdict Verdict, string Level, string Reason, ErrorClass Class, CheckEntry[] Checks) : JournalData;

    /// <summary>The board profile by which the job judged.</summary>
    public sealed record ProfileRef(string Id, string Board, string Sha256, string RequiredLevel)
    {
        /// <summary>True for an emulated board without an ME; counts in records of simulated benches only.</summary>
        public bool NoMeSilicon { get; init; }
    }

    /// <summary>The watch's numbers, in seconds.</summary>
    public sealed record WatchNumbers(
        double MinimumSeconds, int ColdBoots, double GapMaxSeconds, double GraceSeconds, double BaselineSeconds,
        double BootLimitSeconds, string Banner)
    {
        /// <summary>True if a valid commissioning record stands for the long baseline, and this job's own one only has
        /// to show the ME's state.</summary>
        public bool BaselineShort { get; init; }

        /// <summary>True if the operator asked for a shorter watch than any that shows something: such a job can never
        /// pass.</summary>
        public bool Shortened { get; init; }

        /// <summary>Warm boots asked for beside the cold ones.</summary>
        public int WarmBoots { get; init; }

        /// <summary>Minutes of each further cold boot that is watched longer.</summary>
        public int[] SoakMinutes { get; init; } = [];

        /// <summary>True for a board that prints nothing before its operating system runs.</summary>
        public bool ExpectedSilence { get; init; }

        /// <summary>True if an early sample that says that the ME is not disabled ends the boot as failed.</summary>
        public bool FailFast { get; init; }
    }

    /// <summary>The sensor's thresholds.</summary>
    public sealed record PowerNumbers(int OnMillivolts, int OffMillivolts, int OffMilliamps, double SampleSeconds)
    {
        /// <summary>Least supply current of a sleeping board; 0 where it is not known.</summary>
        public int SleepMilliampsMin { get; init; }

        /// <summary>Most supply current of a sleeping board; 0 where it is not known.</summary>
        public int SleepMilliampsMax { get; init; }
    }

    /// <summary>One check of the decision.</summary>
    public sealed record CheckEntry(
        string Id, string Title, Verdict Outcome, bool Mandatory, string Measured, string Limit, string Text);
}
