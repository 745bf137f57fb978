using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>What comes after a process that was killed, that could not write its evidence, or that left its board
/// half-written: another job, which must be refused or end for itself; `resume`, which may be killed as well; `restore`
/// where that is refused, and then a new job.</summary>
/// <remarks>Everything it does is drawn with the case, so that a seed replays it.</remarks>
internal sealed class Aftermath(CampaignCase @case, StationKey key, TrustedStations stations, string root)
{
    private const int ProcessesMax = 8;

    private readonly List<ProcessEnd> _lives = [];
    private readonly List<string> _broken = [];
    private readonly FaultPlan _sound = @case.Plan with { Faults = [] };
    private ProcessEnd _last = null!;
    private int _processes;

    /// <summary>Rules that broke, as sentences that begin with their name.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>What was done, a word each.</summary>
    public List<string> Done { get; } = [];

    /// <summary>True if the job itself came to its end, in one process or more.</summary>
    public bool WentOn { get; private set; }

    /// <summary>The process that ended the job, or the last one of another job.</summary>
    public ProcessEnd Last => _last;

    private bool IsMarked => _last.Left.State.DirtyJob(CampaignJob.Bench) is not null;

    /// <summary>Plays it.</summary>
    /// <param name="first">The first process.</param>
    public void Play(ProcessEnd first)
    {
        _last = first;
        _lives.Add(first);
        WentOn = !first.Interrupted;
        if (!first.Interrupted && !IsMarked)
            return;
        if (IsMarked)
            Continue(ProcessTask.Certify, _sound, null); // is refused, and touches nothing
        if (!IsMarked && @case.Recovery == Recovery.NewJob)
            Continue(ProcessTask.Certify, _sound, null);
        else if (@case.Recovery == Recovery.Restore && IsMarked && Backup() is not null)
            RestoreAndRepeat();
        else
            Resume();
    }

    private void Resume()
    {
        CampaignKill? kill = @case.SecondKill;
        FaultPlan plan = @case.KeepsFaults
            ? _sound with { Faults = [.. @case.Plan.Faults.Where(fault => !Interruptions.Is(fault))] }
            : _sound;
        while (_lives[^1].Interrupted && !IsEnded() && _processes < ProcessesMax)
        {
            Continue(ProcessTask.Resume, plan, kill);
            (plan, kill) = (_sound, null);
            if (!_last.Interrupted && _last.Result is null)
            {
                if (_last.Plan.Faults.Count == 0)
                    break;
                _lives.RemoveAt(_lives.Count - 1); // a broken bench: it is tried again with a sound one
            }
        }

        ProcessEnd end = _lives[^1];
        WentOn = !end.Interrupted && end.Result is not null;
        if (WentOn && !IsMarked)
            return;
        if (!WentOn)
            Done.Add("resume refused");
        CheckRefusal(end);
        if (Backup() is not null)
            RestoreAndRepeat();
        else
            Continue(ProcessTask.Certify, _sound, null);
    }

    // The job is decided and its record is there: `resume` has nothing to do. The record must be whole, then.
    private bool IsEnded()
    {
        string directory = _lives[^1].DirectoryLeft;
        if (_lives[^1].Killed is not null || !ProcessEnd.IsConcluded(directory))
            return false;
        _broken.AddRange(PassInvariant.RecordFaults(directory, stations).Select(fault => $"I4: {fault}"));
        return true;
    }

    private void CheckRefusal(ProcessEnd end)
    {
        if (end.Escaped is not ResumeRefusedException and not EvidenceException || end.Task != ProcessTask.Resume)
            return;
        bool nothingBegun = !end.ReadJournal().OfType<JournalData.PhaseBegin>().Any();
        if (!nothingBegun && Interruptions.Only(@case.Plan))
            _broken.Add($"I4: the job cannot go on although only its process ended: {end.Escaped.Message}");
    }

    private void RestoreAndRepeat()
    {
        Continue(ProcessTask.Restore, _sound, null);
        if (!_last.Restored)
            _broken.Add($"I4: the backup does not go back: {_last.Result?.Judgement.Reason ?? _last.Escaped?.Message}");
        else if (IsMarked)
            _broken.Add("I4: the backup is back and the bench is still marked");
        else
            Continue(ProcessTask.Certify, _sound, null);
        WentOn = false;
    }

    private string? Backup()
    {
        string journal = Path.Combine(JobNow, JournalWriter.FileName); // a crash may have taken what was not synced
        if (!File.Exists(journal) || JournalReader.ReadPrefix(File.ReadAllBytes(journal), out _, out _).Count == 0)
            return null;
        return BackupToRestore.OfJob(JobNow) is null ? null : JobNow;
    }

    // Where the job's directory lies on the disk as it is now.
    private string JobNow => Path.Combine(_last.Left.Evidence, Path.GetFileName(_lives[0].Directory));

    private void Continue(ProcessTask task, FaultPlan plan, CampaignKill? kill)
    {
        bool? relay = _last.Killed is null ? _last.RelayAfter : _last.RelayAtKill;
        var process = new CampaignProcess(_last.Left, plan, Path.Combine(root, $"killed-{++_processes}"))
        {
            Task = task,
            OfJob = task == ProcessTask.Certify ? "" : JobNow,
            Earlier = task == ProcessTask.Certify ? [] : [.. _lives],
            Kill = kill,
        };
        _last = new CampaignJob(@case, key).Run(process);
        Done.Add(task.ToString().ToLowerInvariant());
        _broken.AddRange(CaseRules.Broken(_last, relay, stations)
            .Select(fault => $"{fault} (process {_processes + 1}, {task.ToString().ToLowerInvariant()})"));
        if (task == ProcessTask.Resume)
            _lives.Add(_last);
    }
}

/// <summary>Faults that end a process and leave bench and board alone.</summary>
internal static class Interruptions
{
    public static bool Is(PlannedFault fault) => fault.Kind.Name == FaultKinds.ProcessKill
        || fault.Kind.Name.StartsWith("disk.", StringComparison.Ordinal);

    public static bool Only(FaultPlan plan) => plan.Faults.All(Is);
}
