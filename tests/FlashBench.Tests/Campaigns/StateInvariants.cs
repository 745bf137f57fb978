using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;

namespace FlashBench.Tests.Campaigns;

/// <summary>Rules I4 to I6: what a process leaves behind is known, its relay is where it was put, and nothing escapes
/// that has no name.</summary>
internal static class StateInvariants
{
    /// <summary>Rule I4 at the end of a process that was not killed.</summary>
    public static IEnumerable<string> StateFaults(ProcessEnd end)
    {
        string? mark = end.Folders.State.DirtyJob(CampaignJob.Bench);
        if (end.MarkedBefore is not null && end.Task == ProcessTask.Certify)
        {
            foreach (string fault in RefusalFaults(end, mark))
                yield return fault;
            yield break;
        }

        if (end.Bench.Chip.Changes > 0 && mark is null && SettledHash(end) is null)
            yield return "the chip was changed, no read-back settled it, and the bench is not marked";
        if (end.MarkedBefore is not null && mark is null && SettledHash(end) is null)
            yield return "the mark was taken away, and no read-back settled the chip";
        // A FAIL of a verification is known and named; the mark stays with it.
        if (mark is not null && end.Result is { Dirty: false, Judgement.Verdict: not Verdict.Fail })
            yield return "the bench is marked, and the job says that the chip is not half-written";
        if ((end.HalfWritten || end.Result is { Dirty: true }) && mark is null)
            yield return "the job says that the chip is half-written, and the bench is not marked";
        if (mark is not null && end.Result?.Judgement.Verdict == Verdict.Pass)
            yield return "PASS of a bench that is marked";
        if (!HasPartFaults(end, "relay.") && end.RelayAfter != false && end.Witness.Relay.Count > 0)
            yield return "the relay is left closed";
        if (!HasPartFaults(end, "usb.") && !HasPartFaults(end, "contact.") && end.Bench.Programmer.DrivesBus)
            yield return "the programmer is left driving the bus";
    }

    /// <summary>Rule I4 for the disk that a kill left.</summary>
    public static IEnumerable<string> KillFaults(ProcessEnd end, CampaignFolders left, long changesAtKill)
    {
        string path = Path.Combine(end.DirectoryLeft, JournalWriter.FileName);
        byte[] journal = end.DirectoryLeft.Length > 0 && File.Exists(path) ? File.ReadAllBytes(path) : [];
        var records = JournalReader.ReadPrefix(journal, out _, out string fault).Select(record => record.Data).ToList();
        if (fault is not ("" or JournalReader.NoLineEnd))
            yield return $"the journal that the kill left is damaged: {fault}";
        int begun = records.FindLastIndex(data => data is JournalData.Dirty or JournalData.BlockIntent);
        bool settled = records.Skip(begun + 1).Any(data => data is JournalData.Clean
            or JournalData.ReadBack { Purpose: "restore", DifferingBytes: 0 });
        bool begins = changesAtKill > 0 || end.MarkedBefore is not null;
        if (begins && !settled && left.State.DirtyJob(CampaignJob.Bench) is null)
            yield return "killed in the middle of a write, and the bench is not marked";
        if (end.Result is not null)
            yield return "a killed process returned a result";
    }

    /// <summary>Rule I5: what opening a bench did to its relay.</summary>
    public static IEnumerable<string> RelayFaults(ProcessEnd end, bool? relayLeft)
    {
        if (relayLeft is { } left && end.RelayBefore != left)
            yield return $"opening the bench moved its relay from {left} to {end.RelayBefore}";
        int on = end.Witness.Relay.Count(active => active);
        int announced = end.OwnJournal.OfType<JournalData.PowerCommand>().Count(command => command.On);
        if (on > announced)
            yield return $"the relay was closed {on} times, and the journal says so {announced} times";
    }

    /// <summary>Rule I6: which exceptions may leave a job.</summary>
    public static IEnumerable<string> EscapeFaults(ProcessEnd end)
    {
        bool named = end.Escaped is null or JournalWriteException || (end.Task == ProcessTask.Resume
            && end.Escaped is ResumeRefusedException or BenchException or EvidenceException);
        if (!named && end.Killed is null)
            yield return $"{end.Escaped!.GetType().Name} escaped from the job: {end.Escaped.Message}";
        if (end.Escaped is JournalWriteException && !HasPartFaults(end, "disk."))
            yield return $"a sound disk could not be written: {end.Escaped.Message}";
    }

    /// <summary>Rule I4 for evidence that could not be written: no file stays behind in part, and nothing that says
    /// more than the journal.</summary>
    public static IEnumerable<string> LeftoverFaults(ProcessEnd end)
    {
        if (end.Escaped is not JournalWriteException || end.Directory.Length == 0)
            yield break;
        foreach (string file in Directory.EnumerateFiles(end.Folders.Root, ".*", SearchOption.AllDirectories))
        {
            if (file != end.Folders.Reserve)
                yield return $"{Path.GetFileName(file)} stays behind half-written";
        }

        if (ProcessEnd.IsConcluded(end.Directory))
            yield return "a certificate stays behind although the job could not write its evidence";
        string[] derived = [EvidenceFolder.ReportName, EvidenceFolder.JUnitName, TestResultStatement.FileName];
        foreach (string name in derived)
        {
            if (File.Exists(Path.Combine(end.Directory, name)))
                yield return $"{name} stays behind without a certificate";
        }
    }

    private static IEnumerable<string> RefusalFaults(ProcessEnd end, string? mark)
    {
        if (mark != end.MarkedBefore)
            yield return "the mark of a half-written board does not stay";
        if (end.Witness.Relay.Count > 0 || end.Witness.Batches > 0 || end.Bench.History.Count > 0)
            yield return "a half-written board is touched";
        if (!end.After.AsSpan().SequenceEqual(end.Before))
            yield return "a half-written board is written";
        if (end.Result is { Dirty: false })
            yield return $"a job on a half-written board ends as {end.Result.Judgement.Verdict}";
    }

    // The hash that the last read-back settled; null if the last write was not settled.
    private static string? SettledHash(ProcessEnd end)
    {
        int written = end.Journal.ToList().FindLastIndex(data => data is JournalData.Dirty);
        return end.Journal.Skip(written + 1).OfType<JournalData.Clean>().LastOrDefault()?.Sha256;
    }

    /// <summary>Rule I4: what was settled is what the chip holds.</summary>
    public static IEnumerable<string> ContentFaults(ProcessEnd end)
    {
        bool spoiled = HasPartFaults(end, "chip.") || end.Plan.Find("dut.clearsBit") is not null;
        if (!spoiled && end.Bench.Chip.Changes > 0 && SettledHash(end) is { } settled
            && settled != Convert.ToHexStringLower(SHA256.HashData(end.After)))
        {
            yield return "the chip holds something else than the read-back that settled it";
        }
    }

    private static bool HasPartFaults(ProcessEnd end, string part) =>
        end.Plan.Faults.Any(fault => fault.Kind.Name.StartsWith(part, StringComparison.Ordinal));
}
