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

    // No job of this campaign takes longer on its own clock; one that does waits for something that never comes.
    private static readonly TimeSpan VirtualLimit = TimeSpan.FromDays(2);

    /// <summary>Told what happens.</summary>
    public Action<JobEvent> Listener { get; init; } = _ => { };

    /// <summary>False to leave the models alone, for figures.</summary>
    public bool Witnessed { get; init; } = true;

    private long _moments;
    private BenchWitness? _witness;
    private CampaignFolders? _left;

    /// <summary>Plays the process.</summary>
    /// <param name="folders">Its disk.</param>
    /// <param name="image">What the chip holds; null to open the bench as the last process left it.</param>
    /// <param name="plan">What goes wrong.</param>
    /// <param name="killedInto">Where the disk is kept as a kill leaves it.</param>
    public ProcessEnd Run(CampaignFolders folders, byte[]? image, FaultPlan plan, string killedInto)
    {
        var time = new VirtualTime();
        DiskFaults disk = FaultChoice.DiskOf(plan) ?? new DiskFaults(); // counts, too
        try
        {
            return time.Run(cancel => PlayAsync((folders, killedInto), image, plan, (time, disk), cancel),
                CancellationToken.None);
        }
        finally
        {
            DiskFaults.Arm(null);
            DurableFile.Synced.Value = null;
        }
    }

    private async Task<ProcessEnd> PlayAsync(
        (CampaignFolders Now, string Killed) folders, byte[]? image, FaultPlan plan,
        (VirtualTime Time, DiskFaults Disk) world, CancellationToken cancel)
    {
        VirtualTime time = world.Time;
        var options = new VirtualBenchOptions(Bench, folders.Now.BenchFile, @case.Chip, @case.Seed)
        {
            Programmer = @case.Programmer,
            Agent = @case.Agent,
            HiddenUnderHap = @case.HiddenUnderHap,
        };
        await using VirtualBench bench =
            image is null ? VirtualBench.Open(options, time) : VirtualBench.Create(options, image, time);
        bool? relayBefore = await bench.PowerRelay.ReadAsync(cancel);
        byte[] before = bench.Chip.Cells.ToArray();
        string? marked = folders.Now.State.DirtyJob(Bench);
        var boot = new VirtualBootClock(time, TimeSpan.FromDays(1));
        plan.Arm(new FaultSite(bench, time, boot));
        BenchWitness witness = _witness = new BenchWitness(bench, @case, folders.Now, time);
        DurableFile.Synced.Value = witness.OnSynced;
        await using ITimer limit = time.CreateTimer(
            _ => throw new TimeoutException($"the job still runs after {VirtualLimit}"), null, VirtualLimit,
            Timeout.InfiniteTimeSpan);
        var end = new ProcessEnd
        {
            Case = @case,
            Plan = plan,
            Bench = bench,
            Witness = witness,
            Before = before,
            MarkedBefore = marked,
            RelayBefore = relayBefore,
            Folders = folders.Now,
            Disk = world.Disk,
        };
        try
        {
            end.Directory = JobFolders.Create(folders.Now.Evidence, "FBJ-CAMPAIGN");
            DiskFaults.Arm(world.Disk);
            CertifyJob job = Job(end, new BenchClock(time, boot, "boot"), plan, folders.Killed);
            try
            {
                end.Result = await job.RunAsync(cancel);
            }
            finally
            {
                end.HalfWritten = job.ChipHalfWritten;
            }
        }
        catch (Exception e)
        {
            end.Escaped = e;
            if (e is OutOfMemoryException)
                throw;
        }

        DiskFaults.Arm(null);
        end.Killed = _left;
        end.RelayAfter = await bench.PowerRelay.ReadAsync(CancellationToken.None);
        end.After = _left is null ? bench.Chip.Cells.ToArray() : [];
        end.Contentions = bench.Chip.ContentionCount;
        end.EndedAt = time.GetElapsedTime(0);
        return end;
    }

    private CertifyJob Job(ProcessEnd end, BenchClock clock, FaultPlan plan, string killedInto)
    {
        VirtualBench bench = end.Bench;
        TimeProvider time = clock.Time;
        var parts = new BenchParts(
            async open =>
            {
                ISpiBus bus = await VirtualWorld.OpenProgrammerAsync(
                    await bench.OpenProgrammerAsync(open), time, open);
                return Witnessed ? end.Witness.Watch(bus) : bus;
            },
            new RelayPower(end.Witness.Watch(bench.PowerRelay)), bench.Sensor, bench.Console);
        long kill = plan.Find(FaultKinds.ProcessKill)?["moment"] ?? 0;
        return new CertifyJob(
            parts, Options(plan), new JobFolders(end.Directory, end.Folders.Vault, end.Folders.State, key), clock)
        {
            Listener = Listener,
            JournalProbe = (moment, type) => Probe((moment, type), kill, killedInto, end),
        };
    }

    private void Probe((JournalMoment Moment, string Type) at, long kill, string killedInto, ProcessEnd end)
    {
        if (_left is not null)
            throw new ProcessKilledException();
        if (@case.Control is not null && at == (JournalMoment.AfterSync, "flash-check"))
            _witness!.ControlVerified = true;
        if (++_moments != kill)
            return;
        _witness!.Close();
        Directory.CreateDirectory(killedInto);
        _left = end.Folders.CopyTo(killedInto, end.Bench);
        throw new ProcessKilledException();
    }

    private CertifyOptions Options(FaultPlan plan)
    {
        DutProfile profile = DutProfiles.Load($"virtual-{@case.Kind}");
        var random = new Random(@case.Seed);
        return new CertifyOptions
        {
            Job = "FBJ-CAMPAIGN",
            Bench = Bench,
            Profile = profile with { Chips = [@case.Chip.JedecId] },
            Dut = $"board-{@case.Board}",
            BindDut = true,
            Operator = "campaign",
            Host = "host",
            Software = "flashbench campaign",
            Require = @case.Require,
            Control = @case.Control,
            DryRun = @case.DryRun,
            FaultPlan = FaultChoice.Words(plan),
            Keys = KeyRing.Intel.With(JobBench.TestKeyName, TestKey.FingerprintSha256),
            TestKeyName = JobBench.TestKeyName,
            Simulated = true,
            DrawNonce = () => random.Next(1, int.MaxValue).ToString("x8", CultureInfo.InvariantCulture),
        };
    }
}

/// <summary>The process ends here, as `kill -9` ends it: whatever runs afterwards runs on a disk that nobody sees.
/// </summary>
internal sealed class ProcessKilledException : Exception;
