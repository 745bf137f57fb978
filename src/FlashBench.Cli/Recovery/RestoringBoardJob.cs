using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;

namespace FlashBench.Cli.Recovery;

/// <summary>A job that puts a backup back, wired to its bench.</summary>
/// <param name="around">Configuration and folders.</param>
/// <param name="world">The bench's world.</param>
/// <param name="what">The bench, and the backup of its board.</param>
/// <param name="evidence">Folder in which the job directory is made.</param>
internal sealed class RestoringBoardJob(
    JobSurroundings around, BenchWorld world, (BenchEntry Bench, BackupToRestore Backup) what, string evidence)
{
    private CertifyJob? _job;

    /// <summary>True if the process has the bench already, for more than this one job.</summary>
    public bool Held { get; init; }

    /// <summary>The bench's world.</summary>
    public BenchWorld World => world;

    /// <summary>The job's id.</summary>
    public string Id => world.JobId + "-restore";

    /// <summary>The job's directory; empty until the bench was taken.</summary>
    public string Directory { get; private set; } = "";

    /// <summary>True once the backup is back and was read back equal.</summary>
    public bool IsRestored => _job is { IsRestored: true };

    /// <summary>True while this job's mark of a half-written board is set; also after an exception.</summary>
    public bool ChipHalfWritten => _job is { ChipHalfWritten: true };

    /// <summary>Takes the bench and runs the job; within <see cref="BenchWorld.Run"/> of its world.</summary>
    /// <param name="listener">Told what happens, on the job's own thread.</param>
    /// <param name="cancel">Stops it at the next point where the board is in a known state.</param>
    public async Task<JobResult> RunAsync(Action<JobEvent> listener, CancellationToken cancel)
    {
        (BenchEntry bench, BackupToRestore backup) = what;
        around.ArmCrash();
        var opening = new BenchOpening(Fresh: false, Image: null, text => listener(new JobEvent.Note(text)))
        {
            Work = $"restore {backup.Job}".TrimEnd(),
            Held = Held,
            NeedsConsole = false,
        };
        await using OpenedBench opened = await world.OpenAsync(opening, cancel);
        using StationKey key = StationKey.LoadOrCreate(around.Paths.Keys);
        Directory = JobFolders.Create(Path.GetFullPath(evidence), Id);
        var folders = new JobFolders(Directory, new Vault(around.Paths.Vault), world.State, key)
        {
            Reserve = around.Reserve(Directory),
        };
        _job = around.JobOn(opened, Options(), folders, world.Clock(), listener);
        JobResult result = await _job.RestoreAsync(backup, cancel);
        if (_job.IsRestored)
            world.State.Close(bench.Id);
        return result;
    }

    private CertifyOptions Options()
    {
        DutProfile profile = DutProfiles.Load(what.Bench.DutProfile);
        return new CertifyOptions
        {
            Job = Id,
            Bench = what.Bench.Id,
            Profile = profile,
            Dut = what.Backup.Dut,
            BindDut = false, // the chip is held against the backup instead
            Operator = "not named",
            Host = world.HostName,
            Software = FlashBenchCommand.Version,
            Require = EvidenceLevel.L0,
            Keys = JobSurroundings.KeysOf(world.IsSimulated),
            TestKeyName = JobSurroundings.TestKeyOf(world.IsSimulated),
            Simulated = world.IsSimulated,
            DrawNonce = world.DrawNonce,
        };
    }
}
