using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Certify;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;
using FlashBench.Simulation.Images;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Campaigns;

/// <summary>Plays one process of a case: from the opened bench to the end of its job, or to its kill.</summary>
internal sealed class CampaignJob(CampaignCase @case, StationKey key)
{
    public const string Bench = "campaign";
    public const string Name = "FBJ-CAMPAIGN";

    // No job of this campaign takes longer on its own clock; one that does waits for something that never comes.
    private static readonly TimeSpan VirtualLimit = TimeSpan.FromDays(2);

    /// <summary>Told what happens.</summary>
    public Action<JobEvent> Listener { get; init; } = _ => { };

    /// <summary>False to leave the models alone, for figures.</summary>
    public bool Witnessed { get; init; } = true;

    private KillSwitch? _kill;

    /// <summary>Plays the process.</summary>
    public ProcessEnd Run(CampaignProcess process)
    {
        InterruptedJob? interrupted = null;
        EvidenceException? unreadable = null;
        try
        {
            interrupted = process.Task == ProcessTask.Resume ? InterruptedJob.Read(process.OfJob) : null;
        }
        catch (EvidenceException e)
        {
            unreadable = e;
        }

        var time = interrupted is null ? new VirtualTime() : new VirtualTime(interrupted.Last.Utc);
        DiskFaults disk = FaultChoice.DiskOf(process.Plan) ?? new DiskFaults(); // counts, too
        try
        {
            return time.Run(
                async cancel =>
                {
                    var world = new World(process, time, disk, interrupted);
                    await using VirtualBench bench = Open(world);
                    ProcessEnd end = await BeginAsync(world, bench, cancel);
                    end.Escaped = unreadable ?? await PlayAsync(world, end, cancel);
                    await FinishAsync(world, end);
                    return end;
                },
                CancellationToken.None);
        }
        finally
        {
            DiskFaults.Arm(null);
            DurableFile.Synced.Value = null;
        }
    }

    private VirtualBench Open(World world)
    {
        var options = new VirtualBenchOptions(Bench, world.Process.Folders.BenchFile, @case.Chip, @case.Seed)
        {
            Programmer = @case.Programmer,
            Agent = @case.Agent,
            HiddenUnderHap = @case.HiddenUnderHap,
        };
        return world.Process.Image is { } image
            ? VirtualBench.Create(options, image, world.Time)
            : VirtualBench.Open(options, world.Time);
    }

    private async Task<ProcessEnd> BeginAsync(World world, VirtualBench bench, CancellationToken cancel)
    {
        CampaignProcess process = world.Process;
        bool? relay = await bench.PowerRelay.ReadAsync(cancel);
        string? marked = process.Folders.State.DirtyJob(Bench);
        byte[] before = bench.Chip.Cells.ToArray();
        process.Plan.Arm(new FaultSite(bench, world.Time, world.Boot));
        var witness = new BenchWitness(bench, @case, process, world.Time);
        var end = new ProcessEnd
        {
            Case = @case,
            Process = process,
            Bench = bench,
            Witness = witness,
            Before = before,
            MarkedBefore = marked,
            RelayBefore = relay,
            Disk = world.Disk,
            Directory = process.Task == ProcessTask.Resume ? process.OfJob : "",
        };
        _kill = new KillSwitch(end, process.Kill);
        world.Disk.Told = _kill.OnDisk;
        return end;
    }

    // What escaped; null if the process ended by itself.
    private async Task<Exception?> PlayAsync(World world, ProcessEnd end, CancellationToken cancel)
    {
        await using ITimer limit = world.Time.CreateTimer(
            _ => throw new TimeoutException($"the job still runs after {VirtualLimit}"), null, VirtualLimit,
            Timeout.InfiniteTimeSpan);
        try
        {
            if (world.Process.Task != ProcessTask.Resume)
            {
                end.Directory = JobFolders.Create(
                    world.Process.Folders.Evidence,
                    world.Process.Task == ProcessTask.Restore ? Name + "-restore" : Name);
            }

            end.RecordsBefore = end.ReadJournal().Count;
            DurableFile.Synced.Value = end.Witness.OnSynced; // of this call chain and what it awaits
            CertifyJob job = Job(world, end);
            DiskFaults.Arm(world.Disk);
            end.Witness.Directory = end.Directory;
            try
            {
                end.Result = await RunAsync(job, world, cancel);
            }
            finally
            {
                end.HalfWritten = job.ChipHalfWritten;
                end.Restored = job.IsRestored;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }

        return null;
    }

    private static Task<JobResult> RunAsync(CertifyJob job, World world, CancellationToken cancel) =>
        world.Process.Task switch
        {
            ProcessTask.Resume => job.ResumeAsync(world.Interrupted!, cancel),
            ProcessTask.Restore => job.RestoreAsync(BackupToRestore.OfJob(world.Process.OfJob)!, cancel),
            _ => job.RunAsync(cancel),
        };

    private static async Task FinishAsync(World world, ProcessEnd end)
    {
        DiskFaults.Arm(null);
        end.RelayAfter = await end.Bench.PowerRelay.ReadAsync(CancellationToken.None);
        if (end.Killed is null)
        {
            end.After = end.Bench.Chip.Cells.ToArray();
            end.Witness.Close();
        }

        end.Contentions = end.Bench.Chip.ContentionCount;
        end.EndedAt = world.Time.GetElapsedTime(0);
    }

    private CertifyJob Job(World world, ProcessEnd end)
    {
        VirtualBench bench = end.Bench;
        var parts = new BenchParts(
            async open =>
            {
                ISpiBus bus = await VirtualWorld.OpenProgrammerAsync(
                    await bench.OpenProgrammerAsync(open), world.Time, open);
                return Witnessed ? end.Witness.Watch(bus, _kill!.OnBatch) : bus;
            },
            new RelayPower(end.Witness.Watch(bench.PowerRelay)), bench.Sensor, bench.Console);
        return new CertifyJob(parts, Options(world), Folders(world, end), world.Clock)
        {
            Listener = Listener,
            JournalProbe = (moment, type) => Probe(moment, type, end.Witness),
        };
    }

    private JobFolders Folders(World world, ProcessEnd end)
    {
        CampaignFolders folders = world.Process.Folders;
        DiskReserve? reserve = null;
        if (world.Disk.FullFromWrite is not null)
            (reserve = new DiskReserve(folders.Reserve)).Take(); // only then it matters
        return new JobFolders(end.Directory, folders.Vault, folders.State, key)
        {
            Reserve = reserve,
        };
    }

    private void Probe(JournalMoment moment, string type, BenchWitness witness)
    {
        _kill!.OnMoment();
        if (@case.Control is not null && (moment, type) == (JournalMoment.AfterSync, "flash-check"))
            witness.ControlVerified = true;
    }

    private CertifyOptions Options(World world)
    {
        DutProfile profile = DutProfiles.Load($"virtual-{@case.Kind}") with
        {
            Chips = [@case.Chip.JedecId],
        };
        KeyRing keys = KeyRing.Intel.With(JobBench.TestKeyName, TestKey.FingerprintSha256);
        var random = new Random(@case.Seed);
        string DrawNonce() => random.Next(1, int.MaxValue).ToString("x8", CultureInfo.InvariantCulture);
        if (world.Interrupted is { } interrupted)
            return interrupted.Options(profile, keys, JobBench.TestKeyName, DrawNonce);
        bool restores = world.Process.Task == ProcessTask.Restore;
        return new CertifyOptions
        {
            Job = restores ? Name + "-restore" : Name,
            Bench = Bench,
            Profile = profile,
            Dut = $"board-{@case.Board}",
            BindDut = !restores,
            Operator = "campaign",
            Host = "host",
            Software = "flashbench campaign",
            Require = @case.Require,
            Control = restores ? null : @case.Control,
            DryRun = !restores && @case.DryRun,
            FaultPlan = FaultChoice.Words(world.Process.Plan),
            Keys = keys,
            TestKeyName = JobBench.TestKeyName,
            Simulated = true,
            DrawNonce = DrawNonce,
        };
    }

    private sealed class World
    {
        public World(CampaignProcess process, VirtualTime time, DiskFaults disk, InterruptedJob? interrupted)
        {
            (Process, Time, Disk, Interrupted) = (process, time, disk, interrupted);
            Boot = new VirtualBootClock(
                time, interrupted is null
                    ? TimeSpan.FromDays(1) : TimeSpan.FromMicroseconds(interrupted.Last.BootUs));
            Clock = interrupted?.Clock(time, Boot, "boot") ?? new BenchClock(time, Boot, "boot");
        }

        public CampaignProcess Process { get; }

        public VirtualTime Time { get; }

        public VirtualBootClock Boot { get; }

        public BenchClock Clock { get; }

        public DiskFaults Disk { get; }

        public InterruptedJob? Interrupted { get; }
    }
}
