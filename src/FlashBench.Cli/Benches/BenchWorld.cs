using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Certify;
using FlashBench.Hardware;

namespace FlashBench.Cli.Benches;

/// <summary>Clock, names and parts of a bench, whatever it is made of.</summary>
internal abstract class BenchWorld
{
    /// <summary>The clock on which everything at this bench runs.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>Host name for records.</summary>
    public abstract string HostName { get; }

    /// <summary>A name for the job that runs here.</summary>
    public abstract string JobId { get; }

    /// <summary>True if the chip is simulated.</summary>
    public abstract bool IsSimulated { get; }

    /// <summary>What is remembered of this bench between jobs.</summary>
    public abstract BenchState State { get; }

    /// <summary>The world of a bench.</summary>
    /// <exception cref="UsageException">The wish does not fit the bench.</exception>
    public static BenchWorld Of(BenchEntry bench, BenchPaths paths, IReadOnlyList<PowerGroupEntry> groups,
        WorldWishes wishes)
    {
        if (bench.Virtual is not null)
            return new VirtualWorld(bench, paths, wishes);
        if (wishes.RealTime)
            throw new UsageException($"--real-time is for virtual benches: {bench.Id} knows no other time");
        if (wishes.Seed is not null)
            throw new UsageException($"--seed is for virtual benches, and {bench.Id} is none");
        if (wishes.UsbPort is not null)
            throw new UsageException($"--usb is for virtual benches, and {bench.Id} is none");
        return bench.Qemu is not null
            ? new QemuWorld(bench, paths, wishes.JobId)
            : new WiredWorld(bench, paths, groups, wishes);
    }

    /// <summary>Runs work at this bench to its end; one call in a world's life.</summary>
    public abstract T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel);

    /// <summary>The clocks of a job.</summary>
    public abstract BenchClock Clock();

    /// <summary>The seed of everything random here; 0 where nothing comes from a seed.</summary>
    public int Seed { get; protected init; }

    /// <summary>The clocks of a job that goes on.</summary>
    public virtual BenchClock ClockOf(InterruptedJob job) =>
        job.Clock(Time, new HostBootClock(), HostIdentity.Read().BootId);

    /// <summary>Draws a nonce for one boot: 8 lower-case hex digits, never all zero.</summary>
    public abstract string DrawNonce();

    /// <summary>Takes the bench.</summary>
    /// <exception cref="FlashBench.Hardware.BenchException">A part is not there or does not answer.</exception>
    /// <exception cref="Simulation.State.BenchStateException">The simulated chip is in use or damaged.</exception>
    /// <exception cref="CommandFailure">The bench is in use, or lacks what the verb needs.</exception>
    public abstract Task<OpenedBench> OpenAsync(BenchOpening opening, CancellationToken cancel);
}
