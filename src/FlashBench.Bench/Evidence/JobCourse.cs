using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Whether the records are those of a whole job in its right order: what a PASS needs beside its measurements.
/// </summary>
/// <remarks>
/// Every rule of the design that is about order is read off here: nothing erased before the backup (I1), power verified
/// off before every boot (<see cref="BootCourse"/>), the write verified before the board was booted, the flash read
/// after the last boot.
/// </remarks>
/// <param name="data">The records that count; of a resumed job, what <see cref="ResumedJournal"/> leaves.</param>
internal sealed class JobCourse(IReadOnlyList<JournalData> data)
{
    private static readonly string[] Phases =
        ["identify", "backup", "audit", "baseline", "plan", "write", "watch", "re-read", "certify"];

    /// <summary>Everything that speaks against a whole job, a sentence each; empty for one that may pass.</summary>
    public List<string> Faults() =>
    [
        .. Numbers(), .. PhaseOrder(), .. Image(), .. Chip(), .. Writing(), .. Reading(), .. HashChain(),
    ];

    private JournalData.JobStart Start => (JournalData.JobStart)data[0];

    // Without a power sensor no board is booted: nothing would show that it lives.
    private bool IsMeasured => Start.Parts.Any(part => part.Kind == "power sensor");

    private IEnumerable<string> Numbers()
    {
        JournalData.WatchNumbers watch = Start.Watch;
        bool isShort = watch.MinimumSeconds < WatchLimits.SecondsMin
            || (watch.BaselineSeconds < WatchLimits.SecondsMin && !watch.BaselineShort); // B2 asks what stands for it
        if (isShort && !watch.Shortened) // a shortened watch is told by D1 and keeps every job from passing
            yield return $"the watch is shorter than {WatchLimits.SecondsMin} s";
        if (watch.ColdBoots < WatchLimits.RealColdBootsMin && !Start.Simulated)
            yield return $"fewer than {WatchLimits.RealColdBootsMin} cold boots of a real board were asked for";
        if (watch.GapMaxSeconds > WatchLimits.GapSecondsMax)
            yield return $"gaps longer than {WatchLimits.GapSecondsMax} s were allowed";
        if (data.OfType<JournalData.JobStart>().Count() != 1 || data.OfType<JournalData.Decision>().Any())
            yield return "the job begins or is decided more than once";
    }

    private IEnumerable<string> PhaseOrder()
    {
        string[] wanted = Start.Control is null ? Phases : [.. Phases[..^1], "restore", Phases[^1]];
        if (!IsMeasured)
            wanted = [.. wanted.Where(phase => phase is not ("baseline" or "watch"))];
        string[] begun = [.. data.OfType<JournalData.PhaseBegin>().Select(phase => phase.Name)];
        JournalData.PhaseEnd[] ended = [.. data.OfType<JournalData.PhaseEnd>()];
        if (!begun.SequenceEqual(wanted) || !ended.Select(phase => phase.Name).SequenceEqual(wanted))
            yield return "not every phase ran, in order";
    }

    private IEnumerable<string> Image()
    {
        int asked = data.OfType<JournalData.Image>().Count();
        var audited = data.OfType<JournalData.ImageAudit>().ToList();
        if (asked > 1 || audited.Count != asked)
            yield return "the image is not recorded and audited once each";
        if (asked > 0 && data.TakeWhile(record => record is not JournalData.PhaseBegin).All(
            record => record is not JournalData.Image))
        {
            yield return "the image was named when the job had begun";
        }

        if (audited.Exists(image => image.ComposedSha256.Length == 0 || image.Content.Refusals.Length > 0))
            yield return "the image was refused";
    }

    private IEnumerable<string> Chip()
    {
        if (Only<JournalData.Chip>() is not { } chip || Only<JournalData.Backup>() is not { } backup
            || Only<JournalData.Audit>() is null || Only<JournalData.Plan>() is null)
        {
            yield return "chip, backup, audit and plan are not recorded once each";
        }
        else if (chip.SizeBytes != backup.SizeBytes
            || data.OfType<JournalData.BackupPass>().Any(pass => pass.SizeBytes != chip.SizeBytes))
        {
            yield return "backup and chip have different sizes";
        }
    }

    // A control's backup goes back after the flash was read again; what that writes is judged by its own read-back.
    private IReadOnlyList<JournalData> BeforeRestore()
    {
        int restore = Start.Control is null ? -1
            : IndexOf(record => record is JournalData.PhaseBegin { Name: "restore" });
        return restore < 0 ? data : [.. data.Take(restore)];
    }

    private IEnumerable<string> Writing()
    {
        int backup = IndexOf(record => record is JournalData.Backup { Agree: true, Stored: true });
        int dirty = IndexOf(record => record is JournalData.Dirty);
        int verify = IndexOf(record => record is JournalData.ReadBack { Purpose: "verify" });
        int clean = IndexOf(record => record is JournalData.Clean);
        var blocks = BeforeRestore().OfType<JournalData.BlockIntent>().Select(block => (block.Start, block.End))
            .ToList();
        var done = BeforeRestore().OfType<JournalData.BlockDone>().Select(block => (block.Start, block.End)).ToList();
        if (!blocks.SequenceEqual(done))
            yield return "a block was begun and not finished";
        if (dirty < 0 != (blocks.Count == 0) || dirty < 0 != clean < 0)
            yield return "the write is not bracketed by dirty and clean";
        if (dirty >= 0 && !(backup >= 0 && backup < dirty && dirty < verify && verify < clean))
            yield return "backup, write and verification are not in order";
        if (BeforeRestore().Skip(verify + 1).Any(record => record is JournalData.BlockIntent or JournalData.Dirty))
            yield return "something was written after the verification";
    }

    private IEnumerable<string> Reading()
    {
        int verify = IndexOf(record => record is JournalData.ReadBack { Purpose: "verify" });
        int firstWatched = IndexOf(record =>
            record is JournalData.BootBegin begin && BootKind.IsWatched(begin.Kind));
        int lastBoot = data.ToList().FindLastIndex(record => record is JournalData.BootEnd);
        int reread = IndexOf(record => record is JournalData.ReadBack { Purpose: "re-read" });
        bool framed = IsMeasured ? verify < firstWatched && lastBoot < reread : lastBoot < 0 && verify < reread;
        if (!(verify >= 0 && framed))
            yield return "the chip was not read before the first and after the last watched boot";
        foreach (string purpose in (string[])["verify", "re-read"])
        {
            if (data.OfType<JournalData.FlashCheck>().Count(check => check.Purpose == purpose) != 1)
                yield return $"the content of the {purpose} was not judged once";
        }
    }

    private IEnumerable<string> HashChain()
    {
        JournalData.ReadBack? before = Read("before"), verify = Read("verify"), reread = Read("re-read");
        if (Only<JournalData.Plan>() is not { } plan || Only<JournalData.Backup>() is not { } backup
            || before is null || verify is null || reread is null)
        {
            yield return "the reads of the chip are not recorded once each";
            yield break;
        }

        bool drift = before.Drift.Length > 0;
        bool holds = before.ExpectedSha256 == backup.Sha256 && (drift || before.Sha256 == backup.Sha256)
            && (drift || verify.ExpectedSha256 == plan.PlannedSha256) && verify.Sha256 == verify.ExpectedSha256
            && data.OfType<JournalData.Dirty>().All(dirty => dirty.Purpose != "plan"
                || dirty.TargetSha256 == verify.ExpectedSha256)
            && reread.ExpectedSha256 == verify.Sha256 && (reread.Drift.Length > 0 || reread.Sha256 == verify.Sha256)
            && BeforeRestore().OfType<JournalData.Clean>().All(clean => clean.Sha256 == verify.Sha256);
        if (!holds)
            yield return "backup, plan, verification and last read do not follow from each other";
    }

    private JournalData.ReadBack? Read(string purpose) =>
        data.OfType<JournalData.ReadBack>().Where(read => read.Purpose == purpose).ToList() is [var one] ? one : null;

    private T? Only<T>()
        where T : JournalData => data.OfType<T>().ToList() is [var one] ? one : null;

    private int IndexOf(Predicate<JournalData> match) => data.ToList().FindIndex(match);
}
