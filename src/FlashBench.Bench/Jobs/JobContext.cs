using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs.Phases;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Neutralization;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs;

/// <summary>What the phases of one job share: its tools, and what earlier phases found.</summary>
internal sealed class JobContext
{
    private const int NonceDrawsMax = 1000;

    private long _stageBegan;
    private string _phase = "";

    public required CertifyOptions Options { get; init; }

    public required string Directory { get; init; }

    public required Vault Vault { get; init; }

    public required BenchState State { get; init; }

    public required BenchClock Clock { get; init; }

    public required JournalWriter Journal { get; init; }

    public required List<JournalRecord> Records { get; init; }

    public required JournalData.JobStart Start { get; init; }

    public required PowerStrategy Power { get; init; }

    public required ConsolePump Console { get; init; }

    public required Action<JobEvent> Listener { get; init; }

    /// <summary>The chip, after "identify".</summary>
    public SpiNorChip? Chip { get; set; }

    /// <summary>The chip's identity, after "identify".</summary>
    public SpiNorIdentity? Identity { get; set; }

    /// <summary>The chip's original content, after "backup".</summary>
    public byte[]? Backup { get; set; }

    /// <summary>The analysed backup, after "audit".</summary>
    public ImageAnalysis? Board { get; set; }

    /// <summary>What is neutralized, after "audit": the backup, or what another image makes of it.</summary>
    public ImageAnalysis? Original { get; set; }

    /// <summary>How another image made <see cref="Original"/> of the backup, after "audit"; null without one.</summary>
    public ImageComposition? Composition { get; set; }

    /// <summary>What the job will do to the flash, after "audit": every byte in which the plan differs from the
    /// backup.</summary>
    public ImagePlan? Plan { get; set; }

    /// <summary>How <see cref="Original"/> is neutralized, after "audit"; <see cref="Plan"/> itself if that is the
    /// backup.</summary>
    public ImagePlan? Neutralization { get; set; }

    /// <summary>What the chip holds, as verified after the write.</summary>
    public byte[]? Verified { get; set; }

    /// <summary>True from the first erase until the chip is known to hold what it shall keep; for a negative control
    /// that is its backup.</summary>
    public bool Dirty { get; set; }

    /// <summary>True while the bench carries this job's mark of a half-written board.</summary>
    public bool Marked { get; set; }

    /// <summary>Stops the job now instead of at the next known state.</summary>
    public CancellationToken Now { get; init; }

    /// <summary>What an interruption left of this job; null for one that runs for the first time.</summary>
    public InterruptedJob? Interrupted { get; init; }

    /// <summary>The write that the interruption left unfinished; null if there is none.</summary>
    public BegunWrite? Begun { get; init; }

    /// <summary>The image of which the board gets something; null for none.</summary>
    public JournalData.Image? Image => Records.Select(record => record.Data).OfType<JournalData.Image>()
        .LastOrDefault();

    public int NextBoot() => Records.Count(record => record.Data is JournalData.BootBegin) + 1;

    /// <summary>A nonce that no boot of this job had, also none before an interruption.</summary>
    public string DrawNonce()
    {
        var used = Records.Select(record => record.Data).OfType<JournalData.BootBegin>().Select(boot => boot.Nonce)
            .ToHashSet();
        for (int i = 0; i < NonceDrawsMax; i++)
        {
            string nonce = Options.DrawNonce();
            if (!used.Contains(nonce))
                return nonce;
        }

        throw new InvalidOperationException("the source of nonces repeats itself");
    }

    /// <summary>How the phase ends before it runs again: with what it had shown before the interruption. Null if it
    /// had shown nothing against the job.</summary>
    public PhaseOutcome? ShownBefore(string phase) =>
        Interrupted is { Interruption: { Failure: { } failure } at } && at.Phase == phase
            ? new PhaseOutcome(failure.Verdict, failure.Reason, failure.Class)
            : null;

    public void BeginPhase(int number, int count, string name)
    {
        (_phase, _stageBegan) = (name, Clock.NowUs);
        Journal.Append(new JournalData.PhaseBegin(number, count, name));
        Listener(new JobEvent.PhaseStarted(number, count, name));
    }

    public void EndPhase(string name, PhaseOutcome outcome)
    {
        Journal.Append(new JournalData.PhaseEnd(name, outcome.Verdict, outcome.Reason, outcome.Class));
        Listener(new JobEvent.PhaseEnded(name, outcome.Verdict, outcome.Reason));
    }

    /// <summary>A part of the phase begins, whose progress counts from here.</summary>
    public void BeginStage(string text)
    {
        _stageBegan = Clock.NowUs;
        Note(text);
    }

    public void Report(long done, long total, string unit, Func<BoardVitals>? board = null) =>
        Listener(new JobEvent.Progress(
            _phase, done, total, unit, TimeSpan.FromMicroseconds(Clock.NowUs - _stageBegan))
        {
            Board = board,
        });

    /// <summary>Puts into the record what its reader must know although no check fails for it.</summary>
    public void Deviate(string text)
    {
        Journal.Append(new JournalData.Deviation(text));
        Note(text);
    }

    public void Note(string text) => Listener(new JobEvent.Note(text));

    /// <summary>The job's facts so far, from the same fold that the certificate is made of.</summary>
    public JobFacts Facts() => JobFold.OfFolder(Directory, Records);
}

/// <summary>How a phase ended.</summary>
internal readonly record struct PhaseOutcome(Verdict Verdict, string Reason, ErrorClass Class)
{
    public static PhaseOutcome Pass { get; } = new(Verdict.Pass, "", ErrorClass.None);
}
