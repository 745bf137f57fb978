using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>What one process of a case does.</summary>
internal enum ProcessTask
{
    /// <summary>A new job.</summary>
    Certify,

    /// <summary>Goes on with the job that an earlier process left.</summary>
    Resume,

    /// <summary>Puts back the backup that an earlier process took.</summary>
    Restore,
}

/// <summary>What a kill counts.</summary>
internal enum KillUnit
{
    /// <summary>Moments of the journal; each record has four.</summary>
    Moment,

    /// <summary>Writes and syncs of the disk.</summary>
    DiskOperation,

    /// <summary>Batches on the SPI bus: the chip may be amid an erase or a page.</summary>
    Batch,
}

/// <summary>The process is killed at the n-th of something, counted from 1.</summary>
internal sealed record CampaignKill(KillUnit Unit, long Number);

/// <summary>One process of a case.</summary>
/// <param name="Folders">Its disk.</param>
/// <param name="Plan">What goes wrong while it runs.</param>
/// <param name="KilledInto">Where the disk is kept as a kill leaves it.</param>
internal sealed record CampaignProcess(CampaignFolders Folders, FaultPlan Plan, string KilledInto)
{
    /// <summary>What the chip holds; null to open the bench as the last process left it.</summary>
    public byte[]? Image { get; init; }

    /// <summary>What it does.</summary>
    public ProcessTask Task { get; init; } = ProcessTask.Certify;

    /// <summary>The job directory of <see cref="ProcessTask.Resume"/> and <see cref="ProcessTask.Restore"/>.</summary>
    public string OfJob { get; init; } = "";

    /// <summary>The processes before it of the same job, the first one first.</summary>
    public IReadOnlyList<ProcessEnd> Earlier { get; init; } = [];

    /// <summary>Where it is killed; null to let it live.</summary>
    public CampaignKill? Kill { get; init; }
}
