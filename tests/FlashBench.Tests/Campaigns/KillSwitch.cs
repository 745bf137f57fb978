namespace FlashBench.Tests.Campaigns;

/// <summary>Ends a process as `kill -9` ends it: what is on disk and in the cells at that moment is kept, and whatever
/// runs afterwards runs on a disk that nobody sees.</summary>
internal sealed class KillSwitch(ProcessEnd end, CampaignKill? kill)
{
    private long _seen;

    public void OnMoment() => Count(KillUnit.Moment);

    public void OnDisk(string _) => Count(KillUnit.DiskOperation);

    public void OnBatch() => Count(KillUnit.Batch);

    private void Count(KillUnit unit)
    {
        if (end.Killed is not null)
            throw new ProcessKilledException();
        if (kill?.Unit != unit || ++_seen != kill.Number)
            return;
        end.Witness.Close();
        Task<bool?> relay = end.Bench.PowerRelay.ReadAsync(CancellationToken.None).AsTask();
        end.RelayAtKill = relay.IsCompletedSuccessfully ? relay.GetAwaiter().GetResult() : null;
        Directory.CreateDirectory(end.Process.KilledInto);
        end.Killed = end.Folders.CopyTo(end.Process.KilledInto, end.Bench);
        throw new ProcessKilledException();
    }
}

/// <summary>The process ends here.</summary>
internal sealed class ProcessKilledException : Exception;
